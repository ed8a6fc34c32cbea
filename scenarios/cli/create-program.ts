import { Command, CommanderError } from 'commander';
import { wantedCommands } from './command-table.ts';
import { TASKS } from './help-text.ts';
import type { ProgramContext } from './program-context.ts';
import { reportError } from './report-error.ts';
import { EXIT } from '../engine/exit-code.ts';

/** Runs the command line. @param words - What was typed after `fieldproof`. @returns the exit code. */
export async function runProgram(words: readonly string[], context: ProgramContext): Promise<number> {
  let exitCode: number = EXIT.pass;
  try {
    const program = await createProgram(words, context, (code) => void (exitCode = code));
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    // Commander has printed its message; --help and --version come this way too, with code 0.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.pass : EXIT.usage;
    return reportError(thrown, context);
  }
}

async function createProgram(words: readonly string[], context: ProgramContext, finish: (code: number) => void): Promise<Command> {
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
  const added = await Promise.all(wantedCommands(words).map(({ load }) => load()));
  const groups = added.flatMap((add) => add(program, context, finish) ?? []);
  for (const command of [...program.commands, ...groups.flatMap(({ commands }) => commands)]) command.copyInheritedSettings(program);
  return program;
}
