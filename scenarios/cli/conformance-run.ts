import { join } from 'node:path';
import { awaitModbusClient } from './await-modbus-client.ts';
import { awaitDeviceSut, type DeviceFlags } from './await-device-sut.ts';
import { evidenceText } from '../../conformance/framework/evidence-text.ts';
import { selectCases } from '../../conformance/framework/select-cases.ts';
import { evidenceFromJournal } from '../../conformance/framework/suite-journal.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { readJournal } from '../../hil/runtime/journal-reader.ts';
import type { CaseFileTable } from '../../reports/case-files.ts';
import { runFolder } from '../../reports/run-folder.ts';
import type { SuiteRecord } from '../../reports/suite-record.ts';
import { suiteTerminalSummary } from '../../reports/suite-terminal-summary.ts';
import { renderSuite } from '../../reports/render-suite.ts';
import type { CaseEvidence, SuiteFormat } from '../../reports/suite-writer.ts';
import { writeAtomically } from '../../reports/write-atomically.ts';
import { defaultDeclaration, readDeclaration } from '../conformance/declaration.ts';
import { connectSut } from '../conformance/connect-sut.ts';
import type { SutConnection } from '../conformance/sut-connection.ts';
import { isModbusAddress } from '../conformance/modbus-address.ts';
import { draftAnswers, readKnownAnswers, surprises, type KnownAnswers } from '../conformance/known-answers.ts';
import { runConformance } from '../conformance/run-conformance.ts';
import { EXIT } from '../engine/exit-code.ts';
import { CAPTURE_BYTES_MAX, writeCaseFiles } from '../conformance/write-case-files.ts';
import { shortPath } from './execute-run.ts';
import { createPaint } from './paint.ts';
import { say, type ProgramContext } from './program-context.ts';
import { showSuiteProgress } from './show-suite-progress.ts';

/** Scripts named on the terminal; the report names all. */
const REPRODUCERS_SHOWN_MAX = 10;

export interface ConformanceRunFlags extends DeviceFlags {
  readonly sut?: string;
  readonly pics?: string;
  readonly only?: readonly string[];
  readonly seed?: number;
  readonly parallel?: number;
  /** Absolute. */
  readonly out: string;
  readonly reporter: readonly SuiteFormat[];
  readonly json: boolean;
  readonly evidence: boolean;
  readonly expect?: string;
  readonly draft: boolean;
}

/** `conformance run <suite>` @returns the exit code. */
export async function runFromFlags(suite: Suite, flags: ConformanceRunFlags, context: ProgramContext): Promise<number> {
  const known = flags.expect === undefined ? undefined : readKnownAnswers(flags.expect, suite);
  const { record } = await performSuiteRun(suite, flags, context);
  if (flags.json) context.stdout.write(`${JSON.stringify(record, undefined, 2)}\n`);
  if (flags.draft) context.stdout.write(draftAnswers(record));
  return known === undefined ? record.exitCode : compared(known, record, context);
}

/** One run for a person: progress, evidence, record, renderings, last lines. */
export async function performSuiteRun(suite: Suite, flags: ConformanceRunFlags, context: ProgramContext): Promise<{ readonly record: SuiteRecord; readonly folder: string }> {
  const { pics: declared, pixit } = flags.pics === undefined ? defaultDeclaration(suite) : readDeclaration(flags.pics, suite);
  const seed = flags.seed ?? context.drawSeed();
  const address = addressFrom(suite, flags);
  const abort = new AbortController();
  const stopListening = context.onSignal((signal) => {
    say(context, `${signal}: ending the run after the cases under way`);
    abort.abort(signal);
  });
  let connection: SutConnection | undefined;
  let display: ReturnType<typeof showSuiteProgress> | undefined;
  try {
    const sut = await connectionOf(suite, flags, pixit, { address, seed, context, signal: abort.signal });
    connection = sut;
    const pics = sut.narrow?.(declared) ?? declared;
    const selection = selectCases(suite, { pics, only: flags.only ?? [], hindrance: (test) => sut.hindrance(test) });
    const folder = runFolder(flags.out, suite.name, context.clock.wallMs(), seed);
    const progress = showSuiteProgress(context, selection.selected.length);
    display = progress;
    const record = await runConformance(
      { suite, address, selection, pics, pixit, seed, ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }), folder, version: context.version, tier: sut.tier, command: commandOf(suite, flags) },
      { clock: context.clock, dial: (target) => sut.dial(target), accept: (waitMs) => sut.accept(waitMs), act: (action, params) => sut.act(action, params), remarks: () => sut.remarks?.() ?? [], signal: abort.signal, progress: progress.show },
    );
    progress.end();
    writeRun(record, { suite, pixit, folder, flags }, context);
    return { record, folder };
  } finally {
    display?.end();
    stopListening();
    await connection?.stop();
  }
}

