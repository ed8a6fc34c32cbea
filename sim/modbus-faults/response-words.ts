import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { putUint16, uint16At } from '../../hil/protocols/modbus/big-endian.ts';
import { bitsAt, putBits } from '../../hil/protocols/modbus/bits.ts';
import type { RequestFacts } from './request-facts.ts';

/** The values of a response to a read: registers, or bits as 0 and 1. */
export interface TableWords {
  readonly table: PrimaryTable;
  /** Zero-based address of the first. */
  readonly address: number;
  readonly words: readonly number[];
}

/** Where the values of a response begin, after function code and byte count. */
const DATA_START = 2;
const BIT_CODES = new Set([1, 2]);
const WORD_CODES = new Set([3, 4, 23]);

/** The values that a response tells; undefined for another response, an exception, or one that is too short. */
export function wordsOfResponse({ functionCode, range }: RequestFacts, pdu: Uint8Array): TableWords | undefined {
  if (range === undefined || pdu[0] !== functionCode) return undefined;
  const { table, address, count } = range;
  if (BIT_CODES.has(functionCode) && pdu.length >= DATA_START + ((count + 7) >>> 3)) {
    return { table, address, words: bitsAt(pdu, DATA_START, count).map(Number) };
  }
  if (WORD_CODES.has(functionCode) && pdu.length >= DATA_START + count * 2) {
    return { table, address, words: Array.from({ length: count }, (_word, index) => uint16At(pdu, DATA_START + index * 2)) };
  }
  return undefined;
}

/** The same response with other values; as many as `wordsOfResponse` gave. */
export function withWords(pdu: Uint8Array, words: readonly number[]): Uint8Array {
  const altered = pdu.slice();
  if (BIT_CODES.has(pdu[0] ?? 0)) putBits(altered, DATA_START, words.map((word) => word !== 0));
  else for (const [index, word] of words.entries()) putUint16(altered, DATA_START + index * 2, word);
  return altered;
}
