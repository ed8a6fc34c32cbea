import { expect, test } from 'vitest';
import { decodeRtu, encodeRtu } from './rtu.ts';
import { createRtuFramer, type RtuFramerEvent } from './rtu-framer.ts';
import { rtuRequestLength, rtuResponseLength } from './rtu-length.ts';
import { rtuLineTimeMs, rtuTiming } from './rtu-timing.ts';
import { unitId } from './unit-id.ts';

const READ = Uint8Array.of(3, 0, 0, 0, 10);
const FRAME = encodeRtu(unitId(1), READ);
const USER_DEFINED = encodeRtu(unitId(1), Uint8Array.of(0x41, 1, 2, 3));

test('a frame is unit id, PDU and CRC with its low byte first', () => {
  expect([...FRAME]).toEqual([1, 3, 0, 0, 0, 10, 0xc5, 0xcd]);
  expect(decodeRtu(FRAME)).toEqual({ kind: 'frame', unitId: 1, pdu: READ, byteCount: 8 });
});

test('what is too short is incomplete, what does not check is corrupt, what is too long is never a frame', () => {
  expect(decodeRtu(FRAME.slice(0, 3))).toEqual({ kind: 'incomplete', missingBytesMin: 1 });
  expect(decodeRtu(FRAME.slice(0, 7))).toMatchObject({ kind: 'corrupt', because: 'crc' });
  // A CRC over 257 bytes that agrees: two zero bytes more than the CRC of 255.
  const long = new Uint8Array(257);
  long.set(encodeRtu(unitId(1), new Uint8Array(253)), 0);
  expect(decodeRtu(long)).toMatchObject({ kind: 'corrupt', because: 'too-long' });
});

test.each([
  ['01 03 00', 8],
  ['01', 'more'],
  ['01 07', 4],
  ['01 08 00 00', 8],
  ['01 10 00 01 00 02', 'more'],
  ['01 10 00 01 00 02 04', 13],
  ['01 17 00 03 00 06 00 0e 00 03 06', 19],
  ['01 14 0e', 19],
  ['01 16', 10],
  ['01 18', 6],
  ['01 2b 0e', 7],
  ['01 2b 0d', 'unknown'],
  ['01 41', 'unknown'],
])('a request that begins %s has %s bytes', (hex, length) => {
  expect(rtuRequestLength(bytes(hex))).toBe(length);
});

test.each([
  ['01 83', 5],
  ['01 03', 'more'],
  ['01 03 14', 25],
  ['01 10', 8],
  ['01 07', 5],
  ['01 18 00', 'more'],
  ['01 18 00 06', 12],
  // Section 6.21, the example: three objects of 22, 28 and 5 characters.
  [`01 2b 0e 01 01 00 00 03 00 02 41 42 01 01 43 02 03 44 45 46`, 22],
  ['01 2b 0e 01 01 00 00 03 00 02 41 42 01', 'more'],
  ['01 41', 'unknown'],
])('a response that begins %s has %s bytes', (hex, length) => {
  expect(rtuResponseLength(bytes(hex))).toBe(length);
});

test('the silences follow the character time up to 19200 bit/s and are fixed above', () => {
  expect(rtuTiming(9_600).silenceMs).toBeCloseTo(4.01, 2);
  expect(rtuTiming(19_200).characterGapMsMax).toBeCloseTo(0.859, 3);
  expect(rtuTiming(115_200)).toMatchObject({ characterGapMsMax: 0.75, silenceMs: 1.75 });
  expect(rtuLineTimeMs(8, 9_600)).toBeCloseTo(9.167, 3);
});

