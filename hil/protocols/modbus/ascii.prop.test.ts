import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { decodeAscii, encodeAscii } from './ascii.ts';
import { createAsciiFramer } from './ascii-framer.ts';
import { cuts, flipBit, joinBytes, pdus, unitIds } from './modbus-arbitraries.contract.ts';

const frames = fc.record({ unitId: unitIds, pdu: pdus });

test('every frame decodes to itself', () => {
  fc.assert(
    fc.property(frames, ({ unitId, pdu }) => {
      expect(decodeAscii(encodeAscii(unitId, pdu))).toEqual({ kind: 'frame', unitId, pdu, byteCount: pdu.length * 2 + 7 });
    }),
    replay(),
  );
});

test('decoding is total, a flipped bit never gives a frame, and only canonical characters do', () => {
  const characters = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.tuple(frames, fc.nat()).map(([{ unitId, pdu }, bit]) => flipBit(encodeAscii(unitId, pdu), bit)),
  );
  fc.assert(
    fc.property(characters, (bytes) => {
      const decoded = decodeAscii(bytes);
      if (decoded.kind === 'frame') expect(encodeAscii(decoded.unitId, decoded.pdu)).toEqual(bytes);
    }),
    replay(),
  );
  fc.assert(
    fc.property(frames, fc.nat(), ({ unitId, pdu }, bit) => {
      expect(decodeAscii(flipBit(encodeAscii(unitId, pdu), bit)).kind).not.toBe('frame');
    }),
    replay(),
  );
});

test('a stream gives the same frames wherever it is cut, whatever is around them', () => {
  const pieces = fc.tuple(fc.uint8Array({ maxLength: 20 }), frames);
  const streams = fc.array(pieces, { maxLength: 4 }).chain((sent) => {
    const bytes = joinBytes(...sent.flatMap(([noise, { unitId, pdu }]) => [noise, encodeAscii(unitId, pdu)]));
    return cuts(bytes).map((chunks) => ({ sent, chunks }));
  });
  fc.assert(
    fc.property(streams, ({ sent, chunks }) => {
      const framer = createAsciiFramer();
      const received = chunks.flatMap((chunk) => framer.push(chunk, 0)).filter((event) => event.kind === 'frame');
      expect(received.map(({ unitId, pdu }) => ({ unitId, pdu }))).toEqual(sent.map(([, frame]) => frame));
    }),
    replay(),
  );
});
