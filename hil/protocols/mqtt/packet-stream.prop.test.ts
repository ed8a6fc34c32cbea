import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { encodePacket } from './encode.ts';
import { packetsOf } from './mqtt-arbitraries.contract.ts';
import type { MqttPacket, ProtocolVersion } from './packet.ts';
import { createPacketStream, type PacketStream, type PacketStreamEvent } from './packet-stream.ts';
import { NO_PROPERTIES } from './properties.ts';
import { rawBytes, rawPacket } from './raw-packet.ts';

const versions = fc.constantFrom<ProtocolVersion[]>(4, 5);
const places = fc.array(fc.nat(), { maxLength: 12 });
/** First byte and three bytes of a remaining length that goes on. */
const UNFINISHED_HEADER_BYTES_MAX = 4;
const PING: MqttPacket = { type: 'pingreq' };

test('packets come out as they went in, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(versions.chain((version) => fc.tuple(fc.constant(version), fc.array(packetsOf(version, 'client'), { maxLength: 8 }), places)), ([version, packets, cuts]) => {
      const wires = packets.map((packet) => encodePacket(packet, version));
      const stream = createPacketStream({ version, from: 'client' });
      const events = pushAll(stream, cut(rawBytes(...wires), cuts));
      expect(events).toEqual(packets.map((packet, index) => ({ kind: 'packet', packet, bytes: wires[index] })));
      expect(stream.heldBytes()).toBe(0);
    }),
    replay(),
  );
});

test('any bytes give the same events, wherever they are cut', () => {
  const wild = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(fc.tuple(fc.constantFrom(0x10, 0x30, 0x32, 0x40, 0x62, 0x82, 0xc0, 0xe0), fc.uint8Array({ maxLength: 12 })), { maxLength: 6 }).map((packets) =>
      rawBytes(...packets.map(([firstByte, body]) => rawPacket({ firstByte, body }))),
    ),
  );
  fc.assert(
    fc.property(wild, places, fc.constantFrom(4 as const, 5 as const, undefined), fc.integer({ min: 2, max: 60 }), (bytes, cuts, version, packetBytesMax) => {
      const streams = [0, 1].map(() => createPacketStream({ ...(version === undefined ? {} : { version }), from: 'client', packetBytesMax }));
      const [whole, parts] = streams.map((stream, index) => pushAll(stream, index === 0 ? [bytes] : cut(bytes, cuts)).map(withoutRest));
      expect(parts).toEqual(whole);
      for (const stream of streams) expect(stream.heldBytes()).toBeLessThanOrEqual(Math.max(packetBytesMax, UNFINISHED_HEADER_BYTES_MAX));
    }),
    // A bound below the longest fixed header: three bytes of one are held before its length can be judged.
    { ...replay(), examples: [[Uint8Array.of(0xc0, 0x80, 0x80), [], 4, 2]] },
  );
});

test('a packet of many chunks, one byte each', () => {
  const payload = new Uint8Array(3_000).fill(7);
  const publish: MqttPacket = { type: 'publish', dup: false, qos: 0, retain: false, topic: 'a', payload, properties: NO_PROPERTIES };
  const wire = encodePacket(publish, 4);
  const stream = createPacketStream({ version: 4, from: 'client' });
  for (const byte of wire.subarray(0, -1)) expect(stream.push(Uint8Array.of(byte))).toEqual([]);
  expect(stream.heldBytes()).toBe(wire.length - 1);
  expect(stream.push(wire.subarray(-1))).toEqual([{ kind: 'packet', packet: publish, bytes: wire }]);
});

test('an earlier packet keeps its bytes when the next one comes', () => {
  const stream = createPacketStream({ version: 4, from: 'client' });
  const wires = ['one', 'two'].map((topic) => encodePacket({ type: 'publish', dup: false, qos: 0, retain: false, topic: 't', payload: new TextEncoder().encode(topic), properties: NO_PROPERTIES }, 4));
  const events = pushAll(stream, wires.flatMap((wire) => cut(wire, [3, 5])));
  expect(events.map((event) => event.kind === 'packet' && event.packet.type === 'publish' && Buffer.from(event.packet.payload).toString())).toEqual(['one', 'two']);
});

test('fields and packets are plain Uint8Arrays, though a socket gives Buffers', () => {
  const publish: MqttPacket = { type: 'publish', dup: false, qos: 0, retain: false, topic: 't', payload: Uint8Array.of(1, 2), properties: { correlationData: Uint8Array.of(3) } };
  const wire = encodePacket(publish, 5);
  const events = createPacketStream({ version: 5, from: 'client' }).push(Buffer.from(wire));
  expect(events).toStrictEqual([{ kind: 'packet', packet: { ...publish, packetId: undefined }, bytes: wire }]);
});

test('CONNECT tells the version of what follows', () => {
  const stream = createPacketStream({ from: 'client' });
  expect(stream.version()).toBeUndefined();
  const connect: MqttPacket = { type: 'connect', protocolName: 'MQTT', protocolLevel: 5, cleanStart: true, keepAliveS: 0, clientId: '', properties: NO_PROPERTIES };
  const publish: MqttPacket = { type: 'publish', dup: false, qos: 0, retain: false, topic: '', payload: new Uint8Array(0), properties: { topicAlias: 1 } };
  const events = stream.push(rawBytes(encodePacket(connect, 5), encodePacket(publish, 5)));
  expect(events).toMatchObject([{ packet: connect }, { packet: publish }]);
  expect(stream.version()).toBe(5);
});

test('what a server sends is read by the version that is set', () => {
  const stream = createPacketStream({ from: 'server' });
  stream.setVersion(5);
  expect(stream.push(Uint8Array.of(0xe0, 1, 0x8b))).toMatchObject([{ kind: 'packet', packet: { type: 'disconnect', reasonCode: 0x8b } }]);
});

test('a violation is the last event, and hands over what was not read', () => {
  const bad = Uint8Array.of(0x36, 3, 0, 1, 0x61);
  const after = encodePacket(PING, 4);
  const stream = createPacketStream({ version: 4, from: 'client' });
  const events = pushAll(stream, [rawBytes(after, bad.subarray(0, 1)), rawBytes(bad.subarray(1), after), after]);
  expect(events).toMatchObject([{ kind: 'packet', packet: PING }, { kind: 'violation', violation: { statement: 'MQTT-3.3.1-4' }, rest: rawBytes(bad, after) }]);
  expect(stream.heldBytes()).toBe(0);
});

test('a packet that is announced too long is refused before it is held', () => {
  const stream = createPacketStream({ version: 4, from: 'client', packetBytesMax: 1_000 });
  expect(pushAll(stream, [Uint8Array.of(0x30, 0xff), Uint8Array.of(0xff), Uint8Array.of(0x7f)])).toMatchObject([{ kind: 'violation', violation: { statement: 'local limit', byteCount: 2_097_155 } }]);
  expect(stream.heldBytes()).toBe(0);
});

function pushAll(stream: PacketStream, chunks: readonly Uint8Array[]): PacketStreamEvent[] {
  return chunks.flatMap((chunk) => stream.push(chunk));
}

/** The same bytes in chunks, some of them empty. */
function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
}

/** How much is handed over with a violation depends on how much had arrived. */
function withoutRest(event: PacketStreamEvent): unknown {
  return event.kind === 'violation' ? event.violation : event;
}
