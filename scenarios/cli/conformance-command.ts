import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { parseSeed, parseSuiteFormats, parsePositive } from './option-parsers.ts';
import { showCases, showCoverage, type CoverageFlags } from './conformance-tables.ts';
import { planFromFlags, type PlanFlags } from './conformance-plan.ts';
import { runFromFlags, type ConformanceRunFlags } from './conformance-run.ts';
import { selftestFromFlags, type SelftestFlags } from './conformance-selftest.ts';
import { SUITE_FORMATS } from '../../reports/suite-writer.ts';
import { profileNames } from '../../conformance/framework/profile.ts';
import { declarationForm } from '../conformance/declaration.ts';
import { findSuite, SUITES } from '../conformance/suite-table.ts';
import { EXIT } from '../engine/exit-code.ts';
import type { ProgramContext } from './program-context.ts';
import { defaultOutFolder } from './run-command.ts';

const SUITE_NAMES = SUITES.map(({ name }) => name).join(', ');

/** `fieldproof conformance run|list|coverage|selftest|pics` */
export function addConformanceCommands(program: Command, context: ProgramContext, finish: (code: number) => void): Command {
  const conformance = program
    .command('conformance')
    .summary('conformance suites for brokers, devices, servers and clients')
    .description('Judges a SUT statement by statement of its standard. Every case is proven able to fail (selftest), and every verdict can be computed again from its evidence.');
  addRun(conformance, context, finish);
  addSelftest(conformance, context, finish);
  addPlan(conformance, context, finish);
  conformance
    .command('list')
    .description('Lists the suites, or the cases of one with purpose, statements and defect.')
    .argument('[suite]', SUITE_NAMES)
    .option('--json', 'as JSON', false)
    .action((suite: string | undefined, flags: { readonly json: boolean }) => {
      showCases(suite, flags.json, context);
      finish(EXIT.pass);
    });
  conformance
    .command('coverage')
    .description('Accounts for every statement of the catalogues: covered by which case and defect, not observable, excluded, not covered.')
    .argument('<suite>', SUITE_NAMES)
    .option('--pics <file>', 'the declaration of the SUT; without it, everything by default')
    .option('--json', 'as JSON', false)
    .action((suite: string, flags: CoverageFlags) => {
      showCoverage(findSuite(suite), flags, context);
      finish(EXIT.pass);
    });
  conformance
    .command('pics')
    .description('Prints a declaration to fill in: PICS items with their questions, and PIXIT values.')
    .argument('<suite>', SUITE_NAMES)
    .action((suite: string) => {
      context.stdout.write(declarationForm(findSuite(suite)));
      finish(EXIT.pass);
    });
  return conformance;
}

function addRun(conformance: Command, context: ProgramContext, finish: (code: number) => void): void {
  conformance
    .command('run')
    .description('Runs a suite against a SUT, and writes record, evidence and reports.')
    .argument('<suite>', SUITE_NAMES)
    .option('--sut <address>', 'where the SUT is: mqtt://host:port (suites whose SUT is a server)')
    .option('--listen <address>', 'where we wait for a SUT that connects to us; mqtt-device: host:port; modbus-client: modbus-tcp://host:port, or a line as modbus-rtu:///dev/ttyUSB0; port 0 takes any free one')
    .option('--dut-command <command>', 'with --listen: a shell command that starts the device anew for each case, with {host} {port} {clientId} {caFile} {version} (modbus-client: kept running, with {host} {port} {path} {unit}); without it and without a map, you are asked to restart it')
    .option('--map <file>', 'with --listen: the hardware map whose power hook restarts the device')
    .option('--dut <id>', 'with --map: which DUT of the map it is')
    .option('--pics <file>', 'the declaration of the SUT (see `conformance pics`); without it, everything by default')
    .option('--only <ids...>', 'only these cases; a name may end in *')
    .option('--seed <number>', 'draw names and every random choice from this seed (0 to 2^53 - 1)', parseSeed)
    .option('--parallel <number>', 'cases at once; bounded by the suite', parsePositive)
    .option('--out <folder>', 'where run folders go', defaultOutFolder())
    .addOption(new Option('--reporter <list>', `comma-separated renderings: ${SUITE_FORMATS.join(', ')}`).argParser(parseSuiteFormats).default(SUITE_FORMATS, 'all'))
    .option('--evidence', 'print what was sent and received in cases that did not pass', false)
    .option('--expect <file>', 'known answers: exit 0 when exactly these cases do not pass, 1 for any surprise, a pass included')
    .option('--draft', 'print known answers drafted from this run on stdout', false)
    .option('--json', 'print the record on stdout', false)
    .action(async (suite: string, flags: ConformanceRunFlags) => finish(await runFromFlags(findSuite(suite), { ...flags, out: resolve(flags.out) }, context)));
}

function addPlan(conformance: Command, context: ProgramContext, finish: (code: number) => void): void {
  conformance
    .command('plan')
    .description('Runs every suite of a profile on one product, as a plan file says where it is and what it declares.')
    .argument('<file>', `a plan (YAML); profiles: ${profileNames().join(', ')}`)
    .option('--seed <number>', 'draw names and every random choice from this seed', parseSeed)
    .option('--out <folder>', 'where run folders go', defaultOutFolder())
    .addOption(new Option('--reporter <list>', `comma-separated renderings: ${SUITE_FORMATS.join(', ')}`).argParser(parseSuiteFormats).default(SUITE_FORMATS, 'all'))
    .option('--json', 'print the record of the plan on stdout', false)
    .action(async (file: string, flags: PlanFlags) => finish(await planFromFlags(file, { ...flags, out: resolve(flags.out) }, context)));
}

function addSelftest(conformance: Command, context: ProgramContext, finish: (code: number) => void): void {
  conformance
    .command('selftest')
    .description('Proves that each case can fail: it passes on a good SUT and fails on the same with its defect planted in front.')
    .argument('<suite>', SUITE_NAMES)
    .option('--reference <address>', 'a good SUT of yours to plant the defects before; without it, ours')
    .option('--only <ids...>', 'only these cases; a name may end in *')
    .option('--sample <number>', 'only so many cases, drawn from the seed', parsePositive)
    .option('--matrix', 'run every case on every defect, to see which others notice it (takes long)', false)
    .option('--seed <number>', 'draw names and the sample from this seed', parseSeed)
    .option('--json', 'print the rows on stdout', false)
    .action(async (suite: string, flags: SelftestFlags) => finish(await selftestFromFlags(findSuite(suite), flags, context)));
}
