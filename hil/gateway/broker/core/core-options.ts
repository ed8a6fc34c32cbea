import type { ProtocolVersion, Qos } from '../../../protocols/mqtt/packet.ts';

/** What the broker offers and where it ends. Everything that a client can make grow has a bound here. */
export interface CoreBrokerOptions {
  /** Protocol levels served; another one is refused with an unsupported version. */
  readonly versions: readonly ProtocolVersion[];
  /** Longest packet taken, bytes, announced as Maximum Packet Size. */
  readonly packetBytesMax: number;
  /** Longest CONNECT taken, bytes: nobody has shown yet who they are. */
  readonly connectPacketBytesMax: number;
  readonly connectionsMax: number;
  /** Longest wait for a CONNECT, and for the answers of an enhanced authentication, milliseconds. */
  readonly connectTimeoutMs: number;
  /** Sessions kept without a connection; the longest absent one goes first. */
  readonly absentSessionsMax: number;
  /** Messages queued for one absent session; the oldest goes first. */
  readonly queuedMessagesMax: number;
  /** Messages queued for one connected client that takes or acknowledges them too slowly. */
  readonly liveQueuedMessagesMax: number;
  /** Payload bytes queued for one session. */
  readonly queuedBytesMax: number;
  /** QoS 1 and 2 messages sent to one client and not yet acknowledged, whatever larger Receive Maximum it states. */
  readonly inFlightMax: number;
  /** QoS 1 and 2 messages one client may have unacknowledged, 1 to 65535, announced as Receive Maximum. */
  readonly receiveMaximum: number;
  /** Topic aliases a client may use, 0 to 65535; 0 allows none. */
  readonly topicAliasMaximum: number;
  /** Topic aliases used towards one client, whatever larger maximum it states. */
  readonly outgoingTopicAliasesMax: number;
  readonly subscriptionsPerClientMax: number;
  /** Levels of a filter or of a retained topic. */
  readonly topicLevelsMax: number;
  readonly retainedMessagesMax: number;
  readonly retainedBytesMax: number;
  /** Bytes for a peer that it has not taken: beyond it messages wait in the queue, beyond twice it the link is not read. */
  readonly unsentBytesMax: number;
  /** Longest keep alive, seconds; a client that asks for more, or for none, is told this one (5.0 only). 0: as it asks. */
  readonly keepAliveMaxS: number;
  /** Longest session expiry interval granted, seconds; 4,294,967,295 never expires. */
  readonly sessionExpiryMaxS: number;
  readonly maximumQos: Qos;
  readonly retainAvailable: boolean;
  readonly wildcardSubscriptionAvailable: boolean;
  readonly subscriptionIdentifierAvailable: boolean;
  readonly sharedSubscriptionAvailable: boolean;
  /** Whether a client may leave its identifier to the server; else an empty one is refused (MQTT-3.1.3-8 of 5.0). */
  readonly emptyClientIdAllowed: boolean;
  /** Given to clients that request response information; undefined gives none. */
  readonly responseInformation: string | undefined;
}

/** 4,294,967,295: a session expiry interval that never ends (MQTT 5.0 section 3.1.2.11.2). */
export const NEVER_EXPIRES_S = 0xffff_ffff;

export const DEFAULT_CORE_OPTIONS: CoreBrokerOptions = {
  versions: [4, 5],
  packetBytesMax: 1_048_576,
  connectPacketBytesMax: 262_144,
  connectionsMax: 20_000,
  connectTimeoutMs: 10_000,
  absentSessionsMax: 20_000,
  queuedMessagesMax: 10_000,
  liveQueuedMessagesMax: 100_000,
  queuedBytesMax: 67_108_864,
  inFlightMax: 256,
  receiveMaximum: 256,
  topicAliasMaximum: 64,
  outgoingTopicAliasesMax: 64,
  subscriptionsPerClientMax: 1_000,
  topicLevelsMax: 128,
  retainedMessagesMax: 100_000,
  retainedBytesMax: 268_435_456,
  unsentBytesMax: 1_048_576,
  keepAliveMaxS: 0,
  sessionExpiryMaxS: NEVER_EXPIRES_S,
  maximumQos: 2,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  subscriptionIdentifierAvailable: true,
  sharedSubscriptionAvailable: true,
  emptyClientIdAllowed: true,
  responseInformation: undefined,
};
