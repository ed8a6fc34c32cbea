import { Command, CommanderError } from 'commander';
import { addBenchCommand } from './bench-command.ts';
import { addConformanceCommands } from './conformance-command.ts';
import { addGatewayCommand } from './gateway-command.ts';
import { TASKS } from './help-text.ts';
import { addProfileCommands } from './profile-command.ts';
import type { ProgramContext } from './program-context.ts';
import { addRigCommands } from './rig-command.ts';
import { addReplayCommand } from './replay-command.ts';
import { addReportCommand } from './report-command.ts';
import { reportError } from './report-error.ts';
import { addRunCommand } from './run-command.ts';
import { addSimFleetCommand } from './sim-fleet-command.ts';
import { addSimLinkCommand } from './sim-link-command.ts';
import { addSimLineCommand } from './sim-line-command.ts';
import { addSimModbusLinkCommand } from './sim-modbus-link-command.ts';
import { addSimPlcCommand } from './sim-plc-command.ts';
import { EXIT } from '../engine/exit-code.ts';

/** Runs the command line. @param words - What was typed after `fieldproof`. @returns the exit code. */
export async function runProgram(words: readonly string[], context: ProgramContext): Promise<number> {
  let exitCode: number = EXIT.pass;
  const program = createProgram(context, (code) => void (exitCode = code));
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    // Commander has printed its message; --help and --version come this way too, with code 0.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.pass : EXIT.usage;
    return reportError(thrown, context);
  }
}

function createProgram(context: ProgramContext, finish: (code: number) => void): Command {
  const program = new Command('fieldproof')
    .description('Hardware-in-the-loop simulation and conformance testbed for industrial IoT gateways and devices.')
    .version(context.version)
    .addHelpText('before', TASKS)
    .showSuggestionAfterError()
    .showHelpAfterError('Run with --help for the commands and examples.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /u, 'error FP_USAGE: ')),
    });
  addRunCommand(program, context, finish);
  addReplayCommand(program, context, finish);
  addReportCommand(program, context, finish);
  addGatewayCommand(program, context, finish);
  const sim = program.command('sim').summary('one simulated part alone, for use with any software').description('Starts one simulated part alone, for use with any software. Each prints one JSON ready line with what it bound.');
  addSimPlcCommand(sim, context, finish);
  addSimLineCommand(sim, context, finish);
  addSimModbusLinkCommand(sim, context, finish);
  addSimLinkCommand(sim, context, finish);
  addSimFleetCommand(sim, context, finish);
  const rig = addRigCommands(program, context, finish);
  const profile = addProfileCommands(program, context, finish);
  const conformance = addConformanceCommands(program, context, finish);
  addBenchCommand(program, context, finish);
  for (const command of [program, sim, ...program.commands, ...sim.commands, ...rig.commands, ...profile.commands, ...conformance.commands]) command.copyInheritedSettings(program);
  return program;
}
