import { describe, expect, test } from 'vitest';
import { encodePacket } from './encode.ts';
import { encodeLoose } from './encode-loose.ts';
import type { LoosePacket } from './loose-packet.ts';
import type { MqttPacket, ProtocolVersion } from './packet.ts';
import { NO_PROPERTIES } from './properties.ts';
import { rawBytes, rawField, rawPacket, rawProperties, rawProperty, rawUint16, rawUint32, rawVariableByteInteger } from './raw-packet.ts';

const none = { properties: NO_PROPERTIES } as const;
const noBytes = new Uint8Array(0);
const PUBLISH = { type: 'publish', dup: false, qos: 0, retain: false, topic: 'a', payload: noBytes, ...none } as const;
const CONNECT = { type: 'connect', protocolName: 'MQTT', protocolLevel: 5, cleanStart: true, keepAliveS: 1, clientId: 'c', ...none } as const;

describe('what we ask wrongly is thrown', () => {
  test.each<[string, MqttPacket, ProtocolVersion]>([
    ['a topic of 65,536 bytes', { ...PUBLISH, topic: 'x'.repeat(65_536) }, 4],
    ['an empty topic', { ...PUBLISH, topic: '' }, 5],
    ['a wildcard in a topic', { ...PUBLISH, topic: 'a/#' }, 4],
    ['half of a surrogate pair', { ...PUBLISH, topic: '\ud800' }, 4],
    ['half of a surrogate pair in a property', { ...PUBLISH, properties: { contentType: '\udfff' } }, 5],
    ['QoS 1 without packet id', { ...PUBLISH, qos: 1 }, 4],
    ['a packet id of 17 bits', { ...PUBLISH, qos: 1, packetId: 65_536 }, 4],
    ['a packet id of 17 bits, with properties', { ...PUBLISH, qos: 1, packetId: 65_537, properties: { topicAlias: 1 } }, 5],
    ['DUP with QoS 0', { ...PUBLISH, dup: true }, 5],
    ['a keep alive of 17 bits', { ...CONNECT, keepAliveS: 65_536 }, 5],
    ['a keep alive that is no integer', { ...CONNECT, keepAliveS: 1.5 }, 5],
    ['a password of 65,536 bytes', { ...CONNECT, password: new Uint8Array(65_536) }, 5],
    ['a client id of 65,536 bytes', { ...CONNECT, clientId: 'é'.repeat(32_768) }, 5],
    ['CONNECT of another level', CONNECT, 4],
    ['an empty client id that keeps its session, in 3.1.1', { ...CONNECT, protocolLevel: 4, clientId: '', cleanStart: false }, 4],
    ['receive maximum 0', { ...CONNECT, properties: { receiveMaximum: 0 } }, 5],
    ['receive maximum of 17 bits', { ...CONNECT, properties: { receiveMaximum: 65_537 } }, 5],
    ['a subscription identifier of 29 bits', { ...PUBLISH, properties: { subscriptionIdentifiers: [268_435_456] } }, 5],
    ['a property that has no place there', { ...PUBLISH, properties: { receiveMaximum: 1 } }, 5],
    ['a code that has no place there', { type: 'puback', packetId: 1, reasonCode: 0x8e, ...none }, 5],
    ['SUBSCRIBE without a filter', { type: 'subscribe', packetId: 1, subscriptions: [], ...none }, 4],
    ['AUTH in 3.1.1', { type: 'auth', reasonCode: 0, ...none }, 4],
  ])('%s', (_name, packet, version) => {
    expect(() => encodePacket(packet, version)).toThrow(expect.objectContaining({ code: 'FP_MQTT_BAD_PACKET' }));
  });

  test('a long payload is none of it', () => {
    expect(encodePacket({ ...PUBLISH, payload: new Uint8Array(70_000) }, 4).length).toBe(1 + 3 + 3 + 70_000);
    expect(encodePacket({ ...PUBLISH, payload: new Uint8Array(70_000), properties: { topicAlias: 1 } }, 5).length).toBe(1 + 3 + 3 + 4 + 70_000);
  });
});

test('one object serves clients of both versions', () => {
  const packet: MqttPacket = { ...PUBLISH, properties: { messageExpiryIntervalS: 5 } };
  expect(encodePacket(packet, 4)).toEqual(Uint8Array.of(0x30, 3, 0, 1, 0x61));
  expect(encodePacket(packet, 5)).toEqual(Uint8Array.of(0x30, 9, 0, 1, 0x61, 5, 2, 0, 0, 0, 5));
  expect(encodePacket({ type: 'puback', packetId: 1, reasonCode: 0x10, ...none }, 4)).toEqual(Uint8Array.of(0x40, 2, 0, 1));
});