test('framing by silence: all between two silences is one frame, so joined frames are none', () => {
  const framer = createRtuFramer({ framing: 'silence', direction: 'request', silenceMs: 4 });
  expect(framer.push(FRAME.slice(0, 3), 100)).toEqual([]);
  expect(framer.push(FRAME.slice(3), 103)).toEqual([]);
  expect(framer.dueMs()).toBe(107);
  expect(framer.tick(106.9)).toEqual([]);
  expect(kinds(framer.tick(107))).toEqual(['frame']);
  expect(framer.dueMs()).toBeUndefined();
  expect(framer.push(joined(FRAME, FRAME), 200)).toEqual([]);
  expect(kinds(framer.push(FRAME, 204))).toEqual(['corrupt 16']);
  expect(kinds(framer.tick(208))).toEqual(['frame']);
});

test.each(['silence', 'length'] as const)('framing by %s: noise without end is let go of as it comes, and is no frame', (framing) => {
  const framer = createRtuFramer({ framing, direction: 'request', silenceMs: 4 });
  const early = Array.from({ length: 10 }, (_chunk, index) => framer.push(new Uint8Array(100), index)).flat();
  expect(byteTotal(early)).toBeGreaterThanOrEqual(1_000 - 512);
  expect(byteTotal([...early, ...framer.tick(100)])).toBe(1_000);
});

test('framing by length: frames need no silence, and garbage before one is passed over', () => {
  const framer = createRtuFramer({ framing: 'length', direction: 'request', silenceMs: 20 });
  expect(kinds(framer.push(joined(FRAME, FRAME), 0))).toEqual(['frame', 'frame']);
  const spoiled = FRAME.slice();
  spoiled[4] = 0xff;
  expect(kinds(framer.push(joined(spoiled, FRAME), 1))).toEqual(['corrupt 8', 'frame']);
});

test('framing by length: a function code without known length is a frame when silence ends it', () => {
  const framer = createRtuFramer({ framing: 'length', direction: 'request', silenceMs: 20 });
  expect(framer.push(USER_DEFINED, 0)).toEqual([]);
  expect(framer.tick(20)).toMatchObject([{ kind: 'frame', pdu: Uint8Array.of(0x41, 1, 2, 3) }]);
  expect(kinds(framer.push(joined(FRAME, USER_DEFINED), 30))).toEqual(['frame']);
  expect(kinds(framer.tick(50))).toEqual(['frame']);
});

test('framing by length: a partial frame is dropped at the next silence, and the following good frame is taken', () => {
  const framer = createRtuFramer({ framing: 'length', direction: 'request', silenceMs: 20 });
  expect(framer.push(Uint8Array.of(1, 16, 0, 0, 0, 100, 200, 1, 2), 0)).toEqual([]);
  expect(kinds(framer.push(FRAME, 20))).toEqual(['corrupt 9', 'frame']);
  // Without the silence the good frame waits for it, and is found.
  expect(framer.push(joined(Uint8Array.of(1, 16, 0, 0, 0, 100, 200, 1, 2), FRAME), 40)).toEqual([]);
  expect(kinds(framer.tick(60))).toEqual(['corrupt 9', 'frame']);
});

test('a listener on a shared line hears requests and responses', () => {
  const framer = createRtuFramer({ framing: 'length', direction: 'either', silenceMs: 20 });
  const response = encodeRtu(unitId(1), Uint8Array.of(3, 2, 0, 7));
  expect(kinds(framer.push(joined(FRAME, response, FRAME), 0))).toEqual(['frame', 'frame', 'frame']);
});

test('after a reset nothing of before is left', () => {
  const framer = createRtuFramer({ framing: 'length', direction: 'request', silenceMs: 20 });
  framer.push(FRAME.slice(0, 4), 0);
  framer.reset();
  expect(kinds(framer.push(FRAME, 1))).toEqual(['frame']);
});

function kinds(events: readonly RtuFramerEvent[]): string[] {
  return events.map((event) => (event.kind === 'frame' ? 'frame' : `corrupt ${event.bytes.length}`));
}

function byteTotal(events: readonly RtuFramerEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === 'corrupt' ? event.bytes.length : Infinity), 0);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}
