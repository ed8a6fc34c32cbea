import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeException } from './exception.ts';
import { cuts, flipBit, joinBytes, pdus, requests, responsesTo, unitIds } from './modbus-arbitraries.contract.ts';
import { decodeRtu, encodeRtu } from './rtu.ts';
import { createRtuFramer, type RtuFramerEvent } from './rtu-framer.ts';
import { rtuRequestLength, rtuResponseLength } from './rtu-length.ts';

/** FC 08 with its usual two bytes of data: a length that a stream can be cut by. */
const measuredRequests = requests.map((request) => (request.functionCode === 8 ? { ...request, data: Uint8Array.of(0xa5, 0x37) } : request));
const requestFrames = fc.tuple(unitIds, measuredRequests).map(([unitId, request]) => encodeRtu(unitId, encodeRequest(request)));
const responseFrames = fc
  .tuple(unitIds, measuredRequests)
  .chain(([unitId, request]) =>
    fc.oneof(
      responsesTo(request).map((response) => encodeRtu(unitId, encodeResponse(response))),
      fc.integer({ min: 1, max: 11 }).map((code) => encodeRtu(unitId, encodeException(request.functionCode, code))),
    ),
  );

test('every frame decodes to itself', () => {
  fc.assert(
    fc.property(unitIds, pdus, (unitId, pdu) => {
      expect(decodeRtu(encodeRtu(unitId, pdu))).toEqual({ kind: 'frame', unitId, pdu, byteCount: pdu.length + 3 });
    }),
    replay(),
  );
});

test('a single flipped bit in an RTU frame never decodes as a frame', () => {
  fc.assert(
    fc.property(unitIds, pdus, fc.nat(), (unitId, pdu, bit) => {
      expect(decodeRtu(flipBit(encodeRtu(unitId, pdu), bit)).kind).toBe('corrupt');
    }),
    replay(),
  );
});

test('decoding is total', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const decoded = decodeRtu(bytes);
      expect(decoded.kind === 'incomplete').toBe(bytes.length < 4);
      if (decoded.kind === 'frame') expect(encodeRtu(decoded.unitId, decoded.pdu)).toEqual(bytes);
    }),
    replay(),
  );
});

test('the length is known from the first bytes, never wrong and never longer in coming than the frame', () => {
  fc.assert(
    fc.property(requestFrames, responseFrames, (request, response) => {
      expect(rtuRequestLength(request)).toBe(request.length);
      expect(rtuResponseLength(response)).toBe(response.length);
      for (let end = 0; end < request.length; end += 1) expect(['more', request.length]).toContain(rtuRequestLength(request, 0, end));
      for (let end = 0; end < response.length; end += 1) expect(['more', response.length]).toContain(rtuResponseLength(response, 0, end));
    }),
    replay(),
  );
});

test('reckoning a length is total', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const length of [rtuRequestLength(bytes), rtuResponseLength(bytes)]) {
        if (typeof length === 'number') expect(length).toBeGreaterThanOrEqual(4);
        else expect(['more', 'unknown']).toContain(length);
      }
    }),
    replay(),
  );
});

test.each([
  ['request', requestFrames],
  ['response', responseFrames],
  ['either', fc.oneof(requestFrames, responseFrames).filter((frame) => !beginsLikeAnother(frame))],
] as const)('framing by length (%s) gives every frame of a clean stream, wherever it is cut', (direction, frames) => {
  const streams = fc.array(frames, { maxLength: 5 }).chain((sent) => cuts(joinBytes(...sent)).map((chunks) => ({ sent, chunks })));
  fc.assert(
    fc.property(streams, ({ sent, chunks }) => {
      const framer = createRtuFramer({ framing: 'length', direction, silenceMs: 2 });
      const events = [...chunks.flatMap((chunk) => framer.push(chunk, 0)), ...framer.tick(2)];
      expect(framesOf(events)).toEqual(sent);
    }),
    replay(),
  );
});

test.each(['silence', 'length'] as const)('framing by %s: a dirty stream gives the same frames wherever it is cut', (framing) => {
  const spoiled = fc.tuple(requestFrames, fc.nat()).map(([frame, bit]) => flipBit(frame, bit));
  const pieces = fc.array(fc.oneof(requestFrames, spoiled, fc.uint8Array({ maxLength: 400 })), { maxLength: 5 });
  const streams = pieces.map((parts) => joinBytes(...parts)).chain((bytes) => cuts(bytes).map((chunks) => ({ bytes, chunks })));
  fc.assert(
    fc.property(streams, ({ bytes, chunks }) => {
      const whole = run(framing, [bytes]);
      const cut = run(framing, chunks);
      expect(framesOf(cut)).toEqual(framesOf(whole));
      expect(joinBytes(...cut.map(bytesOf))).toEqual(bytes);
    }),
    replay(),
  );
});

test.each(['silence', 'length'] as const)('framing by %s finds the good frame after garbage and a silence', (framing) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), requestFrames, (garbage, frame) => {
      const framer = createRtuFramer({ framing, direction: 'request', silenceMs: 2 });
      framer.push(garbage, 0);
      const events = [...framer.push(frame, 10), ...framer.tick(12)];
      expect(framesOf(events).at(-1)).toEqual(frame);
    }),
    replay(),
  );
});

test('query data of any length is found by the silence after it, whatever is in it', () => {
  const data = fc.oneof(fc.uint8Array({ maxLength: 250 }), requestFrames.filter((frame) => frame.length <= 250));
  fc.assert(
    fc.property(unitIds, data, fc.constantFrom('request', 'response', 'either'), (unitId, query, direction) => {
      const frame = encodeRtu(unitId, joinBytes(Uint8Array.of(8, 0, 0), query));
      // One in 65,536: by a chance CRC the first eight bytes of a longer one are a frame.
      fc.pre(frame.length <= 8 || decodeRtu(frame, 0, 8).kind !== 'frame');
      const framer = createRtuFramer({ framing: 'length', direction, silenceMs: 2 });
      expect(framesOf([...framer.push(frame, 0), ...framer.tick(2)])).toEqual([frame]);
    }),
    replay(),
  );
});

/** By a chance CRC, one in 65,536, a request begins with bytes that are a whole response, or the other way round. */
function beginsLikeAnother(frame: Uint8Array): boolean {
  return [rtuRequestLength(frame), rtuResponseLength(frame)].some(
    (length) => typeof length === 'number' && length < frame.length && decodeRtu(frame, 0, length).kind === 'frame',
  );
}

function run(framing: 'silence' | 'length', chunks: readonly Uint8Array[]): RtuFramerEvent[] {
  const framer = createRtuFramer({ framing, direction: 'request', silenceMs: 2 });
  return [...chunks.flatMap((chunk) => framer.push(chunk, 0)), ...framer.tick(2)];
}

function framesOf(events: readonly RtuFramerEvent[]): Uint8Array[] {
  return events.filter((event) => event.kind === 'frame').map(bytesOf);
}

function bytesOf(event: RtuFramerEvent): Uint8Array {
  return event.kind === 'frame' ? encodeRtu(event.unitId, event.pdu) : event.bytes;
}