describe('the loose encoder writes what it is given', () => {
  test.each<[string, LoosePacket, ProtocolVersion, string]>([
    ['packet id 0', { ...PUBLISH, qos: 1 }, 4, '3205 0001 61 0000'],
    ['QoS 3', { ...PUBLISH, qos: 3, packetId: 2 }, 4, '3605 0001 61 0002'],
    ['QoS 0 with a packet id', { ...PUBLISH, hasPacketId: true, packetId: 2 }, 4, '3005 0001 61 0002'],
    ['flags of the first byte', { type: 'pingreq', fixedHeaderFlags: 0xf }, 4, 'cf00'],
    ['bytes after the end', { type: 'pingreq', trailingBytes: Uint8Array.of(1, 2) }, 4, 'c002 0102'],
    ['bytes for text', { ...PUBLISH, topic: Uint8Array.of(0xff) }, 4, '3003 0001 ff'],
    ['properties as bytes', { ...PUBLISH, properties: Uint8Array.of(1, 1, 1, 1) }, 5, '3008 0001 61 04 01010101'],
    ['an empty property block in the long form', { type: 'puback', packetId: 1, reasonCode: 0, longForm: true, ...none }, 5, '4004 0001 00 00'],
    ['an options byte', { type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'a', optionsByte: 0xff }], ...none }, 4, '8206 0001 0001 61 ff'],
    ['a will QoS of 3', { ...CONNECT, protocolLevel: 6, will: { topic: 'w', payload: noBytes, qos: 3, retain: false, ...none } }, 4, '1012 0004 4d515454 06 1e 0001 0001 63 0001 77 0000'],
    ['connect flags', { ...CONNECT, connectFlags: 0xff }, 5, '100e 0004 4d515454 05 ff 0001 00 0001 63'],
  ])('%s', (_name, packet, version, hex) => {
    expect(Buffer.from(encodeLoose(packet, version)).toString('hex')).toBe(hex.replaceAll(' ', ''));
  });
});

describe('raw parts', () => {
  test.each<[string, Uint8Array, string]>([
    ['a variable byte integer', rawVariableByteInteger(321), 'c102'],
    ['a padded one', rawVariableByteInteger(1, 3), '818000'],
    ['a padded 0', rawVariableByteInteger(0, 2), '8000'],
    ['one that is too long', rawVariableByteInteger(268_435_455, 5), 'ffffffff00'],
    ['a field', rawField('é'), '0002c3a9'],
    ['a field that lies', rawField(Uint8Array.of(1), 9), '000901'],
    ['numbers', rawBytes(rawUint16(258), rawUint32(4_294_967_295), 7), '0102ffffffff07'],
    ['a property', rawProperty('topicAlias', rawUint16(1)), '230001'],
    ['properties', rawProperties([rawProperty(1, Uint8Array.of(1)), Uint8Array.of(9)]), '03010109'],
    ['properties that lie', rawProperties([], 200), 'c801'],
    ['a packet', rawPacket({ firstByte: 0x30, body: rawField('a') }), '3003000161'],
    ['a packet that lies', rawPacket({ firstByte: 0x30, body: rawField('a'), remainingLength: 2 }), '3002000161'],
    ['a packet with a strange length', rawPacket({ firstByte: 0x30, body: noBytes, remainingLength: rawVariableByteInteger(0, 4) }), '3080808000'],
  ])('%s', (_name, bytes, hex) => {
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  });
});

test('packets written one after the other do not touch each other', () => {
  const made = Array.from({ length: 2_000 }, (_none, index) => {
    const topic = 't'.repeat(1 + (index % 300));
    const properties = index % 3 === 0 ? { userProperties: [['k', 'é'.repeat(index % 50)]] as const } : NO_PROPERTIES;
    return { topic, bytes: encodePacket({ ...PUBLISH, topic, payload: new Uint8Array(index % 700).fill(index), properties }, 5), index };
  });
  for (const { topic, bytes, index } of made) {
    expect(Buffer.from(bytes).includes(topic)).toBe(true);
    expect(bytes.subarray(bytes.length - (index % 700)).every((byte) => byte === index % 256)).toBe(true);
  }
});
