import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { decodePacket } from './decode.ts';
import { sentPackets } from './mqtt-arbitraries.contract.ts';
import type { MqttPacket } from './packet.ts';
import { bytesText, decodeText, packetText } from './packet-text.ts';
import { NO_PROPERTIES } from './properties.ts';

const none = { properties: NO_PROPERTIES };
const PUBLISH = { type: 'publish', dup: false, qos: 2, retain: true, topic: 'a/b', packetId: 7, payload: new Uint8Array(12), ...none } as const;

test.each<[MqttPacket, string]>([
  [{ ...PUBLISH, properties: { messageExpiryIntervalS: 5 } }, 'PUBLISH q2 d0 r1 id=7 topic=a/b 12 bytes expiry=5s'],
  [{ ...PUBLISH, qos: 0, packetId: undefined, topic: 'two words' }, 'PUBLISH q0 d0 r1 topic="two words" 12 bytes'],
  [{ ...PUBLISH, topic: '', properties: { topicAlias: 3, userProperties: [['k', 'v'], ['k', 'a b']], correlationData: Uint8Array.of(1) } }, 'PUBLISH q2 d0 r1 id=7 topic="" 12 bytes alias=3 user=k:v,k:"a b" correlationData=01 (1 bytes)'],
  [
    {
      type: 'connect', protocolName: 'MQTT', protocolLevel: 5, cleanStart: true, keepAliveS: 60, clientId: 'c', userName: 'me', password: new Uint8Array(6),
      will: { topic: 'w', qos: 1, retain: false, payload: new Uint8Array(3), properties: { willDelayIntervalS: 9 } },
      properties: { authenticationMethod: 'm', authenticationData: new Uint8Array(4), sessionExpiryIntervalS: 10 },
    },
    'CONNECT v5 clean=1 keepalive=60s client=c will=(q1 r0 topic=w 3 bytes delay=9s) user=me password=(6 bytes) authenticationMethod=m authenticationData=(4 bytes) sessionExpiry=10s',
  ],
  [{ type: 'connack', sessionPresent: true, reasonCode: 0, ...none }, 'CONNACK present=1 0x00 (success)'],
  [{ type: 'connack', sessionPresent: false, reasonCode: 5, ...none }, 'CONNACK present=0 code 5'],
  [{ type: 'connack', sessionPresent: false, reasonCode: 0x95, ...none }, 'CONNACK present=0 0x95 (packet too large)'],
  [{ type: 'puback', packetId: 1, reasonCode: 0, ...none }, 'PUBACK id=1'],
  [{ type: 'pubrel', packetId: 1, reasonCode: 0x92, ...none }, 'PUBREL id=1 0x92 (packet identifier not found)'],
  [{ type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'a/#', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 }], properties: { subscriptionIdentifiers: [4] } }, 'SUBSCRIBE id=1 a/#:q1,no-local,retain-as-published,retain-handling-2 subscription=4'],
  [{ type: 'suback', packetId: 1, reasonCodes: [0, 0x80], ...none }, 'SUBACK id=1 0x00 (granted QoS 0) 0x80 (unspecified error)'],
  [{ type: 'unsubscribe', packetId: 1, filters: ['a', 'b'], ...none }, 'UNSUBSCRIBE id=1 a b'],
  [{ type: 'pingreq' }, 'PINGREQ'],
  [{ type: 'disconnect', reasonCode: 0, ...none }, 'DISCONNECT 0x00 (normal disconnection)'],
  [{ type: 'auth', reasonCode: 0x77, ...none }, 'AUTH 0x77 (reason 0x77)'],
])('%o', (packet, text) => {
  expect(packetText(packet)).toBe(text);
});

test('bytes that do not decode are shown with the reason', () => {
  const show = (bytes: Uint8Array): string => decodeText(decodePacket(bytes, 4, { from: 'client' }), bytes);
  expect(show(Uint8Array.of(0xc0, 0))).toBe('PINGREQ');
  expect(show(Uint8Array.of(0xc0))).toBe('incomplete, at least 1 more bytes: c0 (1 bytes)');
  expect(show(Uint8Array.of(0x36, 0))).toBe('PUBLISH against MQTT-3.3.1-4 (QoS is 3): 36 00 (2 bytes)');
  expect(show(Uint8Array.of(0, 0))).toBe('bytes against 3.1.1 section 2.2.1 (packet type 0 is reserved): 00 00 (2 bytes)');
  expect(bytesText(new Uint8Array(40))).toBe(`${'00 '.repeat(32)}... (40 bytes)`);
});

test('any packet is one line of bounded length', () => {
  fc.assert(
    fc.property(sentPackets, ({ packet }) => {
      expect(packetText(packet)).toMatch(/^[A-Z]+[^\n\r]*$/u);
      expect(packetText(packet).length).toBeLessThan(6_000);
    }),
    replay(),
  );
});
