import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import { createItemQueue, STAGE_ITEMS_MAX, type ItemQueue } from './item-queue.ts';
import type { FaultStage, LinkItem } from './link-fault.ts';

/** How a stage that lets items out at certain instants differs from the others. */
export interface TimedStageRules {
  /** Takes an item into the queue. */
  readonly enqueue: (queue: ItemQueue, item: LinkItem) => void;
  /** Lets out what is due now. Returns the wait until the next is due, milliseconds, or undefined when none waits. */
  readonly letOut: (queue: ItemQueue) => number | undefined;
  /** Everything left comes out at once because the fault ended. */
  readonly emit: (item: LinkItem) => void;
  /** Held bytes from which the source should pause. */
  readonly bytesMax: number;
}

/** The queue and the one timer that all stages with a sense of time have in common. */
export function createTimedStage(clock: Clock, { enqueue, letOut, emit, bytesMax }: TimedStageRules): FaultStage {
  const queue = createItemQueue();
  let timer: Timer | undefined;
  const run = (): void => {
    timer = undefined;
    const waitMs = letOut(queue);
    if (waitMs !== undefined) timer = clock.setTimer(waitMs, run);
  };
  const stop = (): LinkItem[] => {
    timer?.cancel();
    timer = undefined;
    return queue.drain();
  };
  return {
    accept(item) {
      enqueue(queue, item);
      // With a timer set the first item is not due yet, and nothing may overtake it.
      if (timer === undefined) run();
    },
    get isFull() {
      return queue.bytes >= bytesMax || queue.length >= STAGE_ITEMS_MAX;
    },
    release: () => stop().forEach(emit),
    discard: () => void stop(),
  };
}
