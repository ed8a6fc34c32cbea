import { expect, test } from 'vitest';
import { decodeTcp, encodeTcp } from './tcp.ts';
import { createTcpFramer } from './tcp-framer.ts';
import { DIRECT_UNIT_ID, serialUnitId, unitId } from './unit-id.ts';

const READ = Uint8Array.of(3, 0, 0, 0, 10);

test('a frame is MBAP header and PDU, big-endian, without check value', () => {
  const frame = encodeTcp(0x1501, DIRECT_UNIT_ID, READ);
  expect([...frame]).toEqual([0x15, 0x01, 0, 0, 0, 6, 0xff, 3, 0, 0, 0, 10]);
  expect(decodeTcp(frame)).toEqual({ kind: 'frame', transactionId: 0x1501, unitId: 255, pdu: READ, byteCount: 12 });
});

test.each([
  [[0, 1, 0, 1, 0, 6, 1, 3, 0, 0, 0, 10], 12, 'protocol id 1 spoils one frame'],
  [[0, 1, 0, 0, 0, 0], 6, 'length 0'],
  [[0, 1, 0, 0, 0, 1, 1], 7, 'length 1'],
  [[0, 1, 0, 0, 0, 255, 1], 0, 'length 255 loses the framing'],
  [[...Buffer.from('GET / HTTP/1.1')], 0, 'another protocol'],
])('%j is corrupt and skips %i bytes: %s', (bytes, skipBytes) => {
  expect(decodeTcp(Uint8Array.from(bytes))).toMatchObject({ kind: 'corrupt', skipBytes });
});

test('an incomplete frame says what is missing at least', () => {
  expect(decodeTcp(new Uint8Array(0))).toEqual({ kind: 'incomplete', missingBytesMin: 8 });
  expect(decodeTcp(Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 3))).toEqual({ kind: 'incomplete', missingBytesMin: 4 });
});

test('a connection continues after a wrong protocol id and ends after a lost length', () => {
  const framer = createTcpFramer();
  const otherProtocol = [0, 1, 0, 9, 0, 2, 1, 3];
  const badLength = [0, 1, 0, 0, 9, 9];
  const events = framer.push(Uint8Array.of(...otherProtocol, ...good(7), ...badLength, ...good(8)));
  expect(events.map((event) => (event.kind === 'frame' ? event.transactionId : event.lost))).toEqual([false, 7, true]);
  expect(framer.push(good(9))).toEqual([]);
  expect(framer.heldBytes()).toBe(0);
});

function good(transactionId: number): Uint8Array {
  return encodeTcp(transactionId, unitId(1), READ);
}

test.each([
  ['an empty PDU', () => encodeTcp(1, unitId(1), new Uint8Array(0))],
  ['254 bytes', () => encodeTcp(1, unitId(1), new Uint8Array(254))],
  ['transaction 65536', () => encodeTcp(65_536, unitId(1), READ)],
  ['unit 256', () => unitId(256)],
  ['unit 1.5', () => unitId(1.5)],
  ['serial unit 0', () => serialUnitId(0)],
  ['serial unit 248', () => serialUnitId(248)],
])('%s is our own fault', (_what, act) => {
  expect(act).toThrowError(expect.objectContaining({ code: 'FP_MODBUS_BAD_PDU' }));
});
