import { faultMs } from '../../link/link-fault-kind.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';

const params = frameFaultParams({
  delay: faultMs.describe('How much later the response comes.'),
  jitter: faultMs.default(0).describe('Half the width of what is drawn around it.'),
});

/**
 * The device takes its time. On TCP later responses of the same connection wait behind a slow one; on a serial line each
 * comes when it comes, so that a client which has given up meets it late.
 */
export const slowReply = defineModbusFault(
  { kind: 'modbus.slowReply', counter: 'slowReply', purpose: 'Responses come later.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('delay');
    return {
      onBytes({ direction, pieces }, facts) {
        if (direction !== 'response' || !isHit(facts)) return undefined;
        const delayMs = Math.max(0, chosen.delay + chosen.jitter * (2 * random.next() - 1));
        return {
          outcome: pieces.map((piece, index) => (index === 0 ? { ...piece, afterMs: piece.afterMs + delayMs } : piece)),
          what: `the response was ${delayMs.toFixed(0)} ms late`,
        };
      },
    };
  },
);
