import { z } from '../../../hil/runtime/schema.ts';
import { createHoldStage } from '../hold-stage.ts';
import { LINK_DIRECTIONS, stageFault } from '../link-fault.ts';
import { defineLinkFault } from '../link-fault-kind.ts';

const params = z.strictObject({
  direction: z
    .enum(['both', ...LINK_DIRECTIONS])
    .default('both')
    .describe('What is cut: up is from the first gateway of the link to the second, down the way back.'),
});

/**
 * No byte passes in the cut direction. Open connections stall and go on in order after the heal; new ones are accepted
 * but not carried on before it. An endpoint that closes meanwhile is not missed by the other until the heal, which then
 * gets a reset; the bytes held for such a connection are lost. (An end of stream is taken for a close: on the wire the
 * two are one.) A sender that has filled the hold is paused, so its close is noticed only after the heal.
 */
export const partition = defineLinkFault(
  { kind: 'partition', purpose: 'Cuts the link in one or both directions, silently, until it heals.', params },
  ({ direction }) => {
    const cuts = direction === 'both' ? LINK_DIRECTIONS : [direction];
    return stageFault((of, deps) => (cuts.includes(of) ? createHoldStage(deps) : undefined), cuts);
  },
);
