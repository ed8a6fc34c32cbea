import type { SubscribePacket, SubscriptionRequest, UnsubscribePacket } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import type { BrokerParts } from './broker-parts.ts';
import type { Client } from './client.ts';
import { whenDone, type Eventual } from './eventual.ts';
import { isFailure, REASON } from './reason-code.ts';
import { levelCount } from './retained-store.ts';
import { lowerQos, takeApart, type Subscription } from './subscription.ts';

/**
 * Takes a SUBSCRIBE: each filter as if it had come alone, one SUBACK with a code for each in their order (MQTT-3.8.4-5,
 * MQTT-3.9.3-1). Retained messages follow the SUBACK.
 */
export function handleSubscribe(client: Client, packet: SubscribePacket, parts: BrokerParts): Eventual<void> {
  const identifier = packet.properties.subscriptionIdentifiers?.[0];
  const judged = packet.subscriptions.map((request) => judge(client, request, identifier, parts));
  const apply = (codes: readonly number[]): void => grant(client, packet, codes, parts);
  const known = judged.filter((code) => typeof code === 'number');
  return known.length === judged.length ? apply(known) : Promise.all(judged.map((code) => Promise.resolve(code))).then(apply);
}

/** The reason code of one filter: the QoS granted, or why it is refused. */
function judge(client: Client, request: SubscriptionRequest, identifier: number | undefined, parts: BrokerParts): Eventual<number> {
  const { options } = parts;
  const { filter, shareName } = takeApart(request.filter);
  if (identifier !== undefined && !options.subscriptionIdentifierAvailable) return REASON.subscriptionIdentifiersNotSupported;
  if (shareName !== undefined && !options.sharedSubscriptionAvailable) return REASON.sharedNotSupported;
  if (/[+#]/u.test(filter) && !options.wildcardSubscriptionAvailable) return REASON.wildcardsNotSupported;
  if (levelCount(filter) > options.topicLevelsMax) return REASON.quotaExceeded;
  // MQTT-3.2.2-10: a broker without QoS 2 takes the request and grants less.
  const qos = lowerQos(request.qos, options.maximumQos);
  return whenDone(parts.access.maySubscribe(client.identity, filter, qos), (isAllowed) => (isAllowed ? qos : REASON.notAuthorized));
}

function grant(client: Client, packet: SubscribePacket, codes: readonly number[], parts: BrokerParts): void {
  const granted = packet.subscriptions.map((request, index) => {
    const code = codes[index] ?? REASON.unspecifiedError;
    return isFailure(code) ? { code, retained: undefined } : install(client, request, code, packet.properties.subscriptionIdentifiers?.[0], parts);
  });
  const is311 = client.identity.version === 4;
  for (const { code } of granted) if (code === REASON.notAuthorized) parts.counters.refuse('subscribe-not-authorized');
  client.wire.send({
    type: 'suback',
    packetId: packet.packetId,
    // MQTT-3.9.3-2 of 3.1.1: failure has one code there.
    reasonCodes: granted.map(({ code }) => (is311 && isFailure(code) ? REASON.unspecifiedError : code)),
    properties: NO_PROPERTIES,
  });
  for (const { retained } of granted) if (retained !== undefined) parts.router.sendRetained(client.session, retained);
}

/** Adds or replaces one subscription. `retained`: set when retained messages are to be sent for it. */
function install(
  { session }: Client,
  request: SubscriptionRequest,
  code: number,
  identifier: number | undefined,
  { subscriptions, options, counters, obstacle }: BrokerParts,
): { readonly code: number; readonly retained: Subscription | undefined } {
  if (!session.subscriptions.has(request.filter)) {
    const isFull = session.subscriptions.size >= options.subscriptionsPerClientMax;
    const refusal = isFull ? 'subscriptions-full' : session.isKept ? obstacle() : undefined;
    if (refusal !== undefined) {
      counters.refuse(refusal);
      return { code: REASON.quotaExceeded, retained: undefined };
    }
  }
  const subscription: Subscription = {
    fullFilter: request.filter,
    ...takeApart(request.filter),
    qos: lowerQos(request.qos, options.maximumQos),
    noLocal: request.noLocal,
    retainAsPublished: request.retainAsPublished,
    identifier,
  };
  const isNew = subscriptions.set(session, subscription);
  session.record({ kind: 'subscription', clientId: session.clientId, subscription, isNew });
  // Retain Handling, MQTT-3.3.1-9 to MQTT-3.3.1-11; 3.1.1 always sends them (MQTT-3.8.4-3 there).
  const isSent = request.retainHandling === 0 || (request.retainHandling === 1 && isNew);
  return { code, retained: isSent ? subscription : undefined };
}

/** Takes an UNSUBSCRIBE: filters are compared byte for byte (MQTT-3.10.4-1), and UNSUBACK always follows. */
export function handleUnsubscribe({ session, wire }: Client, { packetId, filters }: UnsubscribePacket, { subscriptions }: BrokerParts): void {
  const reasonCodes = filters.map((fullFilter) => {
    if (!subscriptions.delete(session, fullFilter)) return REASON.noSubscriptionExisted;
    session.record({ kind: 'subscription-gone', clientId: session.clientId, fullFilter });
    return REASON.success;
  });
  wire.sendQueued();
  wire.send({ type: 'unsuback', packetId, reasonCodes, properties: NO_PROPERTIES });
}
