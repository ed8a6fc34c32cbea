import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import type { RigAccess } from '../engine/rig-session.ts';
import { parseDuration } from './duration-option.ts';
import type { ProgramContext } from './program-context.ts';
import { holderName, leaseFolder } from './rig-environment.ts';

/** What commands that run scenarios take for real devices. */
export interface RigAccessFlags {
  readonly rig?: string;
  readonly leases?: string;
  readonly rigWait: number;
}

export function addRigAccessOptions(command: Command): Command {
  return command
    .option('--rig <file>', 'hardware map for scenarios with real devices')
    .option('--rig-wait <duration>', 'how long to wait for devices that another holds', parseDuration, 0)
    .option('--leases <folder>', 'where leases are kept (default: $XDG_STATE_HOME/fieldproof/leases)');
}

/** The lab of a run; undefined without --rig. @throws FieldproofError what reading the map throws. */
export function rigAccess(flags: RigAccessFlags, doing: string, context: ProgramContext): RigAccess | undefined {
  if (flags.rig === undefined) return undefined;
  return {
    hardware: loadHardwareMap(resolve(flags.rig)),
    leaseFolder: leaseFolder(flags.leases),
    holder: holderName(context, doing),
    writer: `${hostname()}-${context.pid}`,
    waitMs: flags.rigWait,
  };
}
