import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { decodePacket } from './decode.ts';
import { decodePlainAcknowledgement } from './decode-plain-acknowledgement.ts';
import { decodePlainPublish } from './decode-plain-publish.ts';
import { encodeLoose } from './encode-loose.ts';
import { knownText } from './known-text.ts';
import { NO_PROPERTIES } from './properties.ts';

const versions = fc.constantFrom(4, 5);
const packets = fc.record({
  type: fc.constant('publish' as const),
  dup: fc.boolean(),
  qos: fc.constantFrom(0, 1, 2, 3),
  retain: fc.boolean(),
  topic: fc.oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), fc.string(), fc.constantFrom('a/b', 'a/+', '#', '')),
  packetId: fc.integer({ min: 0, max: 0xffff }),
  payload: fc.uint8Array({ maxLength: 300 }),
  properties: fc.constantFrom(NO_PROPERTIES, { topicAlias: 1 }, { contentType: 'x' }),
});
const edits = fc.array(fc.record({ at: fc.nat({ max: 12 }), byte: fc.integer({ min: 0, max: 255 }) }), { maxLength: 2 });

test('what the short way takes, the whole decoder takes in the same way, whatever the bytes', () => {
  let taken = 0;
  fc.assert(
    fc.property(packets, versions, edits, fc.nat({ max: 20 }), fc.constantFrom(40, 1_000), (packet, version, changes, before, packetBytesMax) => {
      const encoded = encodeLoose(packet, version);
      const bytes = new Uint8Array(before + encoded.length + 3);
      bytes.set(encoded, before);
      for (const { at, byte } of changes) bytes[before + at] = byte;
      const short = decodePlainPublish(bytes, version, packetBytesMax, before, bytes.length);
      if (short === undefined) return;
      taken += 1;
      expect(short).toEqual(decodePacket(bytes, version, { from: 'client', packetBytesMax }, before));
    }),
    replay(),
  );
  expect(taken).toBeGreaterThan(0);
});

test('a plain PUBLISH goes the short way, and one that is cut does not', () => {
  for (const version of [4, 5] as const) {
    const bytes = encodeLoose({ type: 'publish', dup: false, qos: 1, retain: true, topic: 'a/b', packetId: 7, payload: Uint8Array.of(1, 2), properties: NO_PROPERTIES }, version);
    expect(decodePlainPublish(bytes, version, 100, 0, bytes.length)).toEqual(decodePacket(bytes, version, { from: 'client' }));
    for (let end = 0; end < bytes.length; end += 1) expect(decodePlainPublish(bytes, version, 100, 0, end)).toBeUndefined();
  }
});

test('texts of the same slot are told apart', () => {
  // "Aa" and "BB" have one hash, and so has everything made of them.
  const texts = ['AaAaAa', 'BBBBBB', 'AaBBAa', 'AaAaAa'];
  for (const text of texts) expect(knownText(Buffer.from(`xx${text}yy`), 2, 8)).toBe(text);
  for (const text of ['a\u0000b', 'a+b', 'a#b', 'aéb']) expect(knownText(Buffer.from(text), 0, Buffer.byteLength(text))).toBeUndefined();
});

test('an acknowledgement that the short way takes is the same in the whole decoder', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.constantFrom(0x40, 0x50, 0x62, 0x70, 0x60), versions, fc.boolean(), (body, first, version, isShort) => {
      const bytes = Uint8Array.of(first, isShort ? 2 : body.length, ...body);
      const short = decodePlainAcknowledgement(bytes, 100, 0, bytes.length);
      const whole = decodePacket(bytes, version, { from: 'client' });
      if (short === undefined) expect(whole.kind === 'packet' && whole.byteCount === 4).toBe(false);
      else expect(short).toEqual(whole);
    }),
    replay(),
  );
});
