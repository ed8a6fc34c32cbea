import { answersWrongly, changesAnswers, type ModbusDefect } from './modbus-defect.ts';
import { exceptionIn, isOneOf, pduOf, refusalOf, word, zerosFor } from './pdu-bytes.ts';

const READ_MAX = [0, 2_000, 2_000, 125, 125];
const LONG_WRITE = 100;
const ON = 0xff00;

/** The answer of a write that was done, by its request. */
function doneAnswer(pdu: Uint8Array): Uint8Array {
  return isOneOf(pdu, 15, 16) ? pdu.slice(0, 5) : pdu.slice();
}

/** Defects of the functions for coils and registers, 1 to 6, 15, 16, 22 to 24. */
export const TABLE_DEFECTS: readonly ModbusDefect[] = [
  changesAnswers('counts-one-byte-too-many', 'the byte count of its answers is one too high', (pdu, answer) =>
    isOneOf(pdu, 1, 2, 3, 4, 17) && exceptionIn(answer) === 0 ? answer.map((byte, index) => (index === 1 ? byte + 1 : byte)) : answer,
  ),
  changesAnswers('serves-quantity-0', 'it answers a read of nothing with nothing', (pdu, answer) =>
    isOneOf(pdu, 1, 2, 3, 4) && pdu.length === 5 && word(pdu, 3) === 0 ? Uint8Array.of(pdu[0] ?? 0, 0) : answer,
  ),
  changesAnswers('serves-more-than-fits', 'it answers a read of too much with as much as fits', (pdu, answer) => {
    const most = READ_MAX[pdu[0] ?? 0] ?? 0;
    return isOneOf(pdu, 1, 2, 3, 4) && word(pdu, 3) > most ? zerosFor(pdu, most) : answer;
  }),
  changesAnswers('packs-bits-from-the-top', 'it puts the first item into the highest bit', (pdu, answer) =>
    isOneOf(pdu, 1, 2) && exceptionIn(answer) === 0 ? answer.map((byte, index) => (index < 2 ? byte : reversedBits(byte))) : answer,
  ),
  changesAnswers('sends-registers-backwards', 'it sends the last register first', (pdu, answer) => {
    if (!isOneOf(pdu, 3, 4) || exceptionIn(answer) !== 0) return answer;
    const words = Array.from({ length: (answer.length - 2) / 2 }, (_none, index) => word(answer, 2 + index * 2));
    return Uint8Array.of(pdu[0] ?? 0, answer[1] ?? 0, ...pduOf(0, ...words.toReversed()).subarray(1));
  }),
  changesAnswers('serves-past-the-end', 'it serves addresses that do not exist as zeros', (pdu, answer) => (isOneOf(pdu, 1, 2, 3, 4) && exceptionIn(answer) === 2 ? zerosFor(pdu) : answer)),
  changesAnswers('judges-address-before-quantity', 'it refuses a bad address before it looks at quantity, byte count or value', (pdu, answer, ask) => {
    if (exceptionIn(answer) !== 3) return answer;
    const code = isOneOf(pdu, 5, 15) ? 1 : isOneOf(pdu, 6, 16, 23) ? 3 : (pdu[0] ?? 0);
    return exceptionIn(ask(pduOf(code, word(pdu, 1), 1)) ?? answer) === 2 ? refusalOf(pdu[0] ?? 0, 2) : answer;
  }),
  answersWrongly('counts-addresses-from-1', 'it takes address 1 for the first item', () => (pdu, ask) => ask(isOneOf(pdu, 1, 2, 3, 4) ? pduOf(pdu[0] ?? 0, (word(pdu, 1) - 1) & 0xffff, word(pdu, 3)) : pdu)),
  changesAnswers('sends-low-byte-first', 'it sends the low byte of a register first', (pdu, answer) =>
    isOneOf(pdu, 3, 4) && exceptionIn(answer) === 0 ? answer.map((byte, index) => (index < 2 ? byte : (answer[index ^ 1] ?? 0))) : answer,
  ),
  answersWrongly('answers-writes-without-writing', 'it answers writes and does not write', () => (pdu, ask) => (isOneOf(pdu, 5, 6, 15, 16, 21) ? doneAnswer(pdu) : ask(pdu))),
  answersWrongly('takes-any-coil-value', 'it sets a coil with any value but 0000', () => (pdu, ask) => {
    if (!isOneOf(pdu, 5) || word(pdu, 3) === 0) return ask(pdu);
    ask(pduOf(5, word(pdu, 1), ON));
    return pdu.slice();
  }),
  changesAnswers('takes-writes-anywhere', 'it answers writes to addresses that do not exist', (pdu, answer) => (isOneOf(pdu, 5, 6, 22) && exceptionIn(answer) === 2 ? pdu.slice() : answer)),
  answersWrongly('writes-padding-bits', 'it writes whole bytes of coils', () => (pdu, ask) => {
    if (!isOneOf(pdu, 15) || word(pdu, 3) % 8 === 0) return ask(pdu);
    ask(Uint8Array.of(...pduOf(15, word(pdu, 1), (pdu[5] ?? 0) * 8), ...pdu.subarray(5)));
    return doneAnswer(pdu);
  }),
  changesAnswers('ignores-byte-counts', 'it takes requests whose byte count or quantity is wrong', (pdu, answer) => {
    if (exceptionIn(answer) !== 3 || !isOneOf(pdu, 15, 16, 20, 21, 23)) return answer;
    return isOneOf(pdu, 20, 23) ? Uint8Array.of(pdu[0] ?? 0, 2, 0, 0) : doneAnswer(pdu);
  }),
  changesAnswers('takes-more-than-fits', 'it takes writes of more than fits into a request', (pdu, answer) =>
    (isOneOf(pdu, 15) && word(pdu, 3) > 1_968) || (isOneOf(pdu, 16) && word(pdu, 3) > 123) ? doneAnswer(pdu) : answer,
  ),
  changesAnswers('writes-up-to-the-end', 'it writes what exists before it refuses the rest', (pdu, answer, ask) => {
    if (exceptionIn(answer) !== 2) return answer;
    if (isOneOf(pdu, 15)) ask(pduOf(5, word(pdu, 1), ((pdu[6] ?? 0) & 1) * ON));
    if (isOneOf(pdu, 16)) ask(pduOf(6, word(pdu, 1), word(pdu, 6)));
    if (isOneOf(pdu, 23)) ask(pduOf(6, word(pdu, 5), word(pdu, 10)));
    return answer;
  }),
  answersWrongly('takes-only-short-writes', 'it refuses writes of more than 100 items', () => (pdu, ask) =>
    (isOneOf(pdu, 15, 16) && word(pdu, 3) > LONG_WRITE) || (isOneOf(pdu, 23) && word(pdu, 7) > LONG_WRITE) ? refusalOf(pdu[0] ?? 0, 3) : ask(pdu),
  ),
  answersWrongly('writes-into-the-inputs', 'its input registers show its holding registers', () => (pdu, ask) => {
    const answer = isOneOf(pdu, 4) ? ask(Uint8Array.of(3, ...pdu.subarray(1))) : ask(pdu);
    return isOneOf(pdu, 4) && answer !== undefined ? Uint8Array.of(((answer[0] ?? 0) & 0x80) | 4, ...answer.subarray(1)) : answer;
  }),
  answersWrongly('masks-without-complement', 'FC22 leaves the complement of the and-mask out', () => (pdu, ask) => {
    const current = isOneOf(pdu, 22) ? ask(pduOf(3, word(pdu, 1), 1)) : undefined;
    if (current === undefined || exceptionIn(current) !== 0) return ask(pdu);
    ask(pduOf(6, word(pdu, 1), (word(current, 2) & word(pdu, 3)) | word(pdu, 5)));
    return pdu.slice();
  }),
  answersWrongly('reads-before-it-writes', 'FC23 reads before it writes', () => (pdu, ask) => {
    if (!isOneOf(pdu, 23)) return ask(pdu);
    const before = ask(pduOf(3, word(pdu, 1), word(pdu, 3)));
    const after = ask(pdu);
    if (before === undefined || after === undefined || exceptionIn(before) !== 0 || exceptionIn(after) !== 0) return after;
    return Uint8Array.of(23, ...before.subarray(1));
  }),
  answersWrongly('empties-the-queue', 'FC24 takes the registers out of the queue', () => {
    const emptied = new Set<number>();
    return (pdu, ask) => {
      if (!isOneOf(pdu, 24) || !emptied.has(word(pdu, 1))) {
        emptied.add(isOneOf(pdu, 24) ? word(pdu, 1) : -1);
        return ask(pdu);
      }
      return pduOf(24, 2, 0);
    };
  }),
  changesAnswers('has-queues-anywhere', 'FC24 finds empty queues where nothing exists', (pdu, answer) => (isOneOf(pdu, 24) && exceptionIn(answer) === 2 ? pduOf(24, 2, 0) : answer)),
  changesAnswers('shows-part-of-a-long-queue', 'FC24 shows the first 31 registers of a longer queue', (pdu, answer) =>
    isOneOf(pdu, 24) && exceptionIn(answer) === 3 ? pduOf(24, 64, 31, ...Array.from({ length: 31 }, () => 0)) : answer,
  ),
];

function reversedBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit += 1) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}
