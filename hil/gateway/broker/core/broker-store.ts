import type { Qos } from '../../../protocols/mqtt/packet.ts';
import type { Eventual } from './eventual.ts';
import type { Message } from './message.ts';
import type { StoredWill } from './stored-will.ts';
import type { Subscription } from './subscription.ts';

/**
 * One change of what must outlive the process: the session state of MQTT 5.0 section 4.1 for sessions that outlive their
 * connection, retained messages and wills. Each is the new value of something, so that writing it twice does no harm.
 */
export type StoreChange =
  /** A session begins, or a connection resumes it, or its expiry interval changes. */
  | { readonly kind: 'session'; readonly clientId: string; readonly expiryIntervalS: number }
  /** The connection ended; the session expires so many seconds after `wallMs`. */
  | { readonly kind: 'session-left'; readonly clientId: string; readonly expiryIntervalS: number; readonly wallMs: number }
  /** What belonged to it was taken back before, except a queue that was never loaded: that goes with it. The will does not. */
  | { readonly kind: 'session-gone'; readonly clientId: string }
  | { readonly kind: 'subscription'; readonly clientId: string; readonly subscription: Subscription; readonly isNew: boolean }
  | { readonly kind: 'subscription-gone'; readonly clientId: string; readonly fullFilter: string }
  /** Of any connection, whether its session outlives it or not: a process that dies cuts it. */
  | { readonly kind: 'will'; readonly clientId: string; readonly will: StoredWill }
  | { readonly kind: 'will-gone'; readonly clientId: string }
  | { readonly kind: 'retained'; readonly message: Message }
  | { readonly kind: 'retained-gone'; readonly topic: string }
  | {
      readonly kind: 'queued';
      readonly clientId: string;
      /** Names the message within the session, and orders it. */
      readonly sequence: number;
      /** The same object for every session that gets it. */
      readonly message: Message;
      readonly qos: Qos;
      readonly retain: boolean;
      readonly subscriptionIdentifiers: readonly number[];
    }
  /** A queued message was dropped or has expired, or goes with its session. */
  | { readonly kind: 'unqueued'; readonly clientId: string; readonly sequence: number; readonly message: Message }
  /** PUBLISH is about to be sent under this identifier. */
  | { readonly kind: 'sent'; readonly clientId: string; readonly sequence: number; readonly packetId: number }
  /** PUBREC came: from now on it is PUBREL that is resent. */
  | { readonly kind: 'released'; readonly clientId: string; readonly sequence: number; readonly packetId: number }
  /** PUBACK, PUBCOMP, or a refusal came, or the message goes with its session. */
  | { readonly kind: 'settled'; readonly clientId: string; readonly sequence: number; readonly packetId: number; readonly message: Message }
  /** A QoS 2 message of the client was taken under this identifier, and PUBREL has not come. */
  | { readonly kind: 'incoming'; readonly clientId: string; readonly packetId: number }
  | { readonly kind: 'incoming-gone'; readonly clientId: string; readonly packetId: number };

/** Why a store takes nothing more: it has reached its bounds, or the last commit failed. */
export type StoreObstacle = 'store-full' | 'store-failed';

/**
 * Where the state is kept: a port. The core works in memory, records what it changes, and commits once for each turn of the
 * event loop. Nothing that a turn has to say leaves (no acknowledgement, no message, no CONNACK) before its commit is done:
 * what a peer was told is stored, and one commit serves every connection of the turn.
 */
export interface BrokerStore {
  /** Notes a change of the current turn, in order. Must not throw. */
  record(change: StoreChange): void;
  /**
   * Stores everything recorded since the last call, whole or not at all. Calls may overlap; they take effect in order.
   * A promise that rejects ends the connections that wait for it, so that their clients send again. What it could not store
   * stays recorded: the core has it in memory, so a later commit stores it before anything that builds on it is said.
   */
  commit(): Eventual<void>;
  /** Asked before something is taken that would have to be stored. Left out: there is always room. */
  readonly obstacle?: () => StoreObstacle | undefined;
}

/** Keeps nothing: the state lives as long as the process. */
export const MEMORY_STORE: BrokerStore = { record: () => undefined, commit: () => undefined };
