import type { Message } from './message.ts';
import type { QueuedDelivery } from './delivery.ts';
import type { StoredWill } from './stored-will.ts';
import type { Subscription } from './subscription.ts';

/** What a store kept of an earlier process. */
export interface RecoveredState {
  readonly sessions: readonly RecoveredSession[];
  readonly retained: readonly Message[];
  readonly wills: readonly RecoveredWill[];
}

export interface RecoveredWill {
  readonly clientId: string;
  readonly will: StoredWill;
}

export interface RecoveredSession {
  readonly clientId: string;
  readonly expiryIntervalS: number;
  /** When its connection ended, milliseconds since 1970; undefined: it was connected when the process ended. */
  readonly leftWallMs: number | undefined;
  readonly subscriptions: readonly Subscription[];
  /** Packet identifiers of QoS 2 messages taken and not released. */
  readonly incoming: readonly number[];
  /** Undefined when nothing waits for it. */
  readonly queue: StoredQueue | undefined;
}

/**
 * The messages of a recovered session, which stay where they are stored until its client comes back: what waits for absent
 * clients costs little memory and no time at the start.
 */
export interface StoredQueue {
  /** Messages that were not sent yet. */
  readonly length: number;
  /** Their payload bytes. */
  readonly payloadBytes: number;
  /** The highest number that any of the session's messages has. */
  readonly lastSequence: number;
  /** Drops the oldest message that was not sent yet, here and in the store. */
  dropOldest(): void;
  /** Reads them all. What cannot be read is left out and counted. @throws when nothing can be read now; it may be tried again. */
  load(): Promise<LoadedQueue>;
}

/** The messages of a session, each list in the order of their numbers. */
export interface LoadedQueue {
  readonly inFlight: readonly LoadedInFlight[];
  readonly queued: readonly QueuedDelivery[];
}

/** A message whose PUBLISH was sent, or whose PUBREC came. */
export interface LoadedInFlight {
  readonly delivery: QueuedDelivery;
  readonly packetId: number;
  readonly state: 'published' | 'released';
}
