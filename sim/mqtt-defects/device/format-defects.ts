import { rawBytes, rawField, rawPacket, rawProperties, rawProperty, rawUint16, rawVariableByteInteger } from '../../../hil/protocols/mqtt/raw-packet.ts';
import type { PacketType, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { DeviceDefect } from './device-defect.ts';
import { mangles, NO_UTF8 } from './mangle.ts';

const TRAILING = new TextEncoder().encode('\u0000\u0001x');

/** Defects of CONNECT. */
const CONNECTS: readonly DeviceDefect[] = [
  mangles('connect-fields-out-of-order', 'puts the user name where the client id belongs', 'connect', (connect) => ({ ...connect, clientId: connect.userName ?? '', userName: connect.clientId })),
  mangles('connect-without-client-id', 'ends CONNECT before its payload', 'connect', ({ keepAliveS, protocolLevel }) =>
    rawPacket({ firstByte: 0x10, body: rawBytes(rawField('MQTT'), protocolLevel, 0x02, rawUint16(keepAliveS), ...(protocolLevel === 5 ? [0] : [])) }),
  ),
  mangles('client-id-not-utf-8', 'sends a client id that is no UTF-8', 'connect', (connect) => ({ ...connect, clientId: NO_UTF8 })),
  mangles('will-topic-not-utf-8', 'sends a will topic that is no UTF-8', 'connect', ({ will, ...connect }) => ({ ...connect, ...(will === undefined ? {} : { will: { ...will, topic: NO_UTF8 } }) })),
  mangles('user-name-not-utf-8', 'sends a user name that is no UTF-8', 'connect', (connect) => ({ ...connect, userName: NO_UTF8 })),
  mangles('will-flag-without-will', 'sets the will flag and sends no will', 'connect', ({ will: _will, userName: _user, password: _password, ...connect }) => ({ ...connect, connectFlags: 0x04 })),
  mangles('will-qos-without-will', 'sets a will QoS without a will', 'connect', (connect) => ({ ...connect, connectFlags: 0xc8 }), ({ will }) => will === undefined),
  mangles('will-retain-without-will', 'sets will retain without a will', 'connect', (connect) => ({ ...connect, connectFlags: 0xe0 }), ({ will }) => will === undefined),
  mangles('will-qos-3', 'sets will QoS 3', 'connect', ({ will, ...connect }) => ({ ...connect, ...(will === undefined ? {} : { will: { ...will, qos: 3 } }) })),
  mangles('user-name-unflagged', 'sends a user name that no flag announces', 'connect', ({ will: _will, userName: _user, password: _password, ...connect }) => ({ ...connect, connectFlags: 0, userName: 'device' })),
  mangles('user-name-missing', 'announces a user name that it does not send', 'connect', ({ will: _will, userName: _user, password: _password, ...connect }) => ({ ...connect, connectFlags: 0x80 })),
  mangles('password-unflagged', 'sends a password that no flag announces', 'connect', ({ will: _will, ...connect }) => ({ ...connect, connectFlags: 0x80, userName: 'device', password: TRAILING }), ({ password }) => password === undefined),
  mangles('password-missing', 'announces a password that it does not send', 'connect', ({ will: _will, password: _password, ...connect }) => ({ ...connect, connectFlags: 0xc0, userName: 'device' })),
  mangles('password-without-user-name', 'sends a password without a user name', 'connect', ({ userName: _user, ...connect }) => ({ ...connect, password: TRAILING }), ({ userName }) => userName === undefined),
  { id: 'empty-client-id-kept', does: 'asks for a session with an empty client id', options: { cleanStart: false, clientId: '' } },
  mangles('protocol-name-of-3-1', 'names the protocol as version 3.1 did', 'connect', (connect) => ({ ...connect, protocolName: 'MQIsdp' })),
  mangles('pings-before-connect', 'sends PINGREQ before CONNECT', 'connect', (connect) => [{ type: 'pingreq' }, connect]),
];

/** Defects of what the device sends after CONNECT. */
const OTHERS: readonly DeviceDefect[] = [
  mangles('topic-not-utf-8', 'publishes to a topic that is no UTF-8', 'publish', (publish) => ({ ...publish, topic: NO_UTF8 })),
  mangles('topic-with-null', 'publishes to a topic with U+0000', 'publish', (publish) => ({ ...publish, topic: 'a\u0000b' })),
  mangles('user-property-not-utf-8', 'sends a user property that is no UTF-8', 'publish', (publish) => ({ ...publish, properties: rawProperty('userProperties', rawBytes(rawField('site'), rawField(NO_UTF8))) })),
  mangles('puback-with-flags', 'sets a reserved flag of PUBACK', 'puback', (puback) => ({ ...puback, fixedHeaderFlags: 1 })),
  mangles('length-not-minimal', 'writes a length with more bytes than it needs', 'publish', (_publish, { bytes }) => {
    const body = bytes.subarray(2);
    return rawPacket({ firstByte: bytes[0] ?? 0, body, remainingLength: rawVariableByteInteger(body.length, 2) });
  }, (_publish, { bytes }) => bytes.length < 128),
  mangles('publish-without-property-length', 'leaves out the property length of PUBLISH', 'publish', ({ payload }) => rawPacket({ firstByte: 0x30, body: rawBytes(rawField('a'), payload) })),
  mangles('subscribe-with-id-0', 'subscribes with packet id 0', 'subscribe', (subscribe) => ({ ...subscribe, packetId: 0 })),
  mangles('qos-0-with-packet-id', 'writes a packet id at QoS 0', 'publish', (publish) => ({ ...publish, payload: rawBytes(0, 7, publish.payload) }), ({ qos }) => qos === 0),
  mangles('dup-with-qos-0', 'sets DUP at QoS 0', 'publish', (publish) => ({ ...publish, dup: true }), ({ qos }) => qos === 0),
  mangles('publishes-at-qos-3', 'publishes at QoS 3', 'publish', (publish) => ({ ...publish, qos: 3, packetId: 9 })),
  mangles('publishes-to-wildcard', 'publishes to a topic with a wildcard', 'publish', (publish) => ({ ...publish, topic: 'a/#' })),
  mangles('publishes-to-empty-topic', 'publishes to an empty topic', 'publish', (publish) => ({ ...publish, topic: '', properties: {} })),
  mangles('topic-alias-0', 'uses topic alias 0', 'publish', (publish) => ({ ...publish, properties: { ...publish.properties, topicAlias: 0 } })),
  withProperty('response-topic-not-utf-8', 'names a response topic that is no UTF-8', rawProperty('responseTopic', rawField(NO_UTF8))),
  withProperty('response-topic-with-wildcard', 'names a response topic with a wildcard', rawProperty('responseTopic', rawField('a/+'))),
  withProperty('content-type-not-utf-8', 'names a content type that is no UTF-8', rawProperty('contentType', rawField(NO_UTF8))),
  mangles('publishes-with-subscription-identifier', 'publishes with a subscription identifier', 'publish', (publish) => ({ ...publish, properties: { ...publish.properties, subscriptionIdentifiers: [1] } })),
  mangles('subscribe-with-flags-0', 'sends SUBSCRIBE with the flags 0000', 'subscribe', (subscribe) => ({ ...subscribe, fixedHeaderFlags: 0 })),
  subscribing('filter-not-utf-8', 'subscribes to a filter that is no UTF-8', NO_UTF8),
  mangles('subscribe-without-filter', 'subscribes to nothing', 'subscribe', (subscribe) => ({ ...subscribe, subscriptions: [] })),
  subscribing('hash-inside-filter', 'subscribes with # in the middle', 'a/#/b'),
  subscribing('plus-inside-level', 'subscribes with + beside other characters', 'a/b+'),
  subscribing('share-name-empty', 'subscribes with an empty share name', '$share//a'),
  subscribing('share-name-with-wildcard', 'subscribes with a wildcard as share name', '$share/+/a'),
  mangles('no-local-on-share', 'sets No Local on a shared subscription', 'subscribe', (subscribe) => ({ ...subscribe, subscriptions: subscribe.subscriptions.map((one) => ({ ...one, noLocal: true })) })),
  mangles('unsubscribe-with-flags-0', 'sends UNSUBSCRIBE with the flags 0000', 'unsubscribe', (unsubscribe) => ({ ...unsubscribe, fixedHeaderFlags: 0 })),
  mangles('unsubscribe-filter-not-utf-8', 'unsubscribes from a filter that is no UTF-8', 'unsubscribe', (unsubscribe) => ({ ...unsubscribe, filters: [NO_UTF8] })),
  mangles('unsubscribe-without-filter', 'unsubscribes from nothing', 'unsubscribe', (unsubscribe) => ({ ...unsubscribe, filters: [] })),
  mangles('pubrel-with-flags-0', 'sends PUBREL with the flags 0000', 'pubrel', (pubrel) => ({ ...pubrel, fixedHeaderFlags: 0 })),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp', 'disconnect', 'auth'] as const).map(foreignCode),
  mangles('auth-with-flags', 'sets a reserved flag of AUTH', 'auth', (auth) => ({ ...auth, fixedHeaderFlags: 2 })),
];

function withProperty(id: string, does: string, property: Uint8Array): DeviceDefect {
  return mangles(id, does, 'publish', ({ qos, packetId, payload }: PublishPacket) =>
    rawPacket({ firstByte: 0x30 | (qos << 1), body: rawBytes(rawField('a'), ...(packetId === undefined ? [] : [rawUint16(packetId)]), rawProperties([property]), payload) }),
  );
}

function subscribing(id: string, does: string, filter: string | Uint8Array): DeviceDefect {
  return mangles(id, does, 'subscribe', (subscribe) => ({ ...subscribe, subscriptions: [{ filter, qos: 1 }] }));
}

/** 0x42 is the code of nothing. */
function foreignCode(type: Extract<PacketType, 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'disconnect' | 'auth'>): DeviceDefect {
  return mangles(`${type}-with-foreign-code`, `sends ${type.toUpperCase()} with a reason code that there is none of`, type, (packet) => ({ ...packet, reasonCode: 0x42 }));
}

export const FORMAT_DEFECTS: readonly DeviceDefect[] = [...CONNECTS, ...OTHERS];
