import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { LinkCounters } from './link-events.ts';

/** `up` is from the client (who connected) to the server, `down` the way back. */
export const LINK_DIRECTIONS = ['up', 'down'] as const;
export type LinkDirection = (typeof LINK_DIRECTIONS)[number];

/** What flows in one direction: bytes, or the end of the stream (a TCP FIN), after which nothing comes. */
export type LinkItem = Uint8Array | 'end';

/** Bytes an item carries; an end of stream carries none. */
export function byteCountOf(item: LinkItem): number {
  return item === 'end' ? 0 : item.length;
}

/** Clocks work in floating point and timers fire up to a millisecond early: instants this close count as reached. */
export const INSTANT_TOLERANCE_MS = 0.001;

/**
 * What a fault does to one direction of one connection. Items go in by `accept` and come out by the `emit` it was
 * created with: all of them, in order, unless the fault says otherwise. A stage may hold items and emit them later.
 */
export interface FaultStage {
  accept(item: LinkItem): void;
  /** Asks that the source be paused. A stage still accepts what comes then: the stages before it empty themselves. */
  readonly isFull: boolean;
  /** The fault is over: emits everything held, at once and in order, and stops its timers. Nothing is accepted after. */
  release(): void;
  /** The connection is gone: forgets what it holds and stops its timers. */
  discard(): void;
}

export interface StageDeps {
  readonly clock: Clock;
  /** Belongs to this fault, connection and direction alone. */
  readonly random: Random;
  readonly counters: FaultCounters;
  readonly emit: (item: LinkItem) => void;
}

/** The counters that stages add to; they are those of the whole link. */
export type FaultCounters = Pick<LinkCounters, 'held' | 'delayed' | 'throttledMs' | 'sliced'>;

/** A fault in force on a link. */
export interface LinkFault {
  /** Directions in which nothing at all passes, not even the news that an endpoint is gone. */
  readonly cuts: readonly LinkDirection[];
  /** Makes the stage for one direction of one connection; undefined where the fault leaves the bytes alone. */
  createStage(direction: LinkDirection, deps: StageDeps): FaultStage | undefined;
  /** Called once when the fault comes into force. What it returns is cancelled when the fault ends. */
  begin(link: ResettableLink): Timer | undefined;
}

/** What a fault may do to the connections themselves. */
export interface ResettableLink {
  /** Sends RST to both sides of the open connections that are chosen by their number. */
  resetConnections(isChosen: (connection: number) => boolean): void;
}

export interface FaultDeps {
  readonly clock: Clock;
  /** The fault's own part of the seed tree. */
  readonly random: Random;
}

/** A fault that only puts stages into connections. */
export function stageFault(createStage: LinkFault['createStage'], cuts: readonly LinkDirection[] = []): LinkFault {
  return { cuts, createStage, begin: () => undefined };
}
