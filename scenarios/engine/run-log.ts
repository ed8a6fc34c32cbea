import type { Clock } from '../../hil/runtime/clock.ts';
import type { JournalEntry, JournalWriter } from '../../hil/runtime/journal.ts';
import type { Observation, ObservationData } from '../../hil/runtime/observation.ts';

/** The one way into the journal during a run: turns machine time into time since the start, and tells listeners. */
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

export function createRunLog(journal: JournalWriter, clock: Clock): RunLog {
  const originMs = clock.nowMs();
  const listeners = new Set<(observation: Observation) => void>();
  const append = (observation: Observation): void => {
    journal.append(observation);
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
