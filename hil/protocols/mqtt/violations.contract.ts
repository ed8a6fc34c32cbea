import type { PacketSender } from './decode-result.ts';
import { encodeLoose } from './encode-loose.ts';
import type { LoosePacket, LooseSubscription } from './loose-packet.ts';
import type { ProtocolVersion } from './packet.ts';
import { NO_PROPERTIES, type MqttProperties } from './properties.ts';
import { rawBytes, rawField, rawPacket, rawProperties, rawProperty, rawUint16, rawVariableByteInteger } from './raw-packet.ts';

/** Bytes that break one rule, and what the decoder says of them. */
export interface BadPacket {
  readonly name: string;
  readonly from?: PacketSender;
  readonly bytes: Uint8Array;
  readonly statement: string;
  /** Of 5.0; 0x81 without it. */
  readonly reasonCode?: number;
  /** Of 3.1.1; none without it. */
  readonly returnCode?: number;
}

const none = { properties: NO_PROPERTIES } as const;
const noBytes = new Uint8Array(0);
const SURROGATE = Uint8Array.of(0xed, 0xa0, 0x80);
const NULL_CHARACTER = Uint8Array.of(0x61, 0x00);
const A_LEVEL_5 = rawBytes(rawField('MQTT'), 5, 2, rawUint16(10));

