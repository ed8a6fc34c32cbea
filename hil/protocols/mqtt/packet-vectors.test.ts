import { describe, expect, test } from 'vitest';
import { decodePacket } from './decode.ts';
import type { PacketSender } from './decode-result.ts';
import { encodePacket } from './encode.ts';
import type { MqttPacket, ProtocolVersion } from './packet.ts';
import { NO_PROPERTIES } from './properties.ts';

interface Vector {
  readonly name: string;
  readonly from?: PacketSender;
  readonly hex: string;
  readonly packet: MqttPacket;
}

const none = { properties: NO_PROPERTIES };
const CONNECT = { type: 'connect', protocolName: 'MQTT', cleanStart: true, keepAliveS: 10, clientId: 'c', ...none } as const;
const PUBLISH = { type: 'publish', dup: false, retain: false, topic: 'a/b', payload: ascii('hi'), ...none } as const;
const plain = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

/** Bytes by hand from MQTT 3.1.1; where the standard shows an example, it is that. */
const V4: readonly Vector[] = [
  { name: 'smallest CONNECT', hex: '10 0d 0004 4d515454 04 02 000a 0001 63', packet: { ...CONNECT, protocolLevel: 4 } },
  { name: 'clean session 0', hex: '10 0d 0004 4d515454 04 00 000a 0001 63', packet: { ...CONNECT, protocolLevel: 4, cleanStart: false } },
  { name: 'empty client id', hex: '10 0c 0004 4d515454 04 02 000a 0000', packet: { ...CONNECT, protocolLevel: 4, clientId: '' } },
  {
    name: 'figure 3.6: user name, password, will QoS 1',
    hex: '10 1d 0004 4d515454 04 ce 000a 0001 63 0001 74 0003 627965 0002 6d65 0002 00ff',
    packet: { ...CONNECT, protocolLevel: 4, will: { topic: 't', payload: ascii('bye'), qos: 1, retain: false, ...none }, userName: 'me', password: Uint8Array.of(0, 255) },
  },
  {
    name: 'will QoS 2, retained, empty',
    hex: '10 12 0004 4d515454 04 36 000a 0001 63 0001 74 0000',
    packet: { ...CONNECT, protocolLevel: 4, will: { topic: 't', payload: ascii(''), qos: 2, retain: true, ...none } },
  },
  { name: 'CONNACK', from: 'server', hex: '20 02 00 00', packet: { type: 'connack', sessionPresent: false, reasonCode: 0, ...none } },
  { name: 'CONNACK, session present', from: 'server', hex: '20 02 01 00', packet: { type: 'connack', sessionPresent: true, reasonCode: 0, ...none } },
  { name: 'CONNACK, not authorized', from: 'server', hex: '20 02 00 05', packet: { type: 'connack', sessionPresent: false, reasonCode: 5, ...none } },
  { name: 'PUBLISH QoS 0', hex: '30 07 0003 612f62 6869', packet: { ...PUBLISH, qos: 0 } },
  { name: 'figure 3.11: topic a/b, packet id 10', hex: '32 09 0003 612f62 000a 6869', packet: { ...PUBLISH, qos: 1, packetId: 10 } },
  { name: 'PUBLISH QoS 2, DUP, RETAIN, empty', hex: '3d 07 0003 612f62 000a', packet: { ...PUBLISH, qos: 2, dup: true, retain: true, packetId: 10, payload: ascii('') } },
  { name: 'figure 1.2: the string A and U+2A6D4', hex: '30 07 0005 41 f0aa9b94', packet: { ...PUBLISH, qos: 0, topic: 'A\u{2A6D4}', payload: ascii('') } },
  { name: 'U+FEFF stays', hex: '30 06 0004 efbbbf 61', packet: { ...PUBLISH, qos: 0, topic: '\uFEFFa', payload: ascii('') } },
  { name: 'PUBACK', hex: '40 02 000a', packet: { type: 'puback', packetId: 10, reasonCode: 0, ...none } },
  { name: 'PUBREC', hex: '50 02 ffff', packet: { type: 'pubrec', packetId: 65_535, reasonCode: 0, ...none } },
  { name: 'PUBREL', hex: '62 02 0001', packet: { type: 'pubrel', packetId: 1, reasonCode: 0, ...none } },
  { name: 'PUBCOMP', hex: '70 02 0100', packet: { type: 'pubcomp', packetId: 256, reasonCode: 0, ...none } },
  {
    name: 'figure 3.23: SUBSCRIBE a/b QoS 1, c/d QoS 2',
    hex: '82 0e 000a 0003 612f62 01 0003 632f64 02',
    packet: { type: 'subscribe', packetId: 10, subscriptions: [{ filter: 'a/b', qos: 1, ...plain }, { filter: 'c/d', qos: 2, ...plain }], ...none },
  },
  { name: '$share/ is a filter like any other', hex: '82 0c 000a 0007 24 7368617265 2f 00', packet: { type: 'subscribe', packetId: 10, subscriptions: [{ filter: '$share/', qos: 0, ...plain }], ...none } },
  { name: 'figure 3.27: SUBACK 00 02 80', from: 'server', hex: '90 05 000a 00 02 80', packet: { type: 'suback', packetId: 10, reasonCodes: [0, 2, 0x80], ...none } },
  { name: 'figure 3.30: UNSUBSCRIBE a/b, c/d', hex: 'a2 0c 000a 0003 612f62 0003 632f64', packet: { type: 'unsubscribe', packetId: 10, filters: ['a/b', 'c/d'], ...none } },
  { name: 'UNSUBACK', from: 'server', hex: 'b0 02 000a', packet: { type: 'unsuback', packetId: 10, reasonCodes: [], ...none } },
  { name: 'PINGREQ', hex: 'c0 00', packet: { type: 'pingreq' } },
  { name: 'PINGRESP', from: 'server', hex: 'd0 00', packet: { type: 'pingresp' } },
  { name: 'DISCONNECT', hex: 'e0 00', packet: { type: 'disconnect', reasonCode: 0, ...none } },
];

