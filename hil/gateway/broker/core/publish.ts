import type { PublishPacket } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import type { BrokerParts } from './broker-parts.ts';
import type { StoreObstacle } from './broker-store.ts';
import type { Client } from './client.ts';
import { whenDone, type Eventual } from './eventual.ts';
import { messageOfPublish } from './message.ts';
import { REASON } from './reason-code.ts';

/** Whether it is a topic of the server's own, which clients do not publish to. */
export function isReservedTopic(topic: string): boolean {
  return topic === '$SYS' || topic.startsWith('$SYS/');
}

/** Takes a PUBLISH: the receiving side of sections 3.3.4 and 4.3 of both standards. */
export function handlePublish(client: Client, packet: PublishPacket, parts: BrokerParts): Eventual<void> {
  const topic = topicOf(client, packet);
  if (topic === undefined || !isServed(client, packet, parts)) return undefined;
  const { packetId, qos } = packet;
  if (qos === 2 && packetId !== undefined && client.session.incoming.has(packetId)) {
    // MQTT-4.3.3-10: a copy before PUBREL is answered and not delivered again.
    client.unfinished.add(packetId);
    answer(client, packet, REASON.success);
    return undefined;
  }
  if (qos > 0 && client.identity.version === 5 && client.unfinished.size >= parts.options.receiveMaximum) {
    client.wire.end({ reason: 'receive-maximum', reasonCode: REASON.receiveMaximumExceeded, keepsWill: true });
    return undefined;
  }
  if (isReservedTopic(topic)) {
    refuse(client, packet, parts, 'reserved-topic');
    return undefined;
  }
  return whenDone(parts.access.mayPublish(client.identity, topic, packet.retain), (isAllowed) => {
    const obstacle = isAllowed && (qos > 0 || packet.retain) ? parts.obstacle() : undefined;
    if (!isAllowed) refuse(client, packet, parts, 'publish-not-authorized');
    else if (obstacle !== undefined) obstructed(client, packet, topic, obstacle, parts);
    else accept(client, packet, topic, parts);
  });
}

/** The topic, with the alias resolved; undefined when the connection was ended because of it. */
function topicOf({ aliases, identity, wire }: Client, { topic, properties }: PublishPacket): string | undefined {
  if (identity.version === 4) return topic;
  const resolved = aliases.resolve(topic, properties.topicAlias);
  if (typeof resolved === 'object') return resolved.topic;
  const isInvalid = resolved === 'invalid';
  wire.end({
    reason: isInvalid ? 'topic-alias' : 'protocol-error',
    reasonCode: isInvalid ? REASON.topicAliasInvalid : REASON.protocolError,
    because: isInvalid ? 'the topic alias is above the maximum' : 'nothing is bound to the topic alias',
    keepsWill: true,
  });
  return undefined;
}

/** Whether the broker has what the packet asks for; if not, the connection was ended (MQTT 5.0 sections 3.2.2.3.4 and .5). */
function isServed({ identity, wire }: Client, { qos, retain }: PublishPacket, { options }: BrokerParts): boolean {
  if (qos > options.maximumQos) {
    wire.end({ reason: 'unsupported', reasonCode: REASON.qosNotSupported, because: `the highest QoS is ${options.maximumQos}`, keepsWill: true });
    return false;
  }
  // 3.1.1 cannot be told: there the message is delivered and not retained.
  if (!retain || options.retainAvailable || identity.version === 4) return true;
  wire.end({ reason: 'unsupported', reasonCode: REASON.retainNotSupported, keepsWill: true });
  return false;
}

function accept(client: Client, packet: PublishPacket, topic: string, parts: BrokerParts): void {
  const { session } = client;
  const { packetId, qos } = packet;
  if (qos === 2 && packetId !== undefined) {
    session.incoming.add(packetId);
    session.record({ kind: 'incoming', clientId: session.clientId, packetId });
    client.unfinished.add(packetId);
  }
  const origin = { publisherId: session.clientId, acceptedAtMs: parts.clock.nowMs() };
  const message = messageOfPublish(parts.options.retainAvailable ? packet : { ...packet, retain: false }, topic, origin);
  const matched = parts.router.accept(message);
  answer(client, packet, matched ? REASON.success : REASON.noMatchingSubscribers);
}

/**
 * The store has no room. QoS 1 and 2 are refused, in 3.1.1 by closing, because it has no answer that says so. QoS 0 is delivered
 * and not retained, and its topic has no retained message then (MQTT-3.3.1-7 of 3.1.1).
 */
function obstructed(client: Client, packet: PublishPacket, topic: string, reason: StoreObstacle, parts: BrokerParts): void {
  if (packet.qos === 0) {
    parts.counters.refuse(reason);
    parts.router.forgetRetained(topic);
    accept(client, { ...packet, retain: false }, topic, parts);
  } else if (client.identity.version === 4) {
    client.wire.end({ reason, keepsWill: true });
  } else {
    parts.counters.refuse(reason);
    answer(client, packet, REASON.quotaExceeded);
  }
}

/**
 * A message that this client may not publish. 5.0 says so where there is an answer to say it in. 3.1.1 acknowledges as usual
 * (MQTT-3.3.5-2), except for the server's own topics, which no working client writes to: there it closes.
 */
function refuse(client: Client, packet: PublishPacket, { counters }: BrokerParts, reason: string): void {
  if (client.identity.version === 4 && reason === 'reserved-topic') {
    client.wire.end({ reason, keepsWill: true });
    return;
  }
  counters.refuse(reason);
  answer(client, packet, client.identity.version === 4 ? REASON.success : REASON.notAuthorized);
}

/** PUBACK for QoS 1, PUBREC for QoS 2, nothing for QoS 0 (MQTT-3.3.4-1). */
function answer({ wire }: Client, { qos, packetId }: PublishPacket, reasonCode: number): void {
  if (qos === 0 || packetId === undefined) return;
  wire.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode, properties: NO_PROPERTIES });
}
