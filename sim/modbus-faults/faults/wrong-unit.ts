import { SERIAL_UNIT_ID_MAX } from '../../../hil/protocols/modbus/unit-id.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';

const params = frameFaultParams({
  as: z.number().int().min(0).max(255).optional().describe('The unit id that answers; by default the one after the right one.'),
});

/** The response is whole and well formed, but says that it comes from another unit. */
export const wrongUnit = defineModbusFault(
  { kind: 'modbus.wrongUnit', counter: 'wrongUnit', purpose: 'Responses carry the unit id of another device.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    return {
      onResponse(message, facts) {
        if (!isHit(facts)) return undefined;
        const unit = chosen.as ?? (message.unit % SERIAL_UNIT_ID_MAX) + 1;
        return { outcome: { ...message, unit }, what: `answered as unit ${unit}` };
      },
    };
  },
);
