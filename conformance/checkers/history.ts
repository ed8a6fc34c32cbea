import type { JournalEntry } from '../../hil/runtime/journal.ts';
import type { RunTopology } from '../run-events.ts';

/** A stretch of time in milliseconds since the start of the run; `endMs` is Infinity for what never ended. */
export interface Window {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A journal, indexed for checkers. Made by `indexHistory`; everything in it comes from the journal alone. */
export interface History {
  readonly entries: readonly JournalEntry[];
  /** Entries of one type in order of the journal. */
  ofType(type: string): readonly JournalEntry[];
  readonly topology: RunTopology | undefined;
  readonly phases: readonly Window[];
  readonly faults: readonly Window[];
  /** Ids of the faults in force at `t`. */
  faultsAt(t: number): string[];
  /** When senders were told to stop; Infinity when the run never came so far. */
  readonly quiescedMs: number;
}
