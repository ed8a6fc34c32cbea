import type { Random } from '../../../hil/runtime/random.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { INSTANT_TOLERANCE_MS, stageFault, type FaultStage, type StageDeps } from '../link-fault.ts';
import { defineLinkFault, faultBytes, faultMs } from '../link-fault-kind.ts';
import { createTimedStage } from '../timed-stage.ts';

const QUEUED_BYTES_MAX = 65_536;

const params = z.strictObject({
  bytes: faultBytes.describe('Size of the pieces.'),
  jitter: z.union([z.literal(0), faultBytes]).default(0).describe('Pieces are up to so many bytes smaller or larger, never empty.'),
  delay: faultMs.default(0).describe('Time between one piece and the next.'),
});
type SliceParams = z.infer<typeof params>;

/**
 * Cuts each chunk into pieces of `bytes` ± `jitter` that are written one by one, `delay` apart (at least one turn of
 * the event loop), so that a receiver meets frames in parts.
 */
export const slice = defineLinkFault(
  { kind: 'slice', purpose: 'Delivers bytes in small pieces, one after another, as slow or fragmenting networks do.', params },
  (chosen) => stageFault((_direction, deps) => createSliceStage(chosen, deps)),
);

function createSliceStage(chosen: SliceParams, { clock, random, counters, emit }: StageDeps): FaultStage {
  let nextMs = clock.nowMs();
  let isInside = false;
  return createTimedStage(clock, {
    bytesMax: QUEUED_BYTES_MAX,
    emit,
    enqueue: (queue, item) => queue.push(item, clock.nowMs()),
    letOut(queue) {
      const waitMs = nextMs - clock.nowMs();
      if (queue.length > 0 && waitMs > INSTANT_TOLERANCE_MS) return waitMs;
      const piece = queue.take(drawPieceBytes(chosen, random));
      if (piece === undefined) return undefined;
      // A chunk that is smaller than a piece passes uncut and does not count.
      if (isInside || !piece.isWhole) counters.sliced += 1;
      isInside = !piece.isWhole;
      nextMs = clock.nowMs() + chosen.delay;
      emit(piece.item);
      return queue.length === 0 ? undefined : chosen.delay;
    },
  });
}

function drawPieceBytes({ bytes, jitter }: SliceParams, random: Random): number {
  return Math.max(1, Math.round(bytes) + random.integer(-Math.round(jitter), Math.round(jitter)));
}