interface FinishedRun {
  readonly suite: Suite;
  readonly pixit: Pixit;
  readonly folder: string;
  readonly flags: ConformanceRunFlags;
}

/** Evidence files, renderings, and the last lines on the terminal. */
function writeRun(record: SuiteRecord, { suite, pixit, folder, flags }: FinishedRun, context: ProgramContext): void {
  const steps = evidenceFromJournal(readJournal(join(folder, record.journal.file)));
  const evidence: CaseEvidence = new Map([...steps].map(([id, ofCase]) => [id, evidenceText(ofCase, id, suite)]));
  for (const [id, lines] of evidence) writeAtomically(join(folder, 'evidence'), `${id}.txt`, new TextEncoder().encode(`${lines.join('\n')}\n`));
  const { files, withoutCapture } = writeCaseFiles(record, steps, { suite, pixit, folder });
  renderSuite(record, evidence, folder, flags.reporter, files);
  if (flags.evidence) showEvidence(record, evidence, context);
  say(context, '');
  const report = flags.reporter.includes('html') ? join(folder, 'report.html') : folder;
  for (const line of suiteTerminalSummary(record, shortPath(report), createPaint(context.colours))) say(context, line);
  for (const line of reproducerLines(files, folder)) say(context, line);
  if (withoutCapture > 0) say(context, `  ${withoutCapture} cases have no capture: all together may take ${CAPTURE_BYTES_MAX} bytes`);
}

/** How to do again what failed: a script for each case, some of them by name. */
function reproducerLines(files: CaseFileTable, folder: string): string[] {
  const scripts = [...files.values()].flatMap(({ reproducer }) => reproducer ?? []);
  const more = scripts.length - REPRODUCERS_SHOWN_MAX;
  return [
    ...scripts.slice(0, REPRODUCERS_SHOWN_MAX).map((script) => `  reproduce  node ${shortPath(join(folder, script))}`),
    ...(more > 0 ? [`  and ${more} more scripts beside it`] : []),
  ];
}

/** The evidence of what did not pass, on stdout. */
function showEvidence({ cases }: SuiteRecord, evidence: CaseEvidence, { stdout }: ProgramContext): void {
  for (const { id, verdict, because } of cases) {
    if (verdict !== 'pass') stdout.write(`${id}: ${verdict}: ${because}\n${(evidence.get(id) ?? []).join('\n')}\n`);
  }
}

/** The SUT at its address, or one that comes to us. */
async function connectionOf(
  suite: Suite,
  flags: ConformanceRunFlags,
  pixit: Pixit,
  { address, seed, context, signal }: { readonly address: string; readonly seed: number; readonly context: ProgramContext; readonly signal: AbortSignal },
): Promise<SutConnection> {
  if (flags.listen === undefined) return connectSut(suite, address, pixit, context.clock);
  return isModbusAddress(flags.listen) ? awaitModbusClient(flags, pixit, randomFromSeed(seed).child('observer'), context) : awaitDeviceSut(flags, pixit, context, signal);
}

/** Says where the run differs from what is known. @returns 0 when nowhere; what interrupts a run stays what it is. */
function compared(known: KnownAnswers, record: SuiteRecord, context: ProgramContext): number {
  const differences = surprises(known, record);
  say(context, differences.length === 0 ? `  as known of ${known.implementation}: ${known.answers.length} cases do not pass` : `  not as known of ${known.implementation}:`);
  for (const difference of differences) say(context, `  ${difference}`);
  if (record.exitCode === EXIT.interrupted) return EXIT.interrupted;
  return differences.length === 0 && record.cases.length > 0 ? EXIT.pass : EXIT.fail;
}

/** Where the SUT is, or where we wait for it. @throws FieldproofError FP_USAGE unless the suite is given just what it needs. */
function addressFrom({ name, awaitsSut = false }: Suite, { sut, listen }: ConformanceRunFlags): string {
  if (awaitsSut ? listen !== undefined && sut === undefined : sut !== undefined && listen === undefined) return awaitsSut ? `listening on ${listen ?? ''}` : (sut ?? '');
  const [needed, other] = awaitsSut ? ['--listen <address>', '--sut'] : ['--sut <address>', '--listen'];
  throw new FieldproofError('FP_USAGE', `the suite ${name} needs ${needed}, and no ${other}`);
}

function commandOf({ name }: Suite, { sut, listen, dutCommand, map, dut, pics, only, parallel }: ConformanceRunFlags): string[] {
  const given = { '--sut': sut, '--listen': listen, '--dut-command': dutCommand, '--map': map, '--dut': dut, '--pics': pics };
  return [
    'conformance',
    'run',
    name,
    ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
    ...(only === undefined ? [] : ['--only', ...only]),
    ...(parallel === undefined ? [] : ['--parallel', String(parallel)]),
  ];
}
