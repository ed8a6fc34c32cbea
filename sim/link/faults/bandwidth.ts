import { z } from '../../../hil/runtime/schema.ts';
import { INSTANT_TOLERANCE_MS, stageFault, type FaultStage, type StageDeps } from '../link-fault.ts';
import { defineLinkFault, faultBytes } from '../link-fault-kind.ts';
import type { ItemQueue } from '../item-queue.ts';
import { createTimedStage } from '../timed-stage.ts';

/** Bytes that queue before the narrow place until the sender is paused: a modest router buffer. */
const QUEUED_BYTES_MAX = 65_536;
const MS_PER_SECOND = 1_000;
/** Without a burst stated, what passes in a tenth of a second may pass at once. */
const BURST_SHARE_OF_A_SECOND = 0.1;

const params = z.strictObject({
  bytesPerSec: faultBytes.describe('Rate of each direction of each connection.'),
  burst: faultBytes.optional().describe('Bytes that may pass at once after a pause; by default a tenth of a second of the rate.'),
});
type BandwidthParams = z.infer<typeof params>;

/** A token bucket: `burst` bytes pass at once, then `bytesPerSec`. Chunks larger than the burst pass in parts. */
export const bandwidth = defineLinkFault(
  { kind: 'bandwidth', purpose: 'Limits the rate of each direction of each connection with a token bucket.', params },
  (chosen) => stageFault((_direction, deps) => createBandwidthStage(chosen, deps)),
);

function createBandwidthStage({ bytesPerSec, burst }: BandwidthParams, { clock, counters, emit }: StageDeps): FaultStage {
  const burstBytes = Math.max(1, Math.floor(burst ?? bytesPerSec * BURST_SHARE_OF_A_SECOND));
  let tokens = burstBytes;
  let filledMs = clock.nowMs();
  const refill = (): void => {
    const nowMs = clock.nowMs();
    tokens = Math.min(burstBytes, tokens + ((nowMs - filledMs) * bytesPerSec) / MS_PER_SECOND);
    filledMs = nowMs;
  };
  const waitForMs = (neededBytes: number): number => ((neededBytes - tokens) * MS_PER_SECOND) / bytesPerSec;
  const letOutOne = (queue: ItemQueue): void => {
    const taken = queue.take(burstBytes);
    if (taken === undefined) return;
    // A timer that fires a little early leaves a debt here, so the rate stays exact in the long run.
    if (taken.item !== 'end') tokens -= taken.item.length;
    if (taken.isWhole) counters.throttledMs += clock.nowMs() - taken.instantMs;
    emit(taken.item);
  };
  return createTimedStage(clock, {
    bytesMax: QUEUED_BYTES_MAX,
    emit,
    enqueue: (queue, item) => queue.push(item, clock.nowMs()),
    letOut(queue) {
      refill();
      for (let first = queue.first; first !== undefined; first = queue.first) {
        const neededBytes = first.item === 'end' ? 0 : Math.min(first.item.length, burstBytes);
        const waitMs = neededBytes === 0 ? 0 : waitForMs(neededBytes);
        if (waitMs > INSTANT_TOLERANCE_MS) return waitMs;
        letOutOne(queue);
      }
      return undefined;
    },
  });
}
