import { createItemQueue, STAGE_ITEMS_MAX } from './item-queue.ts';
import { byteCountOf, type FaultStage, type StageDeps } from './link-fault.ts';

/** Bytes held before the source is paused: about what a sender's kernel would keep unacknowledged. */
const HELD_BYTES_MAX = 1_048_576;

/** A stage that lets nothing out until it is released, and counts the bytes as held. */
export function createHoldStage({ counters, emit }: Pick<StageDeps, 'counters' | 'emit'>): FaultStage {
  const queue = createItemQueue();
  return {
    accept(item) {
      counters.held += byteCountOf(item);
      queue.push(item, 0);
    },
    get isFull() {
      return queue.bytes >= HELD_BYTES_MAX || queue.length >= STAGE_ITEMS_MAX;
    },
    release: () => queue.drain().forEach((item) => emit(item)),
    discard: () => void queue.drain(),
  };
}
