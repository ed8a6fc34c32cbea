import type { Clock } from '../../hil/runtime/clock.ts';
import type { JournalEntry, JournalWriter } from '../../hil/runtime/journal.ts';
import type { Observation, ObservationData } from '../../hil/runtime/observation.ts';

/**
 * The one way into the journal during a run: turns machine time into time since the start, and tells listeners. It never
 * throws: it is called from event handlers. When the journal cannot be written (a full disk), it says so once.
 */
export interface RunLog {
  /** Something a child saw; its `t` is the machine's monotonic clock. */
  record(observation: Observation): void;
  /** Something the runner itself did or saw, now. */
  note(type: string, data: ObservationData): void;
  /** Calls back for every observation recorded from now on, with run time. @returns how to stop it. */
  listen(listener: (observation: Observation) => void): () => void;
  /** Milliseconds since the start of the run. */
  nowMs(): number;
}

/** @param onFailure - Called once, with what the journal threw; nothing is recorded from then on. */
export function createRunLog(journal: Pick<JournalWriter, 'append'>, clock: Clock, onFailure: (thrown: unknown) => void): RunLog {
  const originMs = clock.nowMs();
  const listeners = new Set<(observation: Observation) => void>();
  let failed = false;
  const append = (observation: Observation): void => {
    if (failed) return;
    try {
      journal.append(observation);
    } catch (thrown) {
      failed = true;
      onFailure(thrown);
      return;
    }
    for (const listener of listeners) listener(observation);
  };
  return {
    record: ({ t, source, type, data }) => append({ t: t - originMs, source, type, data }),
    note: (type, data) => append({ t: clock.nowMs() - originMs, source: 'runner', type, data }),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    nowMs: () => clock.nowMs() - originMs,
  };
}

/** Journal entries by time: children report in batches, so lines of different sources may be some milliseconds apart. */
export function byTime(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.toSorted((a, b) => a.t - b.t || a.seq - b.seq);
}
