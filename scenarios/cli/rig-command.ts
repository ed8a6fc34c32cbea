import type { Command } from 'commander';
import type { ProgramContext } from './program-context.ts';
import { addRigImportCommand } from './rig-import-command.ts';
import { addRigLeaseCommands } from './rig-lease-command.ts';
import { addRigListCommands } from './rig-list-command.ts';
import { addRigPowerCommand } from './rig-power-command.ts';
import { addRigRecordCommand } from './rig-record-command.ts';
import { addRigScanCommand } from './rig-scan-command.ts';

/** `fieldproof rig ...` @returns the group, whose settings the program passes on. */
export function addRigCommands(program: Command, context: ProgramContext, finish: (code: number) => void): Command {
  const rig = program
    .command('rig')
    .summary('the lab: hardware map, scan, leases, power, recordings')
    .description('Works with the devices of a lab. The hardware map (lab.yaml) names them; `rig scan` writes a first one.');
  addRigScanCommand(rig, context, finish);
  addRigListCommands(rig, context, finish);
  addRigImportCommand(rig, context, finish);
  addRigLeaseCommands(rig, context, finish);
  addRigPowerCommand(rig, context, finish);
  addRigRecordCommand(rig, context, finish);
  return rig;
}
