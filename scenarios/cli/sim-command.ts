import type { Command } from 'commander';
import type { ProgramContext } from './program-context.ts';
import { addSimFleetCommand } from './sim-fleet-command.ts';
import { addSimLineCommand } from './sim-line-command.ts';
import { addSimLinkCommand } from './sim-link-command.ts';
import { addSimModbusLinkCommand } from './sim-modbus-link-command.ts';
import { addSimPlcCommand } from './sim-plc-command.ts';

/** `fieldproof sim plc|line|modbus-link|link|fleet` */
export function addSimCommands(program: Command, context: ProgramContext, finish: (code: number) => void): Command {
  const sim = program
    .command('sim')
    .summary('one simulated part alone, for use with any software')
    .description('Starts one simulated part alone, for use with any software. Each prints one JSON ready line with what it bound.');
  addSimPlcCommand(sim, context, finish);
  addSimLineCommand(sim, context, finish);
  addSimModbusLinkCommand(sim, context, finish);
  addSimLinkCommand(sim, context, finish);
  addSimFleetCommand(sim, context, finish);
  return sim;
}
