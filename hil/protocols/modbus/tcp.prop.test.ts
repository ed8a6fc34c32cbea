import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { cuts, joinBytes, pdus, unitIds } from './modbus-arbitraries.contract.ts';
import { decodeTcp, encodeTcp } from './tcp.ts';
import { createTcpFramer } from './tcp-framer.ts';

const frames = fc.record({ transactionId: fc.integer({ min: 0, max: 0xffff }), unitId: unitIds, pdu: pdus });

test('every frame decodes to itself, and each shorter part of it is incomplete', () => {
  fc.assert(
    fc.property(frames, fc.nat(), ({ transactionId, unitId, pdu }, cut) => {
      const bytes = encodeTcp(transactionId, unitId, pdu);
      expect(decodeTcp(bytes)).toEqual({ kind: 'frame', transactionId, unitId, pdu, byteCount: bytes.length });
      const part = bytes.slice(0, cut % bytes.length);
      const decoded = decodeTcp(part);
      expect(decoded.kind).toBe('incomplete');
      if (decoded.kind === 'incomplete') expect(part.length + decoded.missingBytesMin).toBeLessThanOrEqual(bytes.length);
    }),
    replay(),
  );
});

test('decoding is total', () => {
  const plausible = fc.uint8Array({ maxLength: 300 }).map((tail) => joinBytes(Uint8Array.of(0, 1, 0, 0, 0), tail));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), plausible);
  fc.assert(
    fc.property(bytes, fc.nat({ max: 20 }), (input, start) => {
      const decoded = decodeTcp(input, Math.min(start, input.length));
      if (decoded.kind === 'frame') expect(decoded.byteCount).toBe(decoded.pdu.length + 7);
      if (decoded.kind === 'incomplete') expect(decoded.missingBytesMin).toBeGreaterThan(0);
      if (decoded.kind === 'corrupt') expect(decoded.because).not.toBe('');
    }),
    replay(),
  );
});

test('a stream gives the same frames wherever it is cut', () => {
  const streams = fc.array(frames, { maxLength: 6 }).chain((sent) => {
    const bytes = joinBytes(...sent.map((frame) => encodeTcp(frame.transactionId, frame.unitId, frame.pdu)));
    return cuts(bytes).map((chunks) => ({ sent, chunks }));
  });
  fc.assert(
    fc.property(streams, ({ sent, chunks }) => {
      const framer = createTcpFramer();
      const received = chunks.flatMap((chunk) => framer.push(chunk));
      expect(received).toEqual(sent.map((frame) => ({ kind: 'frame', ...frame, byteCount: frame.pdu.length + 7 })));
      expect(framer.heldBytes()).toBe(0);
    }),
    replay(),
  );
});
