import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { SubscriptionRequest } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import { mendsViolation, withFlags0010 } from '../mends-violation.ts';
import { messageKey } from '../message-key.ts';
import type { DefectAction, DefectiveConnection, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { backward, chosen, onward, rewrites, stateless, swallowsViolation } from '../rewrite.ts';

const NO_SUBSCRIPTION = 0x11;
const FROM_SERVER = { from: 'server', type: 'publish' } as const;

/** Defects in subscribing and unsubscribing. */
export const SUBSCRIPTION_DEFECTS: readonly MqttDefect[] = [
  mendsViolation(
    'takes-subscribe-with-any-flags',
    'takes a SUBSCRIBE whatever its flags',
    (statement) => statement === 'MQTT-3.8.1-1',
    withFlags0010,
  ),
  acceptsViolation('takes-empty-subscribe', 'takes a SUBSCRIBE without a filter', ({ because }) => because === 'SUBSCRIBE without a topic filter'),
  acceptsViolation('takes-reserved-option-bits', 'takes a SUBSCRIBE with reserved bits set', ({ because }) => because.startsWith('reserved bits')),
  acceptsViolation('takes-subscription-qos-3', 'takes a SUBSCRIBE that asks for QoS 3', ({ because }) => because.startsWith('QoS 3')),
  acceptsViolation('takes-retain-handling-3', 'takes a SUBSCRIBE with Retain Handling 3', ({ because }) => because.startsWith('retain handling 3')),
  acceptsViolation(
    'takes-no-local-on-shared-subscriptions',
    'takes No Local on a shared subscription',
    ({ statement }) => statement === 'MQTT-3.8.3-4',
  ),
  { id: 'answers-first-subscribe-only', does: 'does not answer a SUBSCRIBE for what is subscribed already', create: () => () => answersFirst() },
  rewrites(
    'answers-subscribe-with-other-packet-id',
    'puts another packet identifier into SUBACK',
    { from: 'server', type: 'suback' },
    (packet) => ({ ...packet, packetId: (packet.packetId % 65_535) + 1 }),
  ),
  { id: 'keeps-both-subscriptions', does: 'delivers twice to a filter that was subscribed to twice', create: () => () => keepsBoth() },
  { id: 'keeps-first-subscription', does: 'leaves a subscription as it is when it should be replaced', create: () => () => keepsFirst() },
  {
    id: 'sends-retained-to-new-subscriptions-only',
    does: 'sends no retained message when a subscription is replaced',
    create: () => () => retainedOnce(),
  },
  { id: 'loses-messages-at-replacement', does: 'loses a message while a subscription is replaced', create: () => () => losesAtReplacement() },
  rewrites(
    'sends-suback-for-each-filter',
    'sends a SUBACK for each filter',
    { from: 'server', type: 'suback' },
    (packet) => packet.reasonCodes.map((code) => ({ ...packet, reasonCodes: [code] })),
  ),
  { id: 'takes-first-filter-only', does: 'subscribes to the first filter of a SUBSCRIBE and says it was all', create: () => () => firstFilterOnly() },
  rewrites(
    'reverses-suback-codes',
    'puts the codes of SUBACK in reverse order',
    { from: 'server', type: 'suback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.toReversed() }),
  ),
  rewrites(
    'sends-one-code-for-all-filters',
    'puts one code into SUBACK for all filters',
    { from: 'server', type: 'suback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.slice(0, 1) }),
  ),
  rewrites(
    'suback-with-unlisted-code',
    'puts a code into SUBACK that it does not have',
    { from: 'server', type: 'suback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.map(() => 0x03) }),
  ),
  { id: 'grants-what-it-does-not-give', does: 'grants the QoS that was asked for and subscribes at QoS 0', create: () => () => emptyPromise() },
  mendsViolation(
    'takes-unsubscribe-with-any-flags',
    'takes an UNSUBSCRIBE whatever its flags',
    (statement) => statement === 'MQTT-3.10.1-1',
    withFlags0010,
  ),
  acceptsViolation('takes-empty-unsubscribe', 'takes an UNSUBSCRIBE without a filter', ({ statement }) => statement === 'MQTT-3.10.3-2'),
  stateless('ignores-unsubscribe', 'answers UNSUBSCRIBE and does not act on it', (seen) => {
    const unsubscribe = chosen(seen, { from: 'client', type: 'unsubscribe' });
    return unsubscribe === undefined ? 'pass' : [backward('client', encodeLoose({ type: 'unsuback', packetId: unsubscribe.packetId, reasonCodes: unsubscribe.filters.map(() => 0), properties: NO_PROPERTIES }, seen.version))];
  }),
  { id: 'unsubscribes-everything', does: 'deletes all subscriptions of a client at any UNSUBSCRIBE', create: () => () => unsubscribesEverything() },
  {
    id: 'drops-deliveries-at-unsubscribe',
    does: 'gives up deliveries that have begun when UNSUBSCRIBE comes',
    create: () => () => dropsDeliveries(),
  },
  rewrites(
    'answers-unsubscribe-with-other-packet-id',
    'puts another packet identifier into UNSUBACK',
    { from: 'server', type: 'unsuback' },
    (packet) => ({ ...packet, packetId: (packet.packetId % 65_535) + 1 }),
  ),
  {
    id: 'answers-unsubscribe-only-when-it-deletes',
    does: 'does not answer UNSUBSCRIBE when there is nothing to delete',
    create: () => () => answersDeletions(),
  },
  { id: 'sends-unsuback-for-each-filter', does: 'sends an UNSUBACK for each filter', create: () => () => unsubackForEach() },
  {
    id: 'unsubscribes-first-filter-only',
    does: 'deletes the first filter of an UNSUBSCRIBE and says it was all',
    create: () => () => unsubscribesFirst(),
  },
  rewrites(
    'sends-unsuback-codes-in-reverse',
    'puts the codes of UNSUBACK in reverse order',
    { from: 'server', type: 'unsuback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.toReversed() }),
  ),
  rewrites(
    'unsuback-with-unlisted-code',
    'puts a code into UNSUBACK that it does not have',
    { from: 'server', type: 'unsuback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.map(() => 0x01) }),
  ),
  swallowsViolation('ignores-malformed-disconnect', 'ignores a DISCONNECT with reserved bits set', (statement) => statement === 'MQTT-3.14.1-1'),
  mendsViolation('takes-malformed-disconnect', 'takes a DISCONNECT whatever its reserved bits', (statement) => statement === 'MQTT-3.14.1-1', (bytes) => {
    bytes[0] = 0xe0;
    return bytes;
  }),
  stateless(
    'takes-disconnect-for-failure',
    'takes DISCONNECT for the loss of the connection',
    (seen) => (chosen(seen, { from: 'client', type: 'disconnect' }) === undefined ? 'pass' : [{ do: 'closeServer' }]),
  ),
  rewrites(
    'talks-after-its-disconnect',
    'sends a packet behind its DISCONNECT',
    { from: 'server', type: 'disconnect' },
    (packet) => [packet, { type: 'pingresp' }],
  ),
  {
    id: 'stays-connected-after-its-disconnect',
    does: 'leaves the connection open after its DISCONNECT',
    create: () => () => ({ onEnd: (by) => (by === 'server' ? 'hold' : 'pass') }),
  },
  rewrites(
    'disconnect-with-unlisted-code',
    'sends DISCONNECT with a reason code that it does not have',
    { from: 'server', type: 'disconnect' },
    (packet) => ({ ...packet, reasonCode: 0x55 }),
  ),
  rewrites(
    'names-session-expiry-in-disconnect',
    'sends DISCONNECT with a Session Expiry Interval',
    { from: 'server', type: 'disconnect' },
    (packet) => ({ ...packet, properties: { sessionExpiryIntervalS: 60 } }),
  ),
  withOptions('ignores-no-local', 'does not look at No Local', (subscription) => ({ ...subscription, noLocal: false })),
  withOptions('never-sends-messages-back', 'sends no client its own messages', (subscription) => ({ ...subscription, noLocal: true })),
  { id: 'no-local-keeps-everything-away', does: 'delivers nothing to a subscription with No Local', create: () => () => noLocalForAll() },
  withOptions(
    'ignores-retain-as-published',
    'does not look at Retain As Published',
    (subscription) => ({ ...subscription, retainAsPublished: false }),
  ),
  withOptions(
    'always-retain-as-published',
    'forwards messages with the RETAIN flag that they came with',
    (subscription) => ({ ...subscription, retainAsPublished: true }),
  ),
  withOptions('retain-handling-0-as-2', 'sends no retained messages with Retain Handling 0', (subscription) => handled(subscription, 0, 2)),
  withOptions('retain-handling-1-as-0', 'sends retained messages again with Retain Handling 1', (subscription) => handled(subscription, 1, 0)),
  withOptions('retain-handling-1-as-2', 'sends no retained messages with Retain Handling 1', (subscription) => handled(subscription, 1, 2)),
  withOptions('retain-handling-2-as-0', 'sends retained messages with Retain Handling 2', (subscription) => handled(subscription, 2, 0)),
];

type Handling = SubscriptionRequest['retainHandling'];

function handled(subscription: SubscriptionRequest, asked: Handling, done: Handling): SubscriptionRequest {
  return subscription.retainHandling === asked ? { ...subscription, retainHandling: done } : subscription;
}

function withOptions(id: string, does: string, change: (subscription: SubscriptionRequest) => SubscriptionRequest): MqttDefect {
  return rewrites(id, does, { from: 'client', type: 'subscribe' }, (packet) => ({ ...packet, subscriptions: packet.subscriptions.map(change) }));
}

/** The filters of a SUBSCRIBE that came before on this connection; remembers them all. */
function repeatedIn(seen: SeenPacket, known: Set<string>): readonly string[] {
  const filters = (chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions ?? []).map(({ filter }) => filter);
  const repeated = filters.filter((filter) => known.has(filter));
  for (const filter of filters) known.add(filter);
  return repeated;
}

function answersFirst(): DefectiveConnection {
  const known = new Set<string>();
  return { onPacket: (seen) => (repeatedIn(seen, known).length > 0 ? [] : 'pass') };
}

function keepsBoth(): DefectiveConnection {
  const known = new Set<string>();
  const twice = new Set<string>();
  return {
    onPacket: (seen) => {
      for (const filter of repeatedIn(seen, known)) twice.add(filter);
      const publish = chosen(seen, { ...FROM_SERVER, when: ({ topic }) => twice.has(topic) });
      if (publish === undefined) return 'pass';
      return [onward('server', seen.bytes), onward('server', encodeLoose({ ...publish, qos: 0, packetId: undefined }, seen.version))];
    },
  };
}

function keepsFirst(): DefectiveConnection {
  const known = new Map<string, SubscriptionRequest>();
  return {
    onPacket: (seen) => {
      const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
      if (subscribe === undefined) return 'pass';
      const subscriptions = subscribe.subscriptions.map((subscription) => {
        const kept = known.get(subscription.filter) ?? subscription;
        known.set(subscription.filter, kept);
        return kept;
      });
      return [onward('client', encodeLoose({ ...subscribe, subscriptions }, seen.version))];
    },
  };
}

function retainedOnce(): DefectiveConnection {
  const sent = new Set<string>();
  return {
    onPacket: (seen) => {
      const publish = chosen(seen, { ...FROM_SERVER, when: ({ retain }) => retain });
      if (publish === undefined) return 'pass';
      const isRepeated = sent.has(messageKey(publish));
      sent.add(messageKey(publish));
      return isRepeated ? [] : 'pass';
    },
  };
}

/** The first message that comes after a filter was repeated is lost, and the good server believes it delivered. */
function losesAtReplacement(): DefectiveConnection {
  const known = new Set<string>();
  let isLosing = false;
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      isLosing ||= repeatedIn(seen, known).length > 0;
      const publish = chosen(seen, FROM_SERVER);
      if (publish === undefined || !isLosing) return 'pass';
      isLosing = false;
      return publish.qos === 1 ? [backward('server', encodeLoose({ type: 'puback', packetId: publish.packetId ?? 0, reasonCode: 0, properties: NO_PROPERTIES }, seen.version))] : [];
    },
  };
}

function firstFilterOnly(): DefectiveConnection {
  let asked = 1;
  return {
    onPacket: (seen) => {
      const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
      if (subscribe !== undefined) {
        asked = subscribe.subscriptions.length;
        return [onward('client', encodeLoose({ ...subscribe, subscriptions: subscribe.subscriptions.slice(0, 1) }, seen.version))];
      }
      const suback = chosen(seen, { from: 'server', type: 'suback' });
      return suback === undefined ? 'pass' : [onward('server', encodeLoose({ ...suback, reasonCodes: Array.from({ length: asked }, () => suback.reasonCodes[0] ?? 0) }, seen.version))];
    },
  };
}

function emptyPromise(): DefectiveConnection {
  let asked: readonly number[] = [];
  return {
    onPacket: (seen) => {
      const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
      if (subscribe !== undefined) {
        asked = subscribe.subscriptions.map(({ qos }) => qos);
        return [onward('client', encodeLoose({ ...subscribe, subscriptions: subscribe.subscriptions.map((subscription) => ({ ...subscription, qos: 0 })) }, seen.version))];
      }
      const suback = chosen(seen, { from: 'server', type: 'suback' });
      return suback === undefined ? 'pass' : [onward('server', encodeLoose({ ...suback, reasonCodes: asked }, seen.version))];
    },
  };
}

function unsubscribesEverything(): DefectiveConnection {
  const known = new Set<string>();
  let asked = 1;
  return {
    onPacket: (seen) => {
      repeatedIn(seen, known);
      const unsubscribe = chosen(seen, { from: 'client', type: 'unsubscribe' });
      if (unsubscribe !== undefined) {
        asked = unsubscribe.filters.length;
        return [onward('client', encodeLoose({ ...unsubscribe, filters: [...unsubscribe.filters, ...known] }, seen.version))];
      }
      return cutCodes(seen, asked);
    },
  };
}

/** UNSUBACK with as many codes as were asked for. */
function cutCodes(seen: SeenPacket, asked: number): 'pass' | DefectAction[] {
  const unsuback = chosen(seen, { from: 'server', type: 'unsuback' });
  return unsuback === undefined ? 'pass' : [onward('server', encodeLoose({ ...unsuback, reasonCodes: Array.from({ length: asked }, (_none, index) => unsuback.reasonCodes[index] ?? 0) }, seen.version))];
}

/** At UNSUBSCRIBE, the good server is told that the client has what it has not acknowledged; a later PUBREC is ignored. */
function dropsDeliveries(): DefectiveConnection {
  const begun = new Map<number, number>();
  let hasLeft = false;
  return {
    onPacket: (seen) => {
      const publish = chosen(seen, { ...FROM_SERVER, when: ({ qos }) => qos > 0 });
      if (publish?.packetId !== undefined) begun.set(publish.packetId, publish.qos);
      if (hasLeft && chosen(seen, { from: 'client', type: 'pubrec' }) !== undefined) return [];
      if (chosen(seen, { from: 'client', type: 'unsubscribe' }) === undefined) return 'pass';
      hasLeft = true;
      const lost = [...begun].filter(([, qos]) => qos === 1).map(([packetId]) => onward('client', encodeLoose({ type: 'puback', packetId, reasonCode: 0, properties: NO_PROPERTIES }, seen.version)));
      return [...lost, onward('client', seen.bytes)];
    },
  };
}

function answersDeletions(): DefectiveConnection {
  const known = new Set<string>();
  return {
    onPacket: (seen) => {
      repeatedIn(seen, known);
      const unsubscribe = chosen(seen, { from: 'client', type: 'unsubscribe' });
      return unsubscribe === undefined || unsubscribe.filters.some((filter) => known.has(filter)) ? 'pass' : [];
    },
  };
}

function unsubackForEach(): DefectiveConnection {
  let asked = 1;
  return {
    onPacket: (seen) => {
      asked = chosen(seen, { from: 'client', type: 'unsubscribe' })?.filters.length ?? asked;
      const unsuback = chosen(seen, { from: 'server', type: 'unsuback' });
      if (unsuback === undefined) return 'pass';
      return Array.from({ length: asked }, (_none, index) => onward('server', encodeLoose({ ...unsuback, reasonCodes: [unsuback.reasonCodes[index] ?? NO_SUBSCRIPTION] }, seen.version)));
    },
  };
}

function unsubscribesFirst(): DefectiveConnection {
  let asked = 1;
  return {
    onPacket: (seen) => {
      const unsubscribe = chosen(seen, { from: 'client', type: 'unsubscribe' });
      if (unsubscribe === undefined) return cutCodes(seen, asked);
      asked = unsubscribe.filters.length;
      return [onward('client', encodeLoose({ ...unsubscribe, filters: unsubscribe.filters.slice(0, 1) }, seen.version))];
    },
  };
}

function noLocalForAll(): DefectiveConnection {
  let isNoLocal = false;
  return {
    onPacket: (seen) => {
      isNoLocal ||= chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions.some(({ noLocal }) => noLocal) ?? false;
      return isNoLocal && chosen(seen, FROM_SERVER) !== undefined ? [] : 'pass';
    },
  };
}
