import type { Command } from 'commander';
import { BENCHMARKS } from '../benchmarks/benchmark-table.ts';
import { formatBenchResult } from '../benchmarks/format-bench-result.ts';
import { runBenchmarks } from '../benchmarks/run-benchmarks.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';

interface BenchFlags {
  readonly json: boolean;
  readonly list: boolean;
}

/** `fieldproof bench [name...]` */
export function addBenchCommand(program: Command, context: ProgramContext, finish: (code: number) => void): void {
  program
    .command('bench')
    .summary('benchmarks beside installed peers, as ratios')
    .description('Measures beside peers in one run, ours and theirs in turn, and gives ratios: rates of a shared machine mean little by themselves. A missing peer is named with the command that installs it.')
    .argument('[name...]', `which: ${BENCHMARKS.map(({ name }) => name).join(', ')}; none means all`)
    .option('--json', 'print the results on stdout', false)
    .option('--list', 'list the benchmarks and stop', false)
    .action(async (names: string[], flags: BenchFlags) => finish(await bench(names, flags, context)));
}

async function bench(names: readonly string[], { json, list }: BenchFlags, context: ProgramContext): Promise<number> {
  if (list) {
    for (const { name, purpose } of BENCHMARKS) context.stdout.write(`${name.padEnd(24)} ${purpose}\n`);
    return EXIT.pass;
  }
  const results = await runBenchmarks(names, { clock: context.clock, report: (line) => say(context, line), cliEntry: context.cliEntry });
  for (const result of results) say(context, `\n${formatBenchResult(result)}`);
  if (json) context.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  return EXIT.pass;
}
