import type { Command } from 'commander';
import { suiteCoverage } from '../../conformance/framework/coverage.ts';
import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import { runSuite } from '../../conformance/framework/run-suite.ts';
import { runSelftest } from '../../conformance/framework/selftest.ts';
import { selectCases } from '../../conformance/framework/select-cases.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { brokerSelftestRig } from '../conformance/broker-selftest-rig.ts';
import { sutDialer } from '../conformance/dial-sut.ts';
import { findSuite } from '../conformance/suite-table.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';

interface RunFlags {
  readonly sut: string;
  readonly only?: string[];
  readonly evidence: boolean;
}

/** `fieldproof conformance run|list|coverage|selftest` */
export function addConformanceCommands(program: Command, context: ProgramContext, finish: (code: number) => void): Command {
  const conformance = program.command('conformance').summary('conformance suites for brokers and devices').description('Judges brokers, devices, servers and clients by the statements of their standards.');
  conformance
    .command('run')
    .argument('<suite>')
    .requiredOption('--sut <address>', 'where the SUT is')
    .option('--only <ids...>', 'only these cases; an id may end in *')
    .option('--evidence', 'print the evidence of cases that did not pass', false)
    .action(async (suite: string, flags: RunFlags) => finish(await run(suite, flags, context)));
  conformance
    .command('selftest')
    .argument('<suite>')
    .requiredOption('--reference <address>', 'a good SUT to plant the defects before')
    .option('--only <ids...>', 'only these cases; an id may end in *')
    .action(async (suite: string, flags: { readonly reference: string; readonly only?: string[] }) => finish(await selftest(suite, flags, context)));
  conformance
    .command('coverage')
    .argument('<suite>')
    .action((name: string) => {
      for (const { key, state } of suiteCoverage(findSuite(name))) {
        if (state.kind !== 'not-bound') context.stdout.write(`${key}\t${state.kind}\t${state.kind === 'covered' ? state.cases.map(({ id }) => id).join(' ') : 'because' in state ? state.because : ''}\n`);
      }
      finish(EXIT.pass);
    });
  return conformance;
}

async function run(name: string, { sut, only = [], evidence }: RunFlags, context: ProgramContext): Promise<number> {
  const suite = findSuite(name);
  const pics = completePics(suite.pics, {});
  const { selected } = selectCases(suite, { pics, only });
  const startMs = context.clock.nowMs();
  const outcome = await runSuite(suite, { cases: selected, pics, pixit: pixitSchema.parse({}) }, {
    clock: context.clock,
    random: randomFromSeed(context.drawSeed()),
    cutFrames: () => suite.cutFrames(),
    dial: sutDialer(sut, context.clock),
    accept: async () => undefined,
    act: async () => null,
    record: () => undefined,
  });
  for (const { result, evidence: steps } of outcome.executed) {
    if (result.verdict === 'pass') continue;
    context.stdout.write(`${result.verdict} ${result.cause} ${result.id} [${result.statements.join(' ')}] ${result.purpose}\n    ${result.because}\n`);
    if (evidence) for (const step of steps) context.stdout.write(`      ${JSON.stringify(step)}${'hex' in step && (step.op === 'send' || step.op === 'frame') ? `  ${suite.describeFrame(Buffer.from(step.hex, 'hex'), step.op === 'send' ? 'tester' : 'sut', result.id)}` : ''}\n`);
  }
  for (const finding of outcome.findings) say(context, finding);
  const count = (verdict: string): number => outcome.executed.filter(({ result }) => result.verdict === verdict).length;
  say(context, `${count('pass')} pass, ${count('fail')} fail, ${count('inconclusive')} inconclusive, ${count('error')} error in ${Math.round(context.clock.nowMs() - startMs)} ms`);
  return EXIT.pass;
}

async function selftest(name: string, { reference, only = [] }: { readonly reference: string; readonly only?: string[] }, context: ProgramContext): Promise<number> {
  const suite = findSuite(name);
  const pics = completePics(suite.pics, {});
  const { selected } = selectCases(suite, { pics, only });
  const rig = brokerSelftestRig(sutDialer(reference, context.clock), context.clock);
  const rows = await runSelftest(suite, rig, { cases: selected, pics, pixit: pixitSchema.parse({ answerTimeoutMs: 1_000 }), everyCase: false }, {
    clock: context.clock,
    random: randomFromSeed(context.drawSeed()),
    cutFrames: () => suite.cutFrames(),
    record: () => undefined,
  });
  for (const row of rows) {
    if (row.proven) continue;
    context.stdout.write(`NOT PROVEN ${row.id} by ${row.caughtBy}\n    reference: ${row.onReference.verdict}, ${row.onReference.because}\n    defect: ${row.onDefect.verdict}, ${row.onDefect.because}\n`);
  }
  say(context, `${rows.filter(({ proven }) => proven).length} of ${rows.length} cases proven`);
  return rows.every(({ proven }) => proven) ? EXIT.pass : EXIT.fail;
}
