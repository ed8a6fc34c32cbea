import { expect, test } from 'vitest';
import { decodePacket } from '../../hil/protocols/mqtt/decode.ts';
import { encodeLoose } from '../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../hil/protocols/mqtt/loose-packet.ts';
import { rawBytes, rawProperty, rawUint32 } from '../../hil/protocols/mqtt/raw-packet.ts';
import { acceptsViolation } from './accepts-violation.ts';
import type { DefectAction, SeenPacket } from './mqtt-defect.ts';

const EXPIRY = rawProperty('sessionExpiryIntervalS', rawUint32(10));
const REPEATED = rawBytes(EXPIRY, EXPIRY);
const MISPLACED = rawProperty(0x7e, Uint8Array.of(0));
const CONNECT = { type: 'connect', protocolName: 'MQTT', protocolLevel: 5, cleanStart: true, keepAliveS: 0, clientId: 'a' } as const;
const defect = acceptsViolation('accepts-everything', 'takes all', ({ because }) => !because.includes('comes twice'));

function reactionTo(packet: LoosePacket): 'pass' | readonly DefectAction[] | undefined {
  const bytes = encodeLoose(packet, 5);
  const decoded = decodePacket(bytes, 5, { from: 'client' });
  const seen: SeenPacket = { from: 'client', bytes, decoded, packet: decoded.kind === 'packet' ? decoded.packet : undefined, version: 5 };
  return defect.create()({ act: () => undefined, connectionIndex: 0 }).onPacket?.(seen);
}

function answerTo(packet: LoosePacket): unknown {
  const reaction = reactionTo(packet);
  if (reaction === 'pass' || reaction === undefined) return reaction;
  return reaction.map((action) => {
    if (action.do !== 'toClient') return action.do;
    const decoded = decodePacket(action.bytes, 5, { from: 'server' });
    return decoded.kind === 'packet' ? decoded.packet : decoded.kind;
  });
}

test.each<[string, LoosePacket, unknown]>([
  ['CONNECT', { ...CONNECT, properties: MISPLACED }, { type: 'connack', reasonCode: 0 }],
  ['PUBLISH at QoS 1', { type: 'publish', dup: false, qos: 1, retain: false, topic: 'a/long/topic', packetId: 513, payload: new Uint8Array(200), properties: MISPLACED }, { type: 'puback', packetId: 513 }],
  ['SUBSCRIBE', { type: 'subscribe', packetId: 7, subscriptions: [{ filter: 'a' }], properties: MISPLACED }, { type: 'suback', packetId: 7, reasonCodes: [0] }],
  ['UNSUBSCRIBE', { type: 'unsubscribe', packetId: 300, filters: ['a'], properties: MISPLACED }, { type: 'unsuback', packetId: 300 }],
])('a malformed %s gets the answer of a good one', (_name, packet, answer) => {
  expect(answerTo(packet)).toMatchObject([answer]);
});

test('a malformed PUBLISH at QoS 0 is lost without a word', () => {
  expect(answerTo({ type: 'publish', dup: false, qos: 0, retain: false, topic: 'a', payload: new Uint8Array(0), properties: MISPLACED })).toEqual([]);
});

test('what is not meant, and what is well-formed, goes on', () => {
  expect(answerTo({ ...CONNECT, properties: REPEATED })).toBe('pass');
  expect(answerTo({ ...CONNECT, properties: {} })).toBe('pass');
});
