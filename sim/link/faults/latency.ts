import type { Random } from '../../../hil/runtime/random.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { INSTANT_TOLERANCE_MS, stageFault, type FaultStage, type StageDeps } from '../link-fault.ts';
import { defineLinkFault, faultMs } from '../link-fault-kind.ts';
import { createTimedStage } from '../timed-stage.ts';

/** Bytes on their way at once before the sender is paused, as a TCP window would. */
const IN_FLIGHT_BYTES_MAX = 1_048_576;

const params = z.strictObject({
  ms: faultMs.describe('Delay in each direction; a round trip gets it twice.'),
  jitter: faultMs.default(0).describe('Half the width (uniform) or the standard deviation (normal) of the delay.'),
  distribution: z.enum(['uniform', 'normal']).default('uniform'),
});
type LatencyParams = z.infer<typeof params>;

/** Each chunk of bytes comes out `ms` ± `jitter` after it went in, but never before the chunk ahead of it. */
export const latency = defineLinkFault(
  { kind: 'latency', purpose: 'Delays bytes in each direction by a time with jitter, keeping their order.', params },
  (chosen) => stageFault((_direction, deps) => createLatencyStage(chosen, deps)),
);

function createLatencyStage(chosen: LatencyParams, { clock, random, counters, emit }: StageDeps): FaultStage {
  return createTimedStage(clock, {
    bytesMax: IN_FLIGHT_BYTES_MAX,
    emit,
    enqueue(queue, item) {
      const delayMs = drawDelayMs(chosen, random);
      if (item !== 'end' && (delayMs > 0 || queue.length > 0)) counters.delayed += 1;
      // One that is due before the one ahead of it leaves right behind it: a byte stream keeps its order.
      queue.push(item, clock.nowMs() + delayMs);
    },
    letOut(queue) {
      for (let first = queue.first; first !== undefined; first = queue.first) {
        const waitMs = first.instantMs - clock.nowMs();
        if (waitMs > INSTANT_TOLERANCE_MS) return waitMs;
        queue.shift();
        emit(first.item);
      }
      return undefined;
    },
  });
}

/** One delay, 0 or more. Draws equally often for every distribution, so that changing it shifts nothing else. */
function drawDelayMs({ ms, jitter, distribution }: LatencyParams, random: Random): number {
  const [u, v] = [random.next(), random.next()];
  const offset = distribution === 'uniform' ? 2 * u - 1 : standardNormal(u, v);
  return Math.max(0, ms + jitter * offset);
}

/** Box-Muller transform of two uniform numbers in [0, 1). */
function standardNormal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}
