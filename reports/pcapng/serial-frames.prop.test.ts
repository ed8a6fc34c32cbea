import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { createManualClock } from '../../sim/world/manual-clock.ts';
import { createSerialFrames, SERIAL_GAP_MS, type SerialFrame } from './serial-frames.ts';

const FRAME = encodeRtu(unitId(5), Uint8Array.of(3, 0, 1, 0, 2));

function taken(framing: 'rtu' | 'ascii'): { readonly frames: SerialFrame[]; readonly clock: ReturnType<typeof createManualClock>; readonly push: ReturnType<typeof createSerialFrames>['push'] } {
  const clock = createManualClock();
  const frames: SerialFrame[] = [];
  return { frames, clock, push: createSerialFrames(framing, clock, (frame) => frames.push(frame)).push };
}

test('frames come whole, in whatever pieces they arrive', () => {
  const exchange = fc.array(fc.record({ pdu: fc.uint8Array({ minLength: 1, maxLength: 60 }), cut: fc.nat(63), framing: fc.constant('rtu') }), { maxLength: 10 });
  fc.assert(
    fc.property(exchange, fc.constantFrom('rtu', 'ascii'), (sent, framing) => {
      const { frames, clock, push } = taken(framing);
      const encoded = sent.map(({ pdu }) => (framing === 'rtu' ? encodeRtu(unitId(1), pdu) : encodeAscii(unitId(1), pdu)));
      for (const [index, bytes] of encoded.entries()) {
        const from = index % 2 === 0 ? 'client' : 'server';
        const cut = Math.min(sent[index]?.cut ?? 0, bytes.length);
        for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
          push(from, piece);
          clock.advance(SERIAL_GAP_MS - 1);
        }
      }
      // A piece whose own CRC happens to be right ends early: one in 65,536.
      expect(Buffer.concat(frames.map(({ bytes }) => bytes)).equals(Buffer.concat(encoded))).toBe(true);
      if (framing === 'ascii') expect(frames).toHaveLength(encoded.length);
      expect(frames.map(({ from }) => from)).toEqual(frames.map((_frame, index) => (index % 2 === 0 ? 'client' : 'server')));
    }),
    replay(),
  );
});

test('a frame that a fault has spoiled is kept as it is: after the silence, or when the other side begins', () => {
  const { frames, clock, push } = taken('rtu');
  const spoiled = FRAME.map((byte, index) => (index === 2 ? byte ^ 1 : byte));
  push('client', spoiled);
  expect(frames).toEqual([]);
  clock.advance(SERIAL_GAP_MS);
  expect(frames[0]?.atMs).toBe(0);
  push('client', spoiled);
  push('server', FRAME);
  expect(frames.map(({ from, bytes }) => [from, Buffer.from(bytes)])).toEqual([['client', Buffer.from(spoiled)], ['client', Buffer.from(spoiled)], ['server', Buffer.from(FRAME)]]);
  expect(clock.pendingTimers).toBe(0);
});

test('an eavesdropper takes the frames apart too', () => {
  const { frames, push } = taken('rtu');
  push(undefined, FRAME);
  push(undefined, FRAME);
  expect(frames.map(({ bytes }) => bytes.length)).toEqual([FRAME.length, FRAME.length]);
});

test('what never ends is handed on in pieces', () => {
  const { frames, push } = taken('ascii');
  for (let n = 0; n < 50; n += 1) push('client', new Uint8Array(100).fill(0x41));
  expect(frames.length).toBeGreaterThan(3);
});
