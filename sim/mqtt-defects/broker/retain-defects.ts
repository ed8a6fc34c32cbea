import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { messageKey } from '../message-key.ts';
import type { DefectAction, DefectiveConnection, DefectTools, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, swallows } from '../rewrite.ts';

const EMPTY = new Uint8Array(0);

/** Defects in how retained messages are kept and sent. */
export const RETAIN_DEFECTS: readonly MqttDefect[] = [
  rewrites(
    'forgets-retained',
    'stores no retained message',
    { from: 'client', type: 'publish', when: ({ retain }) => retain },
    (packet) => ({ ...packet, retain: false }),
  ),
  rewrites(
    'sends-retained-without-flag',
    'sends retained messages with RETAIN 0',
    { from: 'server', type: 'publish', when: ({ retain }) => retain },
    (packet) => ({ ...packet, retain: false }),
  ),
  rewrites(
    'sends-retained-at-qos-0',
    'sends retained messages at QoS 0',
    { from: 'server', type: 'publish', when: ({ retain }) => retain },
    ({ packetId: _id, ...packet }) => ({ ...packet, qos: 0 }),
  ),
  { id: 'sends-one-retained-message', does: 'sends one retained message to a subscription, however many match', create: () => oneRetained },
  { id: 'keeps-first-retained', does: 'keeps the first retained message of a topic for good', create: keepsFirst },
  { id: 'forwards-retain-flag', does: 'forwards messages with the RETAIN flag that they came with', create: forwardsFlag },
  rewrites(
    'keeps-retained-at-empty',
    'does not remove a retained message when an empty one comes',
    { from: 'client', type: 'publish', when: isEmptyRetained },
    (packet) => ({ ...packet, retain: false }),
  ),
  swallows(
    'loses-empty-messages',
    'delivers no message without a payload',
    { from: 'server', type: 'publish', when: ({ payload }) => payload.length === 0 },
  ),
  { id: 'stores-empty-retained', does: 'stores empty retained messages', create: storesEmpty },
  rewrites(
    'stores-every-message',
    'stores every message as if it were retained',
    { from: 'client', type: 'publish', when: ({ payload }) => payload.length > 0 },
    (packet) => ({ ...packet, retain: true }),
  ),
  rewrites('removes-retained-at-any-message', 'removes the retained message of a topic when any other comes', { from: 'client', type: 'publish', when: ({ retain }) => !retain }, (packet) => [
    { type: 'publish', dup: false, qos: 0, retain: true, topic: packet.topic, payload: EMPTY, properties: NO_PROPERTIES },
    packet,
  ]),
  { id: 'removes-retained-with-publisher', does: 'removes the retained messages of a client when it leaves', create: () => removesWithPublisher },
];

function isEmptyRetained({ retain, payload }: PublishPacket): boolean {
  return retain && payload.length === 0;
}

function oneRetained(): DefectiveConnection {
  let sent = 0;
  return {
    onPacket: (seen) => {
      if (chosen(seen, { from: 'server', type: 'publish' })?.retain !== true) return 'pass';
      sent += 1;
      return sent > 1 ? [] : 'pass';
    },
  };
}

function keepsFirst(): (tools: DefectTools) => DefectiveConnection {
  const taken = new Set<string>();
  return () => ({
    onPacket: (seen) => {
      const publish = chosen(seen, { from: 'client', type: 'publish', when: ({ retain }) => retain });
      if (publish === undefined) return 'pass';
      if (taken.has(publish.topic)) return [onward('client', encodeLoose({ ...publish, retain: false }, seen.version))];
      taken.add(publish.topic);
      return 'pass';
    },
  });
}

function forwardsFlag(): (tools: DefectTools) => DefectiveConnection {
  const retained = new Set<string>();
  return () => ({
    onPacket: (seen) => {
      const published = chosen(seen, { from: 'client', type: 'publish', when: ({ retain }) => retain });
      if (published !== undefined) retained.add(messageKey(published));
      const delivered = chosen(seen, { from: 'server', type: 'publish', when: (packet) => retained.has(messageKey(packet)) });
      return delivered === undefined ? 'pass' : [onward('server', encodeLoose({ ...delivered, retain: true }, seen.version))];
    },
  });
}

/** Sends the empty message behind the SUBACK for a filter that is such a topic. */
function storesEmpty(): (tools: DefectTools) => DefectiveConnection {
  const stored = new Set<string>();
  return () => {
    const due: string[] = [];
    return {
      onPacket: (seen) => {
        const published = chosen(seen, { from: 'client', type: 'publish', when: isEmptyRetained });
        if (published !== undefined) stored.add(published.topic);
        due.push(...(chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions ?? []).map(({ filter }) => filter).filter((filter) => stored.has(filter)));
        if (chosen(seen, { from: 'server', type: 'suback' }) === undefined) return 'pass';
        return [onward('server', seen.bytes), ...due.splice(0).map((topic) => retainedEmpty(topic, seen))];
      },
    };
  };
}

function retainedEmpty(topic: string, { from, version }: SeenPacket): DefectAction {
  return onward(from, encodeLoose({ type: 'publish', dup: false, qos: 0, retain: true, topic, payload: EMPTY, properties: NO_PROPERTIES }, version));
}

function removesWithPublisher(): DefectiveConnection {
  const topics = new Set<string>();
  return {
    onPacket: (seen) => {
      const published = chosen(seen, { from: 'client', type: 'publish', when: ({ retain }) => retain });
      if (published !== undefined) topics.add(published.topic);
      if (chosen(seen, { from: 'client', type: 'disconnect' }) === undefined) return 'pass';
      return [...[...topics].map((topic) => retainedEmpty(topic, seen)), onward('client', seen.bytes)];
    },
  };
}
