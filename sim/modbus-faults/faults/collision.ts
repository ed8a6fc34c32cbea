import { z } from '../../../hil/runtime/schema.ts';
import { drawContention, receiveBytes } from '../../line/uart.ts';
import { defineModbusFault, frameFaultParams, selectorOf, SERIAL_FRAMINGS } from '../modbus-fault-kind.ts';
import { rewritten } from '../pieces.ts';
import { uartOf } from '../uart-of-line.ts';

const params = frameFaultParams({
  bytes: z.number().int().min(1).max(256).optional().describe('How many characters the other node talks over; drawn when left out.'),
});

/** Another node begins to talk while the response is on the line: from there on its characters arrive garbled or not at all. */
export const collision = defineModbusFault(
  {
    kind: 'modbus.collision',
    counter: 'collision',
    purpose: 'Another node talks while the device answers; the overlapping characters are garbled.',
    params,
    framings: SERIAL_FRAMINGS,
    whyNot: 'a TCP connection has one talker each way',
  },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('collision');
    return {
      onBytes({ direction, pieces }, facts) {
        if (direction !== 'response' || !isHit(facts)) return undefined;
        let garbled = 0;
        const outcome = rewritten(pieces, (bytes) => {
          garbled = Math.min(chosen.bytes ?? random.integer(1, bytes.length), bytes.length);
          const from = random.integer(0, bytes.length - garbled);
          return receiveBytes(bytes, uartOf(deps.line), (index) => (index >= from && index < from + garbled ? drawContention(random) : 0)).bytes;
        });
        return { outcome, what: `${garbled} characters of the response collided` };
      },
    };
  },
);