/** Bytes by hand from MQTT 5.0. */
const V5: readonly Vector[] = [
  { name: 'smallest CONNECT', hex: '10 0e 0004 4d515454 05 02 000a 00 0001 63', packet: { ...CONNECT, protocolLevel: 5 } },
  { name: 'empty client id, Clean Start 0', hex: '10 0d 0004 4d515454 05 00 000a 00 0000', packet: { ...CONNECT, protocolLevel: 5, cleanStart: false, clientId: '' } },
  { name: 'a password alone', hex: '10 11 0004 4d515454 05 42 000a 00 0001 63 0001 78', packet: { ...CONNECT, protocolLevel: 5, password: ascii('x') } },
  {
    name: 'figure 3-6: session expiry 10, user name, password, will QoS 1 with a delay',
    hex: '10 29 0004 4d515454 05 ce 000a 05 11 0000000a 0001 63 05 18 00000005 0001 74 0003 627965 0002 6d65 0002 00ff',
    packet: {
      ...CONNECT,
      protocolLevel: 5,
      properties: { sessionExpiryIntervalS: 10 },
      will: { topic: 't', payload: ascii('bye'), qos: 1, retain: false, properties: { willDelayIntervalS: 5 } },
      userName: 'me',
      password: Uint8Array.of(0, 255),
    },
  },
  {
    name: 'every property of CONNECT',
    hex: '10 37 0004 4d515454 05 02 000a 29 11ffffffff 210001 2700000001 220000 1901 1700 26 0001 6b 0001 76 26 0001 6b 0000 15 0001 6d 16 0001 00 0001 63',
    packet: {
      ...CONNECT,
      protocolLevel: 5,
      properties: {
        sessionExpiryIntervalS: 0xffff_ffff,
        receiveMaximum: 1,
        maximumPacketSizeBytes: 1,
        topicAliasMaximum: 0,
        requestResponseInformation: true,
        requestProblemInformation: false,
        userProperties: [['k', 'v'], ['k', '']],
        authenticationMethod: 'm',
        authenticationData: Uint8Array.of(0),
      },
    },
  },
  { name: 'CONNACK', from: 'server', hex: '20 03 00 00 00', packet: { type: 'connack', sessionPresent: false, reasonCode: 0, ...none } },
  {
    name: 'every property of CONNACK that CONNECT has not',
    from: 'server',
    hex: '20 20 01 00 1d 2400 2500 12 0001 61 1f 0001 72 2800 2901 2a00 13 003c 1a 0001 69 1c 0001 73',
    packet: {
      type: 'connack',
      sessionPresent: true,
      reasonCode: 0,
      properties: {
        maximumQos: 0,
        retainAvailable: false,
        assignedClientIdentifier: 'a',
        reasonString: 'r',
        wildcardSubscriptionAvailable: false,
        subscriptionIdentifierAvailable: true,
        sharedSubscriptionAvailable: false,
        serverKeepAliveS: 60,
        responseInformation: 'i',
        serverReference: 's',
      },
    },
  },
  { name: 'CONNACK, unsupported protocol version', from: 'server', hex: '20 03 00 84 00', packet: { type: 'connack', sessionPresent: false, reasonCode: 0x84, ...none } },
  { name: 'figure 3-9: topic a/b, packet id 10, no properties', hex: '32 0a 0003 612f62 000a 00 6869', packet: { ...PUBLISH, qos: 1, packetId: 10 } },
  {
    name: 'every property of PUBLISH',
    from: 'server',
    hex: '30 31 0003 612f62 29 0101 0200000005 23000a 08 0001 72 09 0002 00ff 26 0001 6b 0001 76 0b c102 0b ffffff7f 03 0004 74657874 6869',
    packet: {
      ...PUBLISH,
      qos: 0,
      properties: {
        payloadFormatIndicator: 1,
        messageExpiryIntervalS: 5,
        topicAlias: 10,
        responseTopic: 'r',
        correlationData: Uint8Array.of(0, 255),
        userProperties: [['k', 'v']],
        subscriptionIdentifiers: [321, 268_435_455],
        contentType: 'text',
      },
    },
  },
  { name: 'a topic alias in place of the topic', hex: '30 08 0000 03 230001 6869', packet: { ...PUBLISH, qos: 0, topic: '', properties: { topicAlias: 1 } } },
  { name: 'PUBACK, short', hex: '40 02 000a', packet: { type: 'puback', packetId: 10, reasonCode: 0, ...none } },
  { name: 'PUBACK, code only', hex: '40 03 000a 10', packet: { type: 'puback', packetId: 10, reasonCode: 0x10, ...none } },
  { name: 'PUBREC with a reason', hex: '50 08 000a 97 04 1f 0001 72', packet: { type: 'pubrec', packetId: 10, reasonCode: 0x97, properties: { reasonString: 'r' } } },
  { name: 'PUBREL, packet id not found', hex: '62 03 000a 92', packet: { type: 'pubrel', packetId: 10, reasonCode: 0x92, ...none } },
  { name: 'PUBCOMP, success with a user property', hex: '70 0b 000a 00 07 26 0001 6b 0001 76', packet: { type: 'pubcomp', packetId: 10, reasonCode: 0, properties: { userProperties: [['k', 'v']] } } },
  {
    name: 'SUBSCRIBE with every option',
    hex: '82 18 000a 02 0b01 0003 612f62 2d 000a 24 7368617265 2f672f61 12',
    packet: {
      type: 'subscribe',
      packetId: 10,
      subscriptions: [
        { filter: 'a/b', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 },
        { filter: '$share/g/a', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 1 },
      ],
      properties: { subscriptionIdentifiers: [1] },
    },
  },
  { name: 'SUBACK', from: 'server', hex: '90 06 000a 00 01 02 a2', packet: { type: 'suback', packetId: 10, reasonCodes: [1, 2, 0xa2], ...none } },
  { name: 'UNSUBSCRIBE', hex: 'a2 08 000a 00 0003 612f62', packet: { type: 'unsubscribe', packetId: 10, filters: ['a/b'], ...none } },
  { name: 'UNSUBACK', from: 'server', hex: 'b0 05 000a 00 00 11', packet: { type: 'unsuback', packetId: 10, reasonCodes: [0, 0x11], ...none } },
  { name: 'PINGREQ', hex: 'c0 00', packet: { type: 'pingreq' } },
  { name: 'PINGRESP', from: 'server', hex: 'd0 00', packet: { type: 'pingresp' } },
  { name: 'DISCONNECT, short', hex: 'e0 00', packet: { type: 'disconnect', reasonCode: 0, ...none } },
  { name: 'DISCONNECT with will', hex: 'e0 01 04', packet: { type: 'disconnect', reasonCode: 4, ...none } },
  { name: 'DISCONNECT with a session expiry', hex: 'e0 07 00 05 11 00000000', packet: { type: 'disconnect', reasonCode: 0, properties: { sessionExpiryIntervalS: 0 } } },
  { name: 'DISCONNECT of a server', from: 'server', hex: 'e0 06 9d 04 1c 0001 73', packet: { type: 'disconnect', reasonCode: 0x9d, properties: { serverReference: 's' } } },
  { name: 'AUTH, empty', from: 'server', hex: 'f0 00', packet: { type: 'auth', reasonCode: 0, ...none } },
  { name: 'AUTH', hex: 'f0 0a 18 08 15 0001 6d 16 0001 00', packet: { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm', authenticationData: Uint8Array.of(0) } } },
];

describe.each([
  [4, V4],
  [5, V5],
] as const)('protocol level %i', (version: ProtocolVersion, vectors) => {
  test.each(vectors)('$name', ({ from = 'client', hex, packet }) => {
    const wire = bytes(hex);
    expect(decodePacket(wire, version, { from })).toEqual({ kind: 'packet', packet, byteCount: wire.length });
    expect(spaced(encodePacket(packet, version))).toBe(spaced(wire));
  });
});

/** Forms that a sender may choose and our encoder does not. */
test.each<[string, ProtocolVersion, string, MqttPacket]>([
  ['PUBACK with code 0', 5, '40 03 000a 00', { type: 'puback', packetId: 10, reasonCode: 0, ...none }],
  ['PUBACK with code and empty properties', 5, '40 04 000a 00 00', { type: 'puback', packetId: 10, reasonCode: 0, ...none }],
  ['DISCONNECT with code 0', 5, 'e0 01 00', { type: 'disconnect', reasonCode: 0, ...none }],
  ['DISCONNECT with code and empty properties', 5, 'e0 02 00 00', { type: 'disconnect', reasonCode: 0, ...none }],
  ['a remaining length of more bytes than it needs, which 3.1.1 does not forbid', 4, 'c0 80 00', { type: 'pingreq' }],
])('also decodes: %s', (_name, version, hex, packet) => {
  const wire = bytes(hex);
  expect(decodePacket(wire, version, { from: 'client' })).toEqual({ kind: 'packet', packet, byteCount: wire.length });
});

test.each([
  [4, V4],
  [5, V5],
] as const)('the first CONNECT tells that the version is %i', (version, vectors) => {
  for (const { hex, packet } of vectors.filter((vector) => vector.packet.type === 'connect')) {
    for (const known of [undefined, 4, 5] as const) expect(decodePacket(bytes(hex), known, { from: 'client' })).toMatchObject({ packet });
    expect(packet).toMatchObject({ protocolLevel: version });
  }
});

test.each([
  [0, '00'], [127, '7f'], [128, '80 01'], [16_383, 'ff 7f'], [16_384, '80 80 01'], [2_097_151, 'ff ff 7f'], [2_097_152, '80 80 80 01'],
])('remaining length %i is %s (table 2.4 and table 1-1)', (length, hex) => {
  const payload = new Uint8Array(Math.max(0, length - 3));
  const header = spaced(bytes(`30 ${hex}`));
  if (length >= 3) expect(spaced(encodePacket({ ...PUBLISH, topic: 'a', qos: 0, payload }, 4)).slice(0, header.length)).toBe(header);
  const wire = new Uint8Array(bytes(hex).length + 1 + length);
  wire.set(bytes(`30 ${hex} 0001 61`).subarray(0, wire.length));
  expect(decodePacket(wire, 4, { from: 'client' })).toMatchObject(length < 3 ? { kind: 'violation' } : { kind: 'packet', byteCount: wire.length });
});

test('a payload is a view, not a copy', () => {
  const wire = bytes('30 07 0003 612f62 6869');
  const decoded = decodePacket(wire, 4, { from: 'client' });
  if (decoded.kind !== 'packet' || decoded.packet.type !== 'publish') throw new Error('no PUBLISH');
  expect(decoded.packet.payload.buffer).toBe(wire.buffer);
});

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

function spaced(wire: Uint8Array): string {
  return Array.from(wire.subarray(0, 100), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
