import { z } from '../../../hil/runtime/schema.ts';
import { FRAME_DIRECTIONS } from '../modbus-fault.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';
import { rewritten } from '../pieces.ts';

const params = frameFaultParams({
  bytes: z.number().int().min(1).max(512).optional().describe('How many bytes arrive, at most all but one; drawn when left out.'),
  direction: z.enum([...FRAME_DIRECTIONS, 'both']).default('response').describe('Whose frames: the requests of the client, the responses of the device, or both.'),
});

/** The end of the frame never comes. On TCP the next frame of the connection is then taken for the missing end. */
export const partialFrame = defineModbusFault(
  { kind: 'modbus.partialFrame', counter: 'partialFrame', purpose: 'Frames break off before their end.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('cut');
    return {
      onBytes({ direction, pieces }, facts) {
        if ((chosen.direction !== 'both' && chosen.direction !== direction) || !isHit(facts)) return undefined;
        let text = '';
        const outcome = rewritten(pieces, (bytes) => {
          const kept = Math.min(chosen.bytes ?? random.integer(1, Math.max(1, bytes.length - 1)), Math.max(0, bytes.length - 1));
          text = `${kept} of ${bytes.length} bytes of the ${direction} arrived`;
          return bytes.slice(0, kept);
        });
        return { outcome, what: text };
      },
    };
  },
);
