import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { z } from '../../hil/runtime/schema.ts';
import { runRecordSchema, type CaptureRecord, type RunRecord } from '../../reports/record.ts';
import { faultRecords, phaseRecords, processFigures, repeatsOf, runVerdict, scheduleSha256, tierOf } from './build-record.ts';
import { environment } from './environment.ts';
import { exitCodeOf } from './exit-code.ts';
import { judgeRun } from './judge-run.ts';
import type { LoadedScenario } from './load-scenario.ts';
import { byTime } from './run-log.ts';
import { runSeries } from './run-series.ts';
import type { Schedule } from './schedule.ts';
import { shellWord } from './shell-word.ts';
import type { TestbedChild } from './testbed-child.ts';
import { describeTopology } from './topology-plan.ts';

/** What was run. */
export interface RunSubject {
  readonly loaded: LoadedScenario;
  readonly seed: number;
  readonly folder: string;
  readonly schedule: Schedule;
  readonly version: string;
  /** The hardware map, for scenarios with real devices. */
  readonly rigFile: string | undefined;
}

/** What came of it, beside the journal. */
export interface RunOutcome {
  readonly startedWallMs: number;
  readonly children: readonly TestbedChild[];
  readonly exits: ReadonlyMap<string, string>;
  readonly endpoints: ReadonlyMap<string, string[]>;
  /** Faults of the testbed itself, as a person reads them. */
  readonly troubles: readonly string[];
  /** The signal that ended the run early. */
  readonly interrupted: string | undefined;
  readonly journalEntries: number;
  readonly journalHeadHash: string;
  readonly capture: CaptureRecord | undefined;
}

/** Judges a finished run and makes its record. */
export function completeRecord(subject: RunSubject, outcome: RunOutcome, journal: readonly JournalEntry[]): RunRecord {
  const { loaded, seed, folder, schedule, version } = subject;
  const entries = byTime(journal);
  const interrupted = outcome.interrupted !== undefined;
  const broken = outcome.troubles.length > 0 ? 'the testbed failed' : interrupted ? `the run was interrupted by ${outcome.interrupted}` : undefined;
  const checks = judgeRun(loaded.scenario, entries, broken);
  const verdict = runVerdict(checks, outcome.troubles.length > 0, interrupted);
  const figures = processFigures(entries);
  return runRecordSchema.parse({
    schemaVersion: 1,
    runId: runIdOf(folder),
    scenario: { name: loaded.scenario.name, description: loaded.scenario.description, file: loaded.name, sha256: loaded.sha256 },
    verdict,
    exitCode: exitCodeOf(verdict, interrupted),
    reasons: [...(interrupted ? [`interrupted by ${outcome.interrupted}`] : []), ...outcome.troubles],
    seed,
    tier: tierOf(loaded.scenario),
    repeats: repeatsOf(loaded.scenario),
    startedAt: new Date(outcome.startedWallMs).toISOString(),
    durationMs: entries.at(-1)?.t ?? 0,
    variables: { ...loaded.variables },
    environment: environment(version),
    topology: jsonObject(describeTopology(loaded.scenario)),
    phases: phaseRecords(entries),
    faults: faultRecords(schedule, entries),
    checks,
    series: runSeries(entries),
    processes: outcome.children.map(({ id, role, pid }) => ({
      id,
      role,
      pid,
      endpoints: outcome.endpoints.get(id) ?? [],
      rssMaxBytes: figures.get(id)?.rssMaxBytes ?? 0,
      cpuMs: figures.get(id)?.cpuMs ?? 0,
      exit: outcome.exits.get(id) ?? 'unknown',
    })),
    journal: { file: 'events.ndjson', entries: outcome.journalEntries, headHash: outcome.journalHeadHash },
    ...(outcome.capture === undefined ? {} : { capture: outcome.capture }),
    scheduleSha256: scheduleSha256(schedule),
    replayCommand: `npx fieldproof replay ${shellWord(folder)}${subject.rigFile === undefined ? '' : ` --rig ${shellWord(subject.rigFile)}`}`,
  } satisfies z.input<typeof runRecordSchema>);
}

/** `<scenario>/<time>-<seed>`: the last two parts of the run folder. */
export function runIdOf(folder: string): string {
  return folder.split(/[/\\]/u).slice(-2).join('/');
}

function jsonObject(value: object): RunRecord['topology'] {
  return z.record(z.string(), z.json()).parse(value);
}
