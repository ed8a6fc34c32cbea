import { lrc } from '../../../../hil/protocols/modbus/lrc.ts';
import { asciiFrame, frameOf, rtuFrame, wordBytes } from './client-adu.ts';
import { changesRequests, type ClientDefect, type ClientTools, type SentRequest } from './client-defect.ts';

const LONG_PDU_BYTES = 300;
const MISSHAPEN = [1, 2, 3, 4, 5, 6, 8, 15, 16, 20, 21, 22, 23, 24];
/** Function code, the largest quantity and one that is too large, and where it stands. */
const QUANTITIES: readonly (readonly [functionCode: number, tooMany: number, at: number])[] = [
  [1, 2_001, 3],
  [2, 2_001, 3],
  [3, 126, 3],
  [4, 126, 3],
  [15, 1_969, 3],
  [16, 124, 3],
  [23, 126, 3],
  [23, 122, 7],
];
const NOISE = Uint8Array.of(0xa5, 0x5a);

/** Defects in what a client sends. */
export const REQUEST_DEFECTS: readonly ClientDefect[] = [
  ...MISSHAPEN.map((functionCode) =>
    changesRequests(`misshapes-fc${twoDigits(functionCode)}`, `it adds a byte to requests with function ${functionCode}`, (request, tools) =>
      only(functionCode, request, tools, (pdu) => Uint8Array.of(...pdu, 0)),
    ),
  ),
  ...QUANTITIES.map(([functionCode, tooMany, at]) =>
    changesRequests(
      `asks-too-much-fc${twoDigits(functionCode)}${at === 7 ? '-write' : ''}`,
      `it asks for ${tooMany} with function ${functionCode}`,
      (request, tools) => only(functionCode, request, tools, (pdu) => withWord(pdu, at, tooMany)),
    ),
  ),
  changesRequests('sends-long-pdu', `its requests are PDUs of ${LONG_PDU_BYTES} bytes`, (request, tools) => {
    const long = new Uint8Array(LONG_PDU_BYTES);
    long.set(request.pdu);
    return changed(request, tools, long);
  }),
  changesRequests('sends-exception-codes', 'it sets the top bit of function codes', (request, tools) => changed(request, tools, withByte(request.pdu, 0, (request.pdu[0] ?? 0) | 0x80))),
  changesRequests('swaps-address-bytes', 'it sends addresses and quantities low byte first', (request, tools) => {
    const { pdu } = request;
    return isRead(request) ? changed(request, tools, Uint8Array.of(pdu[0] ?? 0, pdu[2] ?? 0, pdu[1] ?? 0, pdu[4] ?? 0, pdu[3] ?? 0)) : [request.bytes];
  }),
  changesRequests('passes-last-address', 'it reads past address 65535', (request, tools) => (isRead(request) ? changed(request, tools, withWord(request.pdu, 1, 0xffff)) : [request.bytes])),
  changesRequests('reads-one-too-far', 'it takes the number of an item for its address', (request, tools) =>
    isRead(request) ? changed(request, tools, withWord(request.pdu, 1, ((request.pdu[1] ?? 0) << 8) + (request.pdu[2] ?? 0) + 1)) : [request.bytes],
  ),
  changesRequests('ignores-grouping-limit', 'it reads 100 at once', (request, tools) => (isRead(request) ? changed(request, tools, withWord(request.pdu, 3, 100)) : [request.bytes])),
  changesRequests('states-wrong-length', 'the length of its headers leaves the unit id out', ({ bytes }) => [withByte(bytes, 5, (bytes[5] ?? 0) - 1)]),
  changesRequests('appends-crc-on-tcp', 'it puts a CRC behind the PDU on TCP', (request, tools) => changed(request, tools, rtuFrame(Uint8Array.of(request.unit, ...request.pdu)).subarray(1))),
  changesRequests('sends-other-protocol', 'its headers have protocol id 1', ({ bytes }) => [withByte(bytes, 3, 1)]),
  changesRequests('sends-swapped-crc', 'it sends the CRC high byte first', ({ bytes }) => [Uint8Array.of(...bytes.subarray(0, -2), bytes.at(-1) ?? 0, bytes.at(-2) ?? 0)]),
  changesRequests('trails-bytes', 'bytes trail its frames', ({ bytes }) => [Uint8Array.of(...bytes, ...NOISE)]),
  changesRequests('asks-reserved-unit', 'it asks unit 250', (request, tools) => [frameOf(tools.carrier, { ...request, unit: 250 })]),
  changesRequests('sends-lower-case', 'its hexadecimal digits are lower case', ({ bytes }) => [new Uint8Array(Buffer.from(Buffer.from(bytes).toString('latin1').toLowerCase(), 'latin1'))]),
  changesRequests('ends-without-cr', 'its frames end with LF alone', ({ bytes }) => [Uint8Array.of(...bytes.subarray(0, -2), 0x0a)]),
  changesRequests('sends-wrong-lrc', 'its LRC is the sum itself', ({ unit, pdu }) => {
    const body = Uint8Array.of(unit, ...pdu);
    return [asciiFrame(body, -lrc(body))];
  }),
];

function only(functionCode: number, request: SentRequest, tools: ClientTools, change: (pdu: Uint8Array) => Uint8Array): readonly Uint8Array[] {
  return request.pdu[0] === functionCode ? changed(request, tools, change(request.pdu)) : [request.bytes];
}

function changed(request: SentRequest, { carrier }: ClientTools, pdu: Uint8Array): readonly Uint8Array[] {
  return [frameOf(carrier, { ...request, pdu })];
}

function isRead({ pdu }: SentRequest): boolean {
  const functionCode = pdu[0] ?? 0;
  return functionCode >= 1 && functionCode <= 4;
}

/** The bytes with one of them replaced. */
export function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? value & 0xff : byte));
}

function withWord(pdu: Uint8Array, at: number, value: number): Uint8Array {
  const [high, low] = wordBytes(value);
  return withByte(withByte(pdu, at, high), at + 1, low);
}

/** Two digits, as in `fc03`. */
export function twoDigits(functionCode: number): string {
  return String(functionCode).padStart(2, '0');
}