/** Packets that are wrong in both versions, with the statement of the version. */
export function badInBoth(version: ProtocolVersion): BadPacket[] {
  const v = <T>(ofV4: T, ofV5: T): T => (version === 4 ? ofV4 : ofV5);
  const send = (packet: LoosePacket): Uint8Array => encodeLoose(packet, version);
  const connect = (changes: Partial<Extract<LoosePacket, { type: 'connect' }>>): Uint8Array =>
    send({ type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 10, clientId: 'c', ...none, ...changes });
  const publish = (changes: Partial<Extract<LoosePacket, { type: 'publish' }>>): Uint8Array =>
    send({ type: 'publish', dup: false, qos: 0, retain: false, topic: 'a', payload: noBytes, ...none, ...changes });
  const subscribe = (subscription: LooseSubscription): Uint8Array => send({ type: 'subscribe', packetId: 1, subscriptions: [subscription], ...none });
  const will = { topic: 'w', payload: noBytes, qos: 0, retain: false, ...none } as const;
  const filter = (text: string): BadPacket['bytes'] => subscribe({ filter: text });
  const suback = { type: 'suback', packetId: 1, reasonCodes: [0], ...none } as const;
  const section = v('3.1.1', '5.0');

  return [
    ...['surrogate', 'overlong /', 'cut sequence', 'above U+10FFFF', 'lone continuation'].map((name, index): BadPacket => {
      const text = [SURROGATE, Uint8Array.of(0xc0, 0xaf), Uint8Array.of(0x61, 0xe2, 0x82), Uint8Array.of(0xf4, 0x90, 0x80, 0x80), Uint8Array.of(0x80)][index] ?? noBytes;
      return { name: `topic name with ${name}`, bytes: publish({ topic: text }), statement: v('MQTT-1.5.3-1', 'MQTT-1.5.4-1') };
    }),
    { name: 'client id with a surrogate', bytes: connect({ clientId: SURROGATE }), statement: v('MQTT-1.5.3-1', 'MQTT-1.5.4-1') },
    { name: 'filter with a surrogate', bytes: subscribe({ filter: SURROGATE }), statement: v('MQTT-1.5.3-1', 'MQTT-1.5.4-1') },
    { name: 'topic name with U+0000', bytes: publish({ topic: NULL_CHARACTER }), statement: v('MQTT-1.5.3-2', 'MQTT-1.5.4-2') },
    { name: 'user name with U+0000', bytes: connect({ userName: NULL_CHARACTER }), statement: v('MQTT-1.5.3-2', 'MQTT-1.5.4-2') },
    { name: 'remaining length of five bytes', bytes: rawPacket({ firstByte: 0x30, body: noBytes, remainingLength: rawVariableByteInteger(1, 5) }), statement: v('3.1.1 section 2.2.3', '5.0 section 1.5.5') },
    { name: 'packet type 0', bytes: rawPacket({ firstByte: 0x00, body: noBytes }), statement: v('3.1.1 section 2.2.1', '5.0 section 2.1.2') },
    ...[0x20, 0x90, 0xb0, 0xd0].map((firstByte): BadPacket => ({ name: `type ${firstByte >> 4} from a client`, bytes: rawPacket({ firstByte, body: noBytes }), statement: v('3.1.1 section 2.2.1', '5.0 section 2.1.2'), reasonCode: 0x82 })),
    ...[0x82, 0xa2, 0xc0].map((firstByte): BadPacket => ({ name: `type ${firstByte >> 4} from a server`, from: 'server', bytes: rawPacket({ firstByte, body: noBytes }), statement: v('3.1.1 section 2.2.1', '5.0 section 2.1.2'), reasonCode: 0x82 })),
    { name: 'CONNECT from a server', from: 'server', bytes: connect({}), statement: v('3.1.1 section 2.2.1', '5.0 section 2.1.2'), reasonCode: 0x82 },
    { name: 'flags of PINGREQ', bytes: rawPacket({ firstByte: 0xc1, body: noBytes }), statement: v('MQTT-2.2.2-1', 'MQTT-2.1.3-1') },
    { name: 'flags of CONNECT', bytes: connect({ fixedHeaderFlags: 2 }), statement: v('MQTT-2.2.2-1', 'MQTT-2.1.3-1') },
    { name: 'flags of PUBACK', bytes: send({ type: 'puback', packetId: 1, reasonCode: 0, fixedHeaderFlags: 2, ...none }), statement: v('MQTT-2.2.2-1', 'MQTT-2.1.3-1') },
    { name: 'flags of PUBREL', bytes: send({ type: 'pubrel', packetId: 1, reasonCode: 0, fixedHeaderFlags: 0, ...none }), statement: 'MQTT-3.6.1-1' },
    { name: 'flags of SUBSCRIBE', bytes: send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'a' }], fixedHeaderFlags: 0, ...none }), statement: 'MQTT-3.8.1-1' },
    { name: 'flags of UNSUBSCRIBE', bytes: send({ type: 'unsubscribe', packetId: 1, filters: ['a'], fixedHeaderFlags: 3, ...none }), statement: 'MQTT-3.10.1-1' },
    { name: 'flags of DISCONNECT', bytes: rawPacket({ firstByte: 0xe1, body: noBytes }), statement: 'MQTT-3.14.1-1' },
    { name: 'PUBLISH with packet id 0', bytes: publish({ qos: 1, packetId: 0 }), statement: v('MQTT-2.3.1-1', 'MQTT-2.2.1-3') },
    { name: 'PUBLISH of a server with packet id 0', from: 'server', bytes: publish({ qos: 2, packetId: 0 }), statement: v('MQTT-2.3.1-1', 'MQTT-2.2.1-4') },
    { name: 'SUBSCRIBE with packet id 0', bytes: send({ type: 'subscribe', packetId: 0, subscriptions: [{ filter: 'a' }], ...none }), statement: v('MQTT-2.3.1-1', 'MQTT-2.2.1-3') },
    { name: 'UNSUBSCRIBE with packet id 0', bytes: send({ type: 'unsubscribe', packetId: 0, filters: ['a'], ...none }), statement: v('MQTT-2.3.1-1', 'MQTT-2.2.1-3') },
    { name: 'PUBREC with packet id 0', bytes: send({ type: 'pubrec', packetId: 0, reasonCode: 0, ...none }), statement: v('MQTT-2.3.1-6', 'MQTT-2.2.1-5') },
    { name: 'SUBACK with packet id 0', from: 'server', bytes: send({ ...suback, packetId: 0 }), statement: v('MQTT-2.3.1-7', 'MQTT-2.2.1-6') },
    { name: 'UNSUBACK with packet id 0', from: 'server', bytes: send({ type: 'unsuback', packetId: 0, reasonCodes: [0], ...none }), statement: v('MQTT-2.3.1-7', 'MQTT-2.2.1-6') },
    { name: 'protocol name', bytes: connect({ protocolName: 'mqtt' }), statement: 'MQTT-3.1.2-1', reasonCode: 0x84 },
    { name: 'reserved connect flag', bytes: connect({ connectFlags: 3 }), statement: 'MQTT-3.1.2-3' },
    { name: 'will QoS without a will', bytes: connect({ connectFlags: 0x0a }), statement: v('MQTT-3.1.2-13', 'MQTT-3.1.2-11') },
    { name: 'will retain without a will', bytes: connect({ connectFlags: 0x22 }), statement: v('MQTT-3.1.2-15', 'MQTT-3.1.2-13') },
    { name: 'will QoS 3', bytes: connect({ will: { ...will, qos: 3 } }), statement: v('MQTT-3.1.2-14', 'MQTT-3.1.2-12') },
    { name: 'no client id', bytes: rawPacket({ firstByte: 0x10, body: rawBytes(rawField('MQTT'), version, 2, 0, 10, ...v([], [0])) }), statement: 'MQTT-3.1.3-3' },
    { name: 'will flag without will', bytes: connect({ connectFlags: 0x06, trailingBytes: v(noBytes, Uint8Array.of(0)) }), statement: 'MQTT-3.1.2-9' },
    { name: 'user name flag without user name', bytes: connect({ connectFlags: 0x82 }), statement: v('MQTT-3.1.2-19', 'MQTT-3.1.2-17') },
    { name: 'user name without its flag', bytes: connect({ connectFlags: 0x02, userName: 'u' }), statement: v('MQTT-3.1.2-18', 'MQTT-3.1.2-16') },
    { name: 'password flag without password', bytes: connect({ connectFlags: 0xc2, userName: 'u' }), statement: v('MQTT-3.1.2-21', 'MQTT-3.1.2-19') },
    { name: 'password without its flag', bytes: connect({ connectFlags: 0x82, userName: 'u', password: noBytes }), statement: v('MQTT-3.1.2-20', 'MQTT-3.1.2-18') },
    { name: 'more than CONNECT announces', bytes: connect({ userName: 'u', password: noBytes, trailingBytes: Uint8Array.of(0) }), statement: `${section} section 3.1` },
    { name: 'will topic with a wildcard', bytes: connect({ will: { ...will, topic: 'w/#' } }), statement: v('MQTT-4.7.1-1', 'MQTT-4.7.0-1') },
    { name: 'empty will topic', bytes: connect({ will: { ...will, topic: '' } }), statement: 'MQTT-4.7.3-1', reasonCode: 0x82 },
    { name: 'connect acknowledge flags', from: 'server', bytes: send({ type: 'connack', sessionPresent: false, reasonCode: 0, connackFlags: 2, ...none }), statement: v('3.1.1 section 3.2.2.1', 'MQTT-3.2.2-1') },
    { name: 'session present of a refusal', from: 'server', bytes: send({ type: 'connack', sessionPresent: true, reasonCode: v(5, 0x87), ...none }), statement: v('MQTT-3.2.2-4', 'MQTT-3.2.2-6'), reasonCode: 0x82 },
    { name: 'code of CONNACK', from: 'server', bytes: send({ type: 'connack', sessionPresent: false, reasonCode: 6, ...none }), statement: v('3.1.1 section 3.2.2.3', 'MQTT-3.2.2-8'), reasonCode: 0x82 },
    { name: 'QoS 3', bytes: publish({ qos: 3, packetId: 1 }), statement: 'MQTT-3.3.1-4' },
    { name: 'DUP with QoS 0', bytes: publish({ dup: true }), statement: 'MQTT-3.3.1-2' },
    { name: '+ in a topic name', bytes: publish({ topic: 'a/+' }), statement: 'MQTT-3.3.2-2' },
    { name: '# in a topic name', bytes: publish({ topic: '#' }), statement: 'MQTT-3.3.2-2' },
    { name: 'empty topic name', bytes: publish({ topic: '' }), statement: 'MQTT-4.7.3-1', reasonCode: 0x82 },
    { name: 'no packet id', bytes: publish({ qos: 1, hasPacketId: false, ...v({}, { payload: noBytes }) }), statement: `${section} section 3.3` },
    { name: 'topic longer than the packet', bytes: rawPacket({ firstByte: 0x30, body: rawField('a', 9) }), statement: `${section} section 3.3` },
    { name: 'SUBSCRIBE without a filter', bytes: send({ type: 'subscribe', packetId: 1, subscriptions: [], ...none }), statement: v('MQTT-3.8.3-3', 'MQTT-3.8.3-2'), reasonCode: 0x82 },
    { name: 'UNSUBSCRIBE without a filter', bytes: send({ type: 'unsubscribe', packetId: 1, filters: [], ...none }), statement: 'MQTT-3.10.3-2', reasonCode: 0x82 },
    { name: 'a filter without options', bytes: rawPacket({ firstByte: 0x82, body: rawBytes(rawUint16(1), ...v([], [0]), rawField('a')) }), statement: `${section} section 3.8` },
    { name: 'empty filter', bytes: filter(''), statement: 'MQTT-4.7.3-1', reasonCode: 0x82 },
    { name: 'empty filter in UNSUBSCRIBE', bytes: send({ type: 'unsubscribe', packetId: 1, filters: [''], ...none }), statement: 'MQTT-4.7.3-1', reasonCode: 0x82 },
    ...['a#', '#/a', 'a/#/b'].map((text): BadPacket => ({ name: `filter ${text}`, bytes: filter(text), statement: v('MQTT-4.7.1-2', 'MQTT-4.7.1-1') })),
    ...['a+', '+a/b', 'a/b+/c'].map((text): BadPacket => ({ name: `filter ${text}`, bytes: filter(text), statement: v('MQTT-4.7.1-3', 'MQTT-4.7.1-2') })),
    { name: 'reserved bits of the options', bytes: subscribe({ filter: 'a', optionsByte: v(0x04, 0x40) }), statement: v('MQTT-3.8.3-4', 'MQTT-3.8.3-5') },
    { name: 'QoS 3 asked for', bytes: subscribe({ filter: 'a', qos: 3 }), statement: v('MQTT-3.8.3-4', '5.0 section 3.8.3.1'), reasonCode: 0x82 },
    { name: 'code of SUBACK', from: 'server', bytes: send({ ...suback, reasonCodes: [0, 3] }), statement: 'MQTT-3.9.3-2', reasonCode: 0x82 },
    { name: 'SUBACK without a code', from: 'server', bytes: send({ ...suback, reasonCodes: [] }), statement: `${section} section 3.9.3`, reasonCode: 0x82 },
    { name: 'PINGREQ with a body', bytes: rawPacket({ firstByte: 0xc0, body: Uint8Array.of(0) }), statement: `${section} section 3.12` },
    { name: 'PUBACK without packet id', bytes: rawPacket({ firstByte: 0x40, body: Uint8Array.of(1) }), statement: `${section} section 3.4` },
  ];
}

