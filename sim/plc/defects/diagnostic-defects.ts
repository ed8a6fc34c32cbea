import type { ModbusServer } from '../modbus-server.ts';
import { answersWrongly, changesAnswers, type ModbusDefect } from './modbus-defect.ts';
import { exceptionIn, isOneOf, pduOf, word } from './pdu-bytes.ts';

const RESTART = 1;
const END_CHARACTER = 3;
const LISTEN_ONLY = 4;
const CLEAR = 10;
const COUNTERS = [11, 12, 13, 14, 15];

function isDiagnosis(pdu: Uint8Array, ...subs: readonly number[]): boolean {
  return isOneOf(pdu, 8) && subs.includes(word(pdu, 1));
}

/** A defect that answers some sub-functions and does nothing. */
function onlyAnswers(id: string, does: string, sub: number): ModbusDefect {
  return answersWrongly(id, does, () => (pdu, ask) => (isDiagnosis(pdu, sub) ? pdu.slice() : ask(pdu)));
}

/** Defects of what a server tells of its line, 7, 8, 11 and 12. */
export const DIAGNOSTIC_DEFECTS: readonly ModbusDefect[] = [
  changesAnswers('returns-two-bytes-of-data', 'FC08/0 returns two bytes, however many it got', (pdu, answer) => (isDiagnosis(pdu, 0) ? answer.slice(0, 5) : answer)),
  changesAnswers('takes-any-sub-function', 'it answers reserved sub-functions of FC08', (pdu, answer) => (isOneOf(pdu, 8) && exceptionIn(answer) === 1 ? pdu.slice() : answer)),
  changesAnswers('ignores-diagnostic-data', 'it does not look at the data of FC08', (pdu, answer, ask) => (isOneOf(pdu, 8) && exceptionIn(answer) === 3 ? ask(pduOf(8, word(pdu, 1), 0)) : answer)),
  onlyAnswers('keeps-counters-over-a-restart', 'FC08/1 restarts nothing', RESTART),
  answersWrongly('never-clears-its-log', 'FC08/1 with FF00 keeps the log', () => (pdu, ask) => {
    if (!isDiagnosis(pdu, RESTART)) return ask(pdu);
    return ask(pduOf(8, RESTART, 0)) === undefined ? undefined : pdu.slice();
  }),
  answersWrongly('answers-in-listen-only-mode', 'FC08/4 is not answered and changes nothing', () => (pdu, ask) => (isDiagnosis(pdu, LISTEN_ONLY) ? undefined : ask(pdu))),
  answersWrongly('executes-in-listen-only-mode', 'in listen-only mode it executes what it does not answer', () => {
    let isListening = false;
    return (pdu, ask) => {
      if (isDiagnosis(pdu, LISTEN_ONLY)) {
        isListening = true;
        return undefined;
      }
      const answer = ask(pdu);
      if (!isListening) return answer;
      if (isDiagnosis(pdu, RESTART)) isListening = false;
      return undefined;
    };
  }),
  changesAnswers('returns-two-bytes-too-many', 'it adds two bytes to what it tells of itself', (pdu, answer) => (isOneOf(pdu, 7, 8, 11) && exceptionIn(answer) === 0 ? Uint8Array.of(...answer, 0, 0) : answer)),
  onlyAnswers('keeps-the-end-character', 'FC08/3 changes nothing', END_CHARACTER),
  changesAnswers('counts-nothing', 'its counters stay zero', (pdu, answer) => (isDiagnosis(pdu, ...COUNTERS) && exceptionIn(answer) === 0 ? pduOf(8, word(pdu, 1), 0) : answer)),
  onlyAnswers('clears-no-counters', 'FC08/10 clears nothing', CLEAR),
  answersWrongly('counts-everything-as-busy', 'it counts every request as a busy exception', () => {
    let count = 0;
    return (pdu, ask) => {
      count += 1;
      return isDiagnosis(pdu, 16, 17) ? pduOf(8, word(pdu, 1), count) : ask(pdu);
    };
  }),
  changesAnswers('keeps-overruns', 'FC08/20 does not clear the overruns', (pdu, answer) => (isDiagnosis(pdu, 18) ? pduOf(8, 18, 7) : answer)),
  answersWrongly('counts-exceptions-as-events', 'its event count rises with exceptions too', () => {
    let exceptions = 0;
    return (pdu, ask) => {
      const answer = ask(pdu);
      if (answer === undefined) return undefined;
      if (exceptionIn(answer) !== 0) exceptions += 1;
      return isOneOf(pdu, 11) && answer.length === 5 ? pduOf(11, word(answer, 1), word(answer, 3) + exceptions) : answer;
    };
  }),
  changesAnswers('logs-unknown-events', 'its log holds events that are none', (pdu, answer) => (isOneOf(pdu, 12) && exceptionIn(answer) === 0 ? answer.map((byte, index) => (index < 8 ? byte : 0x21)) : answer)),
  changesAnswers('logs-oldest-first', 'its log has the oldest event first', (pdu, answer) =>
    isOneOf(pdu, 12) && exceptionIn(answer) === 0 ? Uint8Array.of(...answer.subarray(0, 8), ...answer.subarray(8).toReversed()) : answer,
  ),
  { id: 'ignores-broadcasts', does: 'it neither executes nor counts broadcasts', server: deafToBroadcasts },
];

function deafToBroadcasts(good: ModbusServer): ModbusServer {
  const { line } = good;
  if (line === undefined) return good;
  return {
    answer: (pdu) => good.answer(pdu),
    line: {
      broadcast: () => undefined,
      overheard: () => line.overheard(),
      disturbed: (what) => line.disturbed(what),
      get endCharacter() {
        return line.endCharacter;
      },
    },
  };
}
