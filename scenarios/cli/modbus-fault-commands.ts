import type { ControlChannel } from '../../hil/runtime/control-channel.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { ActiveModbusFaults } from '../../sim/modbus-faults/active-modbus-faults.ts';
import type { FlaggedFault } from './fault-flag.ts';

const faultStartSchema = z.object({ fault: z.string(), kind: z.string(), params: z.record(z.string(), z.json()), seedHex: z.string().length(32) });
const faultStopSchema = z.object({ fault: z.string() });

/** Lets a runner put Modbus faults in force, undo them and ask what they did. */
export function handleModbusFaults(channel: ControlChannel, faults: ActiveModbusFaults): void {
  channel.handle('fault.start', async (params) => {
    // The counters are taken first: what an instant fault does at once (serialDisconnect) belongs to the fault.
    const before = faults.counters();
    await faults.start(faultStartSchema.parse(params));
    return { ...before };
  });
  channel.handle('fault.stop', async (params) => {
    await faults.stop(faultStopSchema.parse(params).fault);
    return { ...faults.counters() };
  });
  channel.handle('counters', () => ({ ...faults.counters() }));
}

/** Puts the faults of the command line in force, each with a seed of its own. */
export async function startFlaggedFaults(flagged: readonly FlaggedFault[], faults: ActiveModbusFaults, random: Random): Promise<void> {
  for (const [index, { kind, params }] of flagged.entries()) {
    await faults.start({ fault: `${kind}#${index + 1}`, kind, params, seedHex: random.child('fault', index).seedHex });
  }
}
