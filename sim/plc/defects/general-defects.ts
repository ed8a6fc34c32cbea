import { answersWrongly, changesAnswers, type ModbusDefect } from './modbus-defect.ts';
import { exceptionIn, isOneOf, refusalOf, zerosFor } from './pdu-bytes.ts';

const RESERVED_CODES = [9, 10, 13, 14, 41, 42, 90, 91, 125, 126, 127];

/** Defects that concern every function code. */
export const GENERAL_DEFECTS: readonly ModbusDefect[] = [
  answersWrongly('drops-the-top-bit-of-codes', 'it carries out codes from 128 on as if they were 128 less', () => (pdu, ask) => ask(Uint8Array.of((pdu[0] ?? 0) & 0x7f, ...pdu.subarray(1)))),
  answersWrongly('answers-reserved-codes', 'it answers codes that are reserved for legacy products', () => (pdu, ask) => (isOneOf(pdu, ...RESERVED_CODES) ? Uint8Array.of(pdu[0] ?? 0, 0) : ask(pdu))),
  changesAnswers('is-silent-to-unknown-codes', 'it does not answer functions that it does not have', (_pdu, answer) => (exceptionIn(answer) === 1 ? undefined : answer)),
  changesAnswers('judges-unknown-codes-by-their-data', 'it refuses unknown functions for their length', (pdu, answer) => (exceptionIn(answer) === 1 && pdu.length !== 5 ? refusalOf(pdu[0] ?? 0, 3) : answer)),
  answersWrongly('forgets-every-tenth-request', 'it does not answer every tenth request', () => {
    let count = 0;
    return (pdu, ask) => {
      count += 1;
      return count % 10 === 0 ? undefined : ask(pdu);
    };
  }),
  changesAnswers('hides-failures', 'it answers with zeros where it fails', (pdu, answer) => (exceptionIn(answer) === 4 ? zerosFor(pdu) : answer)),
  changesAnswers('reads-past-short-requests', 'it serves reads that are cut short', (pdu, answer) => (isOneOf(pdu, 1, 2, 3, 4) && pdu.length < 5 ? Uint8Array.of(pdu[0] ?? 0, 2, 0, 0) : answer)),
];
