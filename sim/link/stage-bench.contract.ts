import { randomFromSeed } from '../../hil/runtime/random.ts';
import { createManualClock, type ManualClock } from '../world/manual-clock.ts';
import type { FaultCounters, FaultStage, LinkItem } from './link-fault.ts';
import type { LinkFaultKind } from './link-fault-kind.ts';

/** One stage of a fault on a clock that moves when told, with what came out of it and when. */
export interface StageBench {
  readonly clock: ManualClock;
  readonly stage: FaultStage;
  readonly counters: FaultCounters;
  readonly out: readonly { readonly atMs: number; readonly item: LinkItem }[];
  accept(item: LinkItem): void;
  /** The bytes that came out, in one piece. */
  bytes(): Uint8Array;
}

/** @throws Error for a fault that has no stage for the way up. */
export function runStage(kind: LinkFaultKind, params: unknown, seed = 1): StageBench {
  const clock = createManualClock();
  const counters = { held: 0, delayed: 0, throttledMs: 0, sliced: 0 };
  const out: { atMs: number; item: LinkItem }[] = [];
  const random = randomFromSeed(seed);
  const emit = (item: LinkItem): void => void out.push({ atMs: clock.nowMs(), item });
  const stage = kind.create(params, { clock, random }).createStage('up', { clock, random, counters, emit });
  if (stage === undefined) throw new Error(`fault ${kind.kind} has no stage`);
  return {
    clock,
    stage,
    counters,
    out,
    accept: (item) => stage.accept(item),
    bytes: () => Buffer.concat(out.flatMap(({ item }) => (item === 'end' ? [] : [item]))),
  };
}
