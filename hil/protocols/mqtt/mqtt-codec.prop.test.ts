import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { decodePacket } from './decode.ts';
import type { MqttDecode, PacketSender } from './decode-result.ts';
import { encodePacket } from './encode.ts';
import { encodeLoose } from './encode-loose.ts';
import { sentPackets } from './mqtt-arbitraries.contract.ts';
import type { ProtocolVersion } from './packet.ts';
import { decodeText } from './packet-text.ts';
import { rawBytes } from './raw-packet.ts';

const versions = fc.constantFrom<(ProtocolVersion | undefined)[]>(4, 5, undefined);
const senders = fc.constantFrom<PacketSender[]>('client', 'server');
/** Bytes that often have a plausible fixed header, so that the decoders behind it are reached. */
const wildBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 60 })).map(([first, body]) => rawBytes(first, body.length, body)),
);

test('a packet decodes as what was encoded, and encodes as the same bytes again', () => {
  fc.assert(
    fc.property(sentPackets, ({ version, from, packet }) => {
      const bytes = encodePacket(packet, version);
      const decoded = decodePacket(bytes, version, { from });
      expect(decoded).toEqual({ kind: 'packet', packet, byteCount: bytes.length });
      if (decoded.kind === 'packet') expect(encodePacket(decoded.packet, version)).toEqual(bytes);
    }),
    replay(),
  );
});

test('the place of a packet among other bytes does not matter', () => {
  fc.assert(
    fc.property(sentPackets, fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), ({ version, from, packet }, before, after) => {
      const bytes = encodePacket(packet, version);
      const decoded = decodePacket(rawBytes(before, bytes, after), version, { from }, before.length);
      expect(decoded).toEqual({ kind: 'packet', packet, byteCount: bytes.length });
    }),
    replay(),
  );
});

test('the start of a packet is incomplete, and never asks for more than the packet has', () => {
  fc.assert(
    fc.property(sentPackets, fc.nat(), ({ version, from, packet }, cut) => {
      const bytes = encodePacket(packet, version);
      const decoded = decodePacket(bytes.subarray(0, cut % bytes.length), version, { from });
      expect(decoded.kind).toBe('incomplete');
      if (decoded.kind !== 'incomplete') return;
      expect(decoded.missingBytesMin).toBeGreaterThan(0);
      expect(decoded.missingBytesMin).toBeLessThanOrEqual(bytes.length - (cut % bytes.length));
    }),
    replay(),
  );
});

test('any bytes give one of the three, and a statement of the standard for what is wrong', () => {
  fc.assert(
    fc.property(wildBytes, versions, senders, (bytes, version, from) => {
      expectSound(decodePacket(bytes, version, { from }), bytes);
    }),
    replay(),
  );
});

test('a packet with a few bytes changed gives one of the three', () => {
  fc.assert(
    fc.property(sentPackets, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }), ({ version, from, packet }, changes) => {
      const bytes = encodePacket(packet, version).slice();
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      expectSound(decodePacket(bytes, version, { from }), bytes);
    }),
    replay(),
  );
});

test('what decodes encodes again: to the same packet, and never to more bytes', () => {
  fc.assert(
    fc.property(sentPackets, fc.nat(), fc.integer({ min: 0, max: 255 }), ({ version, from, packet }, place, value) => {
      const bytes = encodePacket(packet, version).slice();
      bytes[place % bytes.length] = value;
      const decoded = decodePacket(bytes, version, { from });
      if (decoded.kind !== 'packet') return;
      const wireVersion = decoded.packet.type === 'connect' ? levelOf(decoded.packet.protocolLevel) : version;
      const again = encodePacket(decoded.packet, wireVersion);
      expect(again.length).toBeLessThanOrEqual(decoded.byteCount);
      expect(decodePacket(again, wireVersion, { from })).toEqual({ ...decoded, byteCount: again.length });
    }),
    replay(),
  );
});

test('the loose encoder gives the bytes of the strict one', () => {
  fc.assert(
    fc.property(sentPackets, ({ version, packet }) => {
      expect(encodeLoose(packet, version)).toEqual(encodePacket(packet, version));
    }),
    replay(),
  );
});

function levelOf(level: number): ProtocolVersion {
  return level === 4 ? 4 : 5;
}

function expectSound(decoded: MqttDecode, bytes: Uint8Array): void {
  expect(decodeText(decoded, bytes)).not.toBe('');
  if (decoded.kind === 'incomplete') expect(decoded.missingBytesMin).toBeGreaterThan(0);
  if (decoded.kind === 'packet') expect(decoded.byteCount).toBeLessThanOrEqual(bytes.length);
  if (decoded.kind !== 'violation') return;
  expect(decoded.byteCount ?? 5).toBeGreaterThan(1);
  expect(decoded.statement).toMatch(/^(?:MQTT-\d+\.\d+\.\d+-\d+|(?:3\.1\.1|5\.0) section [\d.]+|local limit)$/u);
  if (decoded.version !== undefined) expect(decoded.statement).not.toMatch(decoded.version === 4 ? /^5\.0/u : /^3\.1\.1/u);
}
