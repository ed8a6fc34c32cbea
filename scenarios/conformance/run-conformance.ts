import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseContext, runSuite, type SuiteProgress, type SuiteRun, type SuiteRunDeps } from '../../conformance/framework/run-suite.ts';
import type { CaseResult } from '../../conformance/framework/case-result.ts';
import { rejudgeCase } from '../../conformance/framework/judge-case.ts';
import type { Pics } from '../../conformance/framework/pics.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import type { Selection } from '../../conformance/framework/select-cases.ts';
import { evidenceFromJournal, picsObject, suiteJournal } from '../../conformance/framework/suite-journal.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { suiteVerdict } from '../../conformance/framework/suite-verdict.ts';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { createJournal } from '../../hil/runtime/journal.ts';
import { readJournal } from '../../hil/runtime/journal-reader.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import { suiteRecordSchema, type SuiteRecord } from '../../reports/suite-record.ts';
import { environment } from '../engine/environment.ts';
import { exitCodeOf } from '../engine/exit-code.ts';
import { shellWord } from '../engine/shell-word.ts';
import { maskedPixit } from './masked-pixit.ts';
import { statementRecords } from './statement-records.ts';

/** One conformance run, as it was asked for. */
export interface ConformanceOrder {
  readonly suite: Suite;
  readonly address: string;
  readonly selection: Selection;
  readonly pics: Pics;
  readonly pixit: Pixit;
  readonly seed: number;
  readonly parallel?: number;
  /** Where journal and record go; made here, must not exist. */
  readonly folder: string;
  readonly version: string;
  readonly tier: SuiteRecord['tier'];
  /** What was typed, to type it again; the seed is added. */
  readonly command: readonly string[];
}

export interface ConformanceDeps extends Pick<SuiteRunDeps, 'dial' | 'accept' | 'act' | 'signal'> {
  readonly clock: Clock;
  progress?(event: SuiteProgress): void;
  /** What has to be said of the run as a whole when it is over. */
  remarks?(): readonly string[];
}

const JOURNAL_FILE = 'events.ndjson';

/**
 * Runs a suite, keeps its evidence in a hash-chained journal, judges every case again from that journal alone, and makes
 * the record. A verdict that the evidence does not give again is an error of the tester.
 * @throws FieldproofError FP_FILE_UNREADABLE when the folder cannot be written.
 */
export async function runConformance(order: ConformanceOrder, deps: ConformanceDeps): Promise<SuiteRecord> {
  const { suite, selection, pics, pixit, seed, folder } = order;
  makeFolder(folder);
  const startedWallMs = deps.clock.wallMs();
  const startMs = deps.clock.nowMs();
  const journal = createJournal(join(folder, JOURNAL_FILE));
  const observerFor = (source: string): Observe => (type, data) => journal.append({ t: deps.clock.nowMs() - startMs, source, type, data });
  const events = suiteJournal(observerFor);
  events.started({ suite: suite.name, sut: order.address, seed, pics: picsObject(pics), pixit: maskedPixit(pixit) });
  const random = randomFromSeed(seed);
  const run = await runSuite(
    suite,
    { cases: selection.selected, pics, pixit, ...(order.parallel === undefined ? {} : { parallel: order.parallel }) },
    {
      ...deps,
      random,
      cutFrames: () => suite.cutFrames(pics, pixit),
      record: (caseId, step) => events.step(caseId, step),
      progress: (event) => {
        if (event.kind === 'started') events.caseStarted(event.id, versionOf(order, event.id));
        if (event.kind === 'ended') events.caseEnded(event.executed.result);
        deps.progress?.(event);
      },
    },
  );
  events.ended(run.findings);
  const { entries, headHash } = journal.close();
  const results = await rejudged(order, run);
  return recordOf(order, { ...run, findings: [...run.findings, ...(deps.remarks?.() ?? [])] }, results, { startedWallMs, durationMs: deps.clock.nowMs() - startMs, journal: { file: JOURNAL_FILE, entries, headHash } });
}

/** Each case judged again from the journal on disk: what a stored run says is what its evidence says. */
async function rejudged({ folder, seed, pics, pixit }: ConformanceOrder, { executed }: SuiteRun): Promise<CaseResult[]> {
  const evidence = evidenceFromJournal(readJournal(join(folder, JOURNAL_FILE)));
  const random = randomFromSeed(seed);
  return Promise.all(
    executed.map(async ({ test, result }) => {
      // An error says nothing about the SUT, and a hung tester has no end that could be repeated.
      if (result.cause === 'not-run' || result.verdict === 'error') return result;
      const again = await rejudgeCase(test, evidence.get(test.id) ?? [], caseContext(test.id, random, { pics, pixit }));
      const blamedOnly = result.cause === 'sut-died' || result.cause === 'sut-hung';
      if (again.verdict === result.verdict || (blamedOnly && again.verdict !== 'error')) return result;
      const because = `the evidence gives ${again.verdict} (${again.because}) where the run gave ${result.verdict} (${result.because})`;
      return { ...result, verdict: 'error', cause: 'tester-died', because };
    }),
  );
}

function recordOf(
  order: ConformanceOrder,
  run: SuiteRun,
  cases: CaseResult[],
  facts: { readonly startedWallMs: number; readonly durationMs: number; readonly journal: SuiteRecord['journal'] },
): SuiteRecord {
  const { suite, selection, pics, pixit, seed, folder, tier } = order;
  const verdict = suiteVerdict(cases, run.interrupted);
  const answers = picsObject(pics);
  return suiteRecordSchema.parse({
    schemaVersion: 1,
    kind: 'conformance',
    runId: folder.split(/[/\\]/u).slice(-2).join('/'),
    suite: { name: suite.name, subject: suite.subject },
    sut: { address: order.address },
    verdict,
    exitCode: exitCodeOf(verdict, run.interrupted),
    reasons: [...(run.interrupted ? ['the run was interrupted'] : []), ...run.findings],
    seed,
    tier,
    repeats: 'the same packets in each case; when they arrive is up to the machine and the SUT',
    startedAt: new Date(facts.startedWallMs).toISOString(),
    durationMs: facts.durationMs,
    environment: environment(order.version),
    pics: { answers, sha256: createHash('sha256').update(canonicalJson(answers)).digest('hex') },
    pixit: { ...maskedPixit(pixit) },
    cases,
    excluded: [...selection.excluded],
    statements: statementRecords(suite, selection.excluded, cases),
    journal: facts.journal,
    replayCommand: `npx fieldproof ${[...order.command, '--seed', String(seed)].map(shellWord).join(' ')}`,
  });
}

function versionOf({ suite }: ConformanceOrder, caseId: string): number {
  return suite.cases.find(({ id }) => id === caseId)?.version ?? 0;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot make the folder ${folder}: ${messageOf(cause)}`, { cause });
  }
}
