import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../../hil/runtime/replay-seed.contract.ts';
import type { Carrier } from './carrier.ts';
import { createModbusCutter } from './modbus-cutter.ts';
import { decodeFrame, encodeFrame } from './modbus-frame.ts';

const pdus = fc.tuple(fc.constantFrom(5, 6), fc.uint8Array({ minLength: 4, maxLength: 4 })).map(([code, rest]) => Uint8Array.of(code, ...rest));
const envelopes = fc.record({ unit: fc.integer({ min: 1, max: 247 }), transactionId: fc.integer({ min: 0, max: 65_535 }) });

test.each(['tcp', 'ascii'] as const)('however a stream over %s is cut, its frames come out whole and decode', (carrier) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(envelopes, pdus), { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 9 })), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(([envelope, pdu]) => encodeFrame(carrier, envelope, pdu)));
      const decoded = cutInto(carrier, stream, cuts).map((frame) => decodeFrame(carrier, frame));
      expect(decoded).toEqual(sent.map(([{ unit, transactionId }, pdu]) => ({ kind: 'frame', unit, transactionId: carrier === 'tcp' ? transactionId : undefined, pdu })));
    }),
    replay(),
  );
});

test('a frame over RTU comes out as soon as it is whole; with a byte behind it only silence ends it', () => {
  fc.assert(
    fc.property(envelopes, pdus, fc.integer({ min: 1, max: 255 }), (envelope, pdu, extra) => {
      const frame = encodeFrame('rtu', envelope, pdu);
      const cutter = createModbusCutter('rtu', 30);
      expect(cutter.push(frame).map((each) => decodeFrame('rtu', each).kind)).toEqual(['frame']);
      expect(cutter.push(Uint8Array.of(...frame, extra))).toEqual([]);
      expect(decodeFrame('rtu', cutter.takeRest()).kind).toBe('malformed');
    }),
    replay(),
  );
});

test('decoding is total on any bytes', () => {
  fc.assert(
    fc.property(fc.constantFrom<Carrier>('tcp', 'rtu', 'ascii'), fc.uint8Array({ maxLength: 300 }), (carrier, bytes) => {
      const cutter = createModbusCutter(carrier, 30);
      const pieces = [...cutter.push(bytes), cutter.takeRest()];
      expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes));
      for (const piece of pieces) decodeFrame(carrier, piece);
    }),
    replay(),
  );
});

function cutInto(carrier: Carrier, stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const cutter = createModbusCutter(carrier, 30);
  const frames: Uint8Array[] = [];
  let start = 0;
  for (const size of cuts) {
    frames.push(...cutter.push(stream.subarray(start, start + size)));
    start += size;
  }
  return [...frames, ...cutter.push(stream.subarray(start))];
}
