import type { PrimaryTable } from '../../../hil/gateway/southbound/device-profile.ts';
import type { Recording, Sample } from '../../../hil/rig/recording/recording-format.ts';

/** What happens when a replay has reached the end of its recording. */
export const AT_END = ['loop', 'hold'] as const;
export type AtEnd = (typeof AT_END)[number];

/** What a recorded device showed, as a function of the time since the start of the replay. Pure. */
export interface RecordedTimeline {
  /** From the first request to the end of the last turn of polling, milliseconds. */
  readonly lengthMs: number;
  /** The word of an address; undefined when it was not recorded. */
  wordAt(table: PrimaryTable, address: number, sinceMs: number): number | undefined;
  /** The exception that a read of these addresses got; undefined when none of them was refused then. */
  exceptionAt(table: PrimaryTable, address: number, count: number, sinceMs: number): number | undefined;
  /** Whether a read of these addresses got no answer then, or none that could be understood. */
  isSilentAt(table: PrimaryTable, address: number, count: number, sinceMs: number): boolean;
}

/** One state of a range, from `t` on until the next. */
interface State {
  readonly t: number;
  readonly words: readonly number[];
  readonly exception: number | undefined;
  /** The device did not answer: from when it was asked in vain until it was asked and answered. */
  readonly isSilent: boolean;
}

interface Track {
  readonly table: PrimaryTable;
  readonly address: number;
  readonly count: number;
  readonly states: readonly State[];
}

/** @param atEnd - `loop` starts anew, `hold` keeps what was seen last. */
export function recordedTimeline({ header, samples }: Recording, atEnd: AtEnd): RecordedTimeline {
  const tracks = header.ranges.map((range, index): Track => ({ ...range, states: statesOf(samples, index) }));
  const lastMs = samples.at(-1)?.t ?? 0;
  const lengthMs = (Math.floor(lastMs / header.pollEveryMs) + 1) * header.pollEveryMs;
  const instant = (sinceMs: number): number => (atEnd === 'loop' ? sinceMs % lengthMs : Math.min(sinceMs, lengthMs));
  const covering = (table: PrimaryTable, address: number, count: number): Track[] =>
    tracks.filter((track) => track.table === table && track.address < address + count && address < track.address + track.count);
  return {
    lengthMs,
    wordAt: (table, address, sinceMs) => {
      const [track] = covering(table, address, 1);
      return track === undefined ? undefined : stateAt(track.states, instant(sinceMs))?.words[address - track.address];
    },
    exceptionAt: (table, address, count, sinceMs) => {
      const refused = header.refused.find((range) => range.table === table && range.address < address + count && address < range.address + range.count);
      if (refused !== undefined) return refused.code;
      return covering(table, address, count).map((track) => stateAt(track.states, instant(sinceMs))?.exception).find((code) => code !== undefined);
    },
    isSilentAt: (table, address, count, sinceMs) => covering(table, address, count).some((track) => stateAt(track.states, instant(sinceMs))?.isSilent === true),
  };
}

function statesOf(samples: readonly Sample[], range: number): State[] {
  const states: State[] = [];
  let words: readonly number[] = [];
  for (const sample of samples) {
    if (sample.r !== range) continue;
    const exception = 'x' in sample ? sample.x : undefined;
    const isSilent = 'f' in sample;
    const before = states.at(-1);
    if ('w' in sample && sample.w !== undefined) words = sample.w;
    const isSame = before?.words === words && before.exception === exception && before.isSilent === isSilent;
    if (!isSame) states.push({ t: sample.t, words, exception, isSilent });
  }
  return states;
}

/** The last state that began at or before `t`; before the first one, the first. */
function stateAt(states: readonly State[], t: number): State | undefined {
  let low = 0;
  let high = states.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((states[middle]?.t ?? Infinity) <= t) low = middle + 1;
    else high = middle;
  }
  return states[Math.max(0, low - 1)];
}
