import { z } from '../../../hil/runtime/schema.ts';
import type { Random } from '../../../hil/runtime/random.ts';
import { FRAME_DIRECTIONS, type Framing } from '../modbus-fault.ts';
import { defineModbusFault, frameFaultParams, selectorOf, SERIAL_FRAMINGS } from '../modbus-fault-kind.ts';
import { rewritten } from '../pieces.ts';

const params = frameFaultParams({
  direction: z.enum([...FRAME_DIRECTIONS, 'both']).default('response').describe('Whose frames: the requests of the client, the responses of the device, or both.'),
});
const DIGITS = '0123456789ABCDEF';
const CRC_BYTES = 2;
/** Before CR and LF. */
const LRC_START_FROM_END = 4;

/** Everything of the frame arrives but its check value is another one; all other bytes are right. */
export const crcError = defineModbusFault(
  {
    kind: 'modbus.crcError',
    counter: 'crcError',
    purpose: 'Frames carry a wrong check value (CRC, or LRC in ASCII mode).',
    params,
    framings: SERIAL_FRAMINGS,
    whyNot: 'Modbus TCP carries no check value; TCP has its own, and resends',
  },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('crc');
    return {
      onBytes({ direction, framing, pieces }, facts) {
        if ((chosen.direction !== 'both' && chosen.direction !== direction) || !isHit(facts)) return undefined;
        return { outcome: rewritten(pieces, (bytes) => withWrongCheck(bytes, framing, random)), what: `the ${direction} got a wrong ${framing === 'ascii' ? 'LRC' : 'CRC'}` };
      },
    };
  },
);

function withWrongCheck(bytes: Uint8Array, framing: Framing, random: Random): Uint8Array {
  const altered = bytes.slice();
  const flips = random.integer(1, 255);
  if (framing === 'ascii') {
    // Still two digits, so that nothing but the check value is wrong.
    const at = altered.length - LRC_START_FROM_END;
    const digit = DIGITS.indexOf(String.fromCharCode(altered[at] ?? 0));
    altered[at] = DIGITS.charCodeAt((digit ^ ((flips % 15) + 1)) & 0xf);
    return altered;
  }
  const at = altered.length - 1 - random.integer(0, CRC_BYTES - 1);
  altered[at] = (altered[at] ?? 0) ^ flips;
  return altered;
}
