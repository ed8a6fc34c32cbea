import { z } from '../../../hil/runtime/schema.ts';
import { drawFlips, receiveBytes } from '../../line/uart.ts';
import { FRAME_DIRECTIONS } from '../modbus-fault.ts';
import { defineModbusFault, frameFaultParams, selectorOf, SERIAL_FRAMINGS } from '../modbus-fault-kind.ts';
import { rewritten, wholeFrame } from '../pieces.ts';
import { uartOf } from '../uart-of-line.ts';

const params = frameFaultParams({
  bitErrorRate: z.number().gt(0).max(1).describe('Chance of each bit on the line to be inverted, e.g. 1e-4.'),
  direction: z.enum([...FRAME_DIRECTIONS, 'both']).default('both').describe('Whose frames: the requests of the client, the responses of the device, or both.'),
});

/**
 * Inverts bits of all 11 of each character. What the receiver notices (parity, stop bit) is missing, the rest is wrong.
 * A frame counts as hit when at least one of its characters did not arrive as it was sent.
 */
export const noise = defineModbusFault(
  {
    kind: 'modbus.noise',
    counter: 'noise',
    purpose: 'Bits are inverted at random; characters arrive altered or not at all.',
    params,
    framings: SERIAL_FRAMINGS,
    whyNot: 'TCP checks every segment and resends what was damaged',
  },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('noise');
    return {
      onBytes({ direction, pieces }, facts) {
        if ((chosen.direction !== 'both' && chosen.direction !== direction) || !isHit(facts)) return undefined;
        const received = receiveBytes(wholeFrame(pieces).bytes, uartOf(deps.line), () => drawFlips(chosen.bitErrorRate, random));
        deps.counters.bitErrors += received.bitErrors;
        if (received.damaged === 0) return undefined;
        return { outcome: rewritten(pieces, () => received.bytes), what: `${received.bitErrors} bits of the ${direction} inverted, ${received.damaged} characters damaged` };
      },
    };
  },
);
