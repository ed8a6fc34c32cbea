import { every } from '../../../hil/runtime/clock.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { defineLinkFault, faultMs } from '../link-fault-kind.ts';

/** More often than this a reset would leave no connection time to open. */
const PERIOD_MS_MIN = 1;

const params = z.strictObject({
  every: faultMs.refine((ms) => ms >= PERIOD_MS_MIN, 'expected 1ms or more').optional().describe('Repeats it while the fault is in force; without it, once at the start.'),
  probability: z.number().min(0).max(1).default(1).describe('Chance of each open connection to be hit each time.'),
});

/** Sends RST to both sides of open connections; what was under way on them is lost. */
export const reset = defineLinkFault(
  { kind: 'reset', purpose: 'Resets open connections (TCP RST to both sides), once or again and again.', params },
  ({ every: periodMs, probability }, { clock, random }) => ({
    cuts: [],
    createStage: () => undefined,
    begin(link) {
      let round = 0;
      const strike = (): void => {
        const chances = random.child('round', round);
        round += 1;
        link.resetConnections((connection) => chances.child('connection', connection).chance(probability));
      };
      strike();
      return periodMs === undefined ? undefined : every(clock, periodMs, strike);
    },
  }),
);
