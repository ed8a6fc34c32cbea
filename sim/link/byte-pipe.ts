import type { FaultStage, LinkItem } from './link-fault.ts';

/** Where a pipe's bytes come from and go to. */
export interface BytePipeEnds {
  readonly deliver: (item: LinkItem) => void;
  readonly setSourcePaused: (isPaused: boolean) => void;
  readonly sinkIsFull: () => boolean;
}

/** One direction of one connection: a chain of stages between a source and a sink, empty while no fault is active. */
export interface BytePipe {
  accept(item: LinkItem): void;
  /**
   * Puts a stage into the chain, in mid-stream, if `create` gives one. What the stages before it hold will pass it,
   * what is behind it will not.
   * @param rank - Stages stand in ascending rank; of equal ranks the first added comes first.
   */
  addStage(fault: string, rank: number, create: (emit: (item: LinkItem) => void) => FaultStage | undefined): void;
  /** Takes the stage of a fault out; what it held goes on to the next, in order. Harmless when there is none. */
  removeStage(fault: string): void;
  /** Asks again whether the source may flow: the sink has drained, or something else has changed. */
  updatePressure(): void;
  /** Forgets everything held; for a connection that is gone. */
  discard(): void;
}

interface PlacedStage {
  readonly fault: string;
  readonly rank: number;
  readonly stage: FaultStage;
}

export function createBytePipe({ deliver, setSourcePaused, sinkIsFull }: BytePipeEnds): BytePipe {
  let chain: readonly PlacedStage[] = [];
  let isPaused = false;
  const updatePressure = (): void => {
    const shouldPause = sinkIsFull() || chain.some(({ stage }) => stage.isFull);
    if (shouldPause === isPaused) return;
    isPaused = shouldPause;
    setSourcePaused(isPaused);
  };
  const acceptAt = (position: number, item: LinkItem): void => {
    const next = chain[position];
    if (next === undefined) deliver(item);
    else next.stage.accept(item);
  };
  const positionOf = (fault: string): number => chain.findIndex((placed) => placed.fault === fault);
  return {
    accept(item) {
      acceptAt(0, item);
      updatePressure();
    },
    addStage(fault, rank, create) {
      const stage = create((item) => {
        // The place is looked up each time, because stages come and go on both sides of this one.
        acceptAt(positionOf(fault) + 1, item);
        updatePressure();
      });
      if (stage === undefined) return;
      chain = [...chain, { fault, rank, stage }].toSorted((a, b) => a.rank - b.rank);
    },
    removeStage(fault) {
      const leaving = chain[positionOf(fault)];
      if (leaving === undefined) return;
      leaving.stage.release();
      chain = chain.filter((placed) => placed !== leaving);
      updatePressure();
    },
    updatePressure,
    discard() {
      for (const { stage } of chain) stage.discard();
      chain = [];
    },
  };
}