/** What only 3.1.1 forbids. */
export const BAD_IN_V4: readonly BadPacket[] = [
  { name: 'AUTH', bytes: rawPacket({ firstByte: 0xf0, body: noBytes }), statement: '3.1.1 section 2.2.1' },
  { name: 'DISCONNECT from a server', from: 'server', bytes: rawPacket({ firstByte: 0xe0, body: noBytes }), statement: '3.1.1 section 2.2.1' },
  { name: 'DISCONNECT with a code', bytes: rawPacket({ firstByte: 0xe0, body: Uint8Array.of(0) }), statement: '3.1.1 section 3.14' },
  { name: 'PUBACK with a code', bytes: rawPacket({ firstByte: 0x40, body: Uint8Array.of(0, 1, 0) }), statement: '3.1.1 section 3.4' },
  { name: 'password without user name', bytes: connectV4({ password: noBytes }), statement: 'MQTT-3.1.2-22' },
  { name: 'empty client id with clean session 0', bytes: connectV4({ clientId: '', cleanStart: false }), statement: 'MQTT-3.1.3-7', returnCode: 2 },
];

/** What only 5.0 forbids. */
export const BAD_IN_V5: readonly BadPacket[] = [
  { name: 'padded remaining length', bytes: rawPacket({ firstByte: 0xc0, body: noBytes, remainingLength: rawVariableByteInteger(0, 2) }), statement: 'MQTT-1.5.5-1' },
  { name: 'padded property length', bytes: publishV5(rawVariableByteInteger(0, 2)), statement: 'MQTT-1.5.5-1' },
  { name: 'padded property identifier', bytes: publishV5(rawProperties([rawBytes(rawVariableByteInteger(1, 2), 1)])), statement: 'MQTT-1.5.5-1' },
  { name: 'property length of five bytes', bytes: publishV5(rawVariableByteInteger(1, 5)), statement: '5.0 section 1.5.5' },
  { name: 'property length beyond the packet', bytes: publishV5(rawProperties([], 9)), statement: '5.0 section 2.2.2.1' },
  { name: 'property cut by the property length', bytes: publishV5(rawProperties([rawProperty('topicAlias', Uint8Array.of(0, 1))], 2)), statement: '5.0 section 2.2.2.1' },
  { name: 'no property length', bytes: rawPacket({ firstByte: 0x30, body: rawField('a') }), statement: '5.0 section 3.3' },
  { name: 'unknown property', bytes: publishV5(rawProperties([rawProperty(4, Uint8Array.of(0))])), statement: '5.0 section 2.2.2.2' },
  { name: 'property of another packet', bytes: publishV5(rawProperties([rawProperty('receiveMaximum', Uint8Array.of(0, 1))])), statement: '5.0 section 2.2.2.2' },
  { name: 'surrogate in a user property', bytes: publishV5(rawProperties([rawProperty('userProperties', rawBytes(rawField('k'), rawField(SURROGATE)))])), statement: 'MQTT-1.5.7-1' },
  { name: 'U+0000 in a user property', bytes: publishV5(rawProperties([rawProperty('userProperties', rawBytes(rawField(NULL_CHARACTER), rawField('v')))])), statement: 'MQTT-1.5.7-1' },
  { name: 'topic alias 0', bytes: publishV5(rawProperties([rawProperty('topicAlias', Uint8Array.of(0, 0))])), statement: 'MQTT-3.3.2-8', reasonCode: 0x94 },
  { name: 'wildcard in a response topic', bytes: publishV5(rawProperties([rawProperty('responseTopic', rawField('r/+'))])), statement: 'MQTT-3.3.2-14', reasonCode: 0x82 },
  { name: 'empty response topic', bytes: publishV5(rawProperties([rawProperty('responseTopic', rawField(''))])), statement: 'MQTT-4.7.3-1', reasonCode: 0x82 },
  { name: 'subscription identifier from a client', bytes: publishV5(rawProperties([rawProperty('subscriptionIdentifiers', Uint8Array.of(1))])), statement: 'MQTT-3.3.4-6', reasonCode: 0x82 },
  { name: 'authentication data without a method', bytes: rawPacket({ firstByte: 0x10, body: rawBytes(A_LEVEL_5, rawProperties([rawProperty('authenticationData', rawField('x'))]), rawField('c')) }), statement: '5.0 section 3.1.2.11.10', reasonCode: 0x82 },
  { name: 'flags of AUTH', bytes: rawPacket({ firstByte: 0xf2, body: noBytes }), statement: 'MQTT-3.15.1-1' },
  { name: 'no share name', bytes: subscribeV5('$share//a'), statement: 'MQTT-4.8.2-1' },
  { name: 'share name alone', bytes: subscribeV5('$share/g'), statement: 'MQTT-4.8.2-2' },
  { name: 'share name and no filter', bytes: subscribeV5('$share/g/'), statement: 'MQTT-4.8.2-2' },
  { name: 'wildcard in a share name', bytes: subscribeV5('$share/g+/a'), statement: 'MQTT-4.8.2-2' },
  { name: 'bad filter of a share', bytes: subscribeV5('$share/g/a#'), statement: 'MQTT-4.7.1-1' },
  { name: 'no local on a share', bytes: subscribeV5('$share/g/a', { noLocal: true }), statement: 'MQTT-3.8.3-4', reasonCode: 0x82 },
  { name: 'retain handling 3', bytes: subscribeV5('a', { retainHandling: 3 }), statement: '5.0 section 3.8.3.1', reasonCode: 0x82 },
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((type, index): BadPacket => ({ name: `code of ${type.toUpperCase()}`, bytes: v5({ type, packetId: 1, reasonCode: 1, ...none }), statement: `MQTT-3.${index + 4}.2-1`, reasonCode: 0x82 })),
  { name: 'code of UNSUBACK', from: 'server', bytes: v5({ type: 'unsuback', packetId: 1, reasonCodes: [1], ...none }), statement: 'MQTT-3.11.3-2', reasonCode: 0x82 },
  { name: 'UNSUBACK without a code', from: 'server', bytes: v5({ type: 'unsuback', packetId: 1, reasonCodes: [], ...none }), statement: '5.0 section 3.11' },
  { name: 'code of DISCONNECT', bytes: v5({ type: 'disconnect', reasonCode: 1, ...none }), statement: 'MQTT-3.14.2-1', reasonCode: 0x82 },
  { name: 'code of servers in DISCONNECT', bytes: v5({ type: 'disconnect', reasonCode: 0x8e, ...none }), statement: 'MQTT-3.14.2-1', reasonCode: 0x82 },
  { name: 'code of clients in DISCONNECT', from: 'server', bytes: v5({ type: 'disconnect', reasonCode: 4, ...none }), statement: 'MQTT-3.14.2-1', reasonCode: 0x82 },
  { name: 'session expiry from a server', from: 'server', bytes: v5({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryIntervalS: 1 } }), statement: 'MQTT-3.14.2-2', reasonCode: 0x82 },
  { name: 'code of AUTH', bytes: v5({ type: 'auth', reasonCode: 0x80, properties: { authenticationMethod: 'm' } }), statement: 'MQTT-3.15.2-1', reasonCode: 0x82 },
  { name: 'AUTH success from a client', bytes: rawPacket({ firstByte: 0xf0, body: noBytes }), statement: 'MQTT-3.15.2-1', reasonCode: 0x82 },
  { name: 'AUTH without a method', bytes: v5({ type: 'auth', reasonCode: 0x18, ...none }), statement: '5.0 section 3.15.2.2.2', reasonCode: 0x82 },
  { name: 'AUTH without a property length', bytes: rawPacket({ firstByte: 0xf0, body: Uint8Array.of(0x18) }), statement: '5.0 section 3.15' },
];

function v5(packet: LoosePacket): Uint8Array {
  return encodeLoose(packet, 5);
}

function connectV4(changes: Partial<Extract<LoosePacket, { type: 'connect' }>>): Uint8Array {
  return encodeLoose({ type: 'connect', protocolName: 'MQTT', protocolLevel: 4, cleanStart: true, keepAliveS: 10, clientId: 'c', ...none, ...changes }, 4);
}

/** A PUBLISH whose property part is given byte by byte. */
function publishV5(propertyPart: Uint8Array): Uint8Array {
  return rawPacket({ firstByte: 0x30, body: rawBytes(rawField('a'), propertyPart) });
}

function subscribeV5(filter: string, options: Partial<LooseSubscription> = {}): Uint8Array {
  return v5({ type: 'subscribe', packetId: 1, subscriptions: [{ filter, ...options }], properties: NO_PROPERTIES satisfies MqttProperties });
}
