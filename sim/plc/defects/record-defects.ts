import { answersWrongly, changesAnswers, type ModbusDefect } from './modbus-defect.ts';
import { exceptionIn, isOneOf, refusalOf, withByte } from './pdu-bytes.ts';

const IDENTIFICATION = 14;
/** One register of zero, as FC20 answers it. */
const ONE_RECORD = Uint8Array.of(20, 4, 3, 6, 0, 0);

function isIdentification(pdu: Uint8Array): boolean {
  return isOneOf(pdu, 43) && pdu[1] === IDENTIFICATION;
}

/** Defects of files and identification, 20, 21 and 43. */
export const RECORD_DEFECTS: readonly ModbusDefect[] = [
  changesAnswers('counts-file-groups-short', 'FC20 says one byte too few of each group', (pdu, answer) => (isOneOf(pdu, 20) && exceptionIn(answer) === 0 ? withByte(answer, 2, (answer[2] ?? 0) - 1) : answer)),
  changesAnswers('has-files-anywhere', 'it finds files, records and reference types that do not exist', (pdu, answer) => {
    if (!isOneOf(pdu, 20, 21) || exceptionIn(answer) !== 2) return answer;
    return isOneOf(pdu, 20) ? ONE_RECORD : pdu.slice();
  }),
  changesAnswers('hides-memory-errors', 'it answers with zeros where its memory fails its check', (_pdu, answer) => (exceptionIn(answer) === 8 ? ONE_RECORD : answer)),
  changesAnswers('identifies-itself-in-part', 'its basic stream leaves the last object out', (pdu, answer) => {
    if (!isIdentification(pdu) || pdu[2] !== 1 || exceptionIn(answer) !== 0) return answer;
    let last = 7;
    for (let next = last, left = answer[6] ?? 0; left > 0; left -= 1) {
      last = next;
      next += 2 + (answer[next + 1] ?? 0);
    }
    return withByte(answer.slice(0, last), 6, (answer[6] ?? 1) - 1);
  }),
  answersWrongly('refuses-higher-streams', 'it refuses all streams but the basic one', () => (pdu, ask) => (isIdentification(pdu) && [2, 3].includes(pdu[2] ?? 0) ? refusalOf(43, 3) : ask(pdu))),
  answersWrongly('streams-from-the-start', 'its streams begin with object 0 wherever they are to begin', () => (pdu, ask) => ask(isIdentification(pdu) && pdu[2] !== 4 && pdu.length === 4 ? withByte(pdu, 3, 0) : pdu)),
  answersWrongly('takes-any-read-code', 'it takes read codes that are none for the basic stream', () => (pdu, ask) => {
    const isNone = isIdentification(pdu) && (pdu[2] === 0 || (pdu[2] ?? 0) > 4);
    const answer = ask(isNone ? withByte(pdu, 2, 1) : pdu);
    return isNone && answer !== undefined ? withByte(answer, 2, pdu[2] ?? 0) : answer;
  }),
  answersWrongly('gives-more-than-one-object', 'it answers with the basic stream where one object is asked for', () => (pdu, ask) => {
    if (!isIdentification(pdu) || pdu[2] !== 4) return ask(pdu);
    const stream = ask(Uint8Array.of(43, IDENTIFICATION, 1, 0));
    return stream && withByte(stream, 2, 4);
  }),
  changesAnswers('gives-empty-objects', 'it gives empty objects that do not exist', (pdu, answer) => (isIdentification(pdu) && exceptionIn(answer) === 2 ? Uint8Array.of(43, IDENTIFICATION, 4, 0x83, 0, 0, 1, pdu[3] ?? 0, 0) : answer)),
  changesAnswers('announces-wrong-next-object', 'it announces object 0 as the next of a stream', (pdu, answer) => (isIdentification(pdu) && answer[4] === 0xff ? withByte(answer, 5, 0) : answer)),
  answersWrongly('takes-any-mei-type', 'it takes every MEI type for that of identification', () => (pdu, ask) => ask(isOneOf(pdu, 43) ? withByte(pdu, 1, IDENTIFICATION) : pdu)),
];
