import { rtuTiming } from '../../../hil/protocols/modbus/rtu-timing.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { faultMs } from '../../link/link-fault-kind.ts';
import { defineModbusFault, frameFaultParams, selectorOf, SERIAL_FRAMINGS } from '../modbus-fault-kind.ts';
import type { FaultedLine } from '../modbus-fault.ts';

const DEFAULT_BAUD_RATE = 19_200;

const params = frameFaultParams({
  silence: z.enum(['t1.5', 't3.5']).default('t3.5').describe('Which limit the pause exceeds: t1.5 makes a frame incomplete, t3.5 ends it.'),
  ms: faultMs.optional().describe('Length of the pause; by default midway between the two limits for t1.5, and half as long again as t3.5.'),
  after: z.number().int().min(1).max(512).optional().describe('Bytes of the frame before the pause; drawn when left out.'),
});

/**
 * The device pauses in the middle of its response. Receivers behind USB adapters cannot see short pauses; to trouble
 * them, state a longer one.
 * @see Modbus over Serial Line V1.02, section 2.5.1.1
 */
export const gap = defineModbusFault(
  {
    kind: 'modbus.gap',
    counter: 'gap',
    purpose: 'Responses have a pause inside, longer than t1.5 or t3.5.',
    params,
    framings: SERIAL_FRAMINGS,
    whyNot: 'the pieces of a TCP stream mean nothing; use the link fault slice',
  },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('gap');
    const pauseMs = chosen.ms ?? defaultPauseMs(chosen.silence, deps.line);
    return {
      onBytes({ direction, pieces }, facts) {
        const last = pieces.at(-1);
        if (direction !== 'response' || last === undefined || last.bytes.length < 2 || !isHit(facts)) return undefined;
        const split = Math.min(chosen.after ?? random.integer(1, last.bytes.length - 1), last.bytes.length - 1);
        const [before, behind] = [last.bytes.subarray(0, split), last.bytes.subarray(split)];
        return {
          outcome: [...pieces.slice(0, -1), { bytes: before, afterMs: last.afterMs }, { bytes: behind, afterMs: pauseMs }],
          what: `a pause of ${pauseMs.toFixed(1)} ms after ${split} bytes of the response`,
        };
      },
    };
  },
);

function defaultPauseMs(silence: 't1.5' | 't3.5', { serial }: FaultedLine): number {
  const { silenceMs, characterGapMsMax } = rtuTiming(serial?.baudRate ?? DEFAULT_BAUD_RATE);
  return silence === 't1.5' ? (characterGapMsMax + silenceMs) / 2 : silenceMs * 1.5;
}
