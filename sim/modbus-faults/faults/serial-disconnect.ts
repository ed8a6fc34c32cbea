import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { defineModbusFault, SERIAL_FRAMINGS } from '../modbus-fault-kind.ts';

const params = z.strictObject({});

/** The adapter is pulled out of its socket when the fault begins, and put back, under the same path, when it ends. */
export const serialDisconnect = defineModbusFault(
  {
    kind: 'serialDisconnect',
    counter: 'serialDisconnect',
    purpose: 'Unplugs the serial adapter of the client; it comes back under the same path when the fault ends.',
    params,
    framings: SERIAL_FRAMINGS,
    whyNot: 'it is no serial line; use the link fault partition or reset',
  },
  (_chosen, { line, hit }) => ({
    begin: async () => {
      const { plug } = line;
      if (plug === undefined) throw new FieldproofError('FP_SCHEMA', `fault serialDisconnect: ${line.name} is a real port, which only a hand can unplug`);
      await plug.unplug();
      hit('unplugged');
      return () => plug.plug();
    },
  }),
);
