import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { every, sleep, type Clock } from '../../hil/runtime/clock.ts';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import { formatError } from '../../hil/runtime/errors.ts';
import { createJournal, JOURNAL_ROOT_HASH, type JournalEntry, type JournalWriter } from '../../hil/runtime/journal.ts';
import { readJournal } from '../../hil/runtime/journal-reader.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import type { Observation } from '../../hil/runtime/observation.ts';
import { textField } from '../../hil/runtime/observation-fields.ts';
import type { CaptureRecord, RunRecord } from '../../reports/record.ts';
import { tierOf } from './build-record.ts';
import { createFaultDriver, type FaultDriver } from './fault-driver.ts';
import { planCapture, type CaptureOptions, type CapturePlan } from './capture-plan.ts';
import { completeRecord, runIdOf, type RunOutcome } from './complete-record.ts';
import { finishCapture, PARTS_FOLDER } from './finish-capture.ts';
import type { LoadedScenario } from './load-scenario.ts';
import { runPhases, waitFor } from './phase-driver.ts';
import { countProgress, type Progress } from './progress.ts';
import { openRigSession, type RigAccess, type RigSession } from './rig-session.ts';
import { createRunLog, type RunLog } from './run-log.ts';
import { drawSchedule, type Schedule } from './schedule.ts';
import { startTestbed, type Testbed } from './testbed.ts';
import type { TestbedChild } from './testbed-child.ts';
import { describeTopology } from './topology-plan.ts';
import { watchSyncIdle, type ConditionWatch } from './until-condition.ts';

export interface RunOptions {
  readonly loaded: LoadedScenario;
  readonly seed: number;
  /** A folder that does not exist yet; everything the run leaves goes below it. */
  readonly folder: string;
  /** From an earlier run; without it the schedule is drawn from the seed. */
  readonly schedule?: Schedule;
  /** The lab, for scenarios with real devices. */
  readonly rig?: RigAccess;
  /** The packets that the run keeps. */
  readonly capture: CaptureOptions;
}

export interface RunDeps {
  readonly clock: Clock;
  /** The built command line that children are started with. */
  readonly cliEntry: string;
  readonly version: string;
  /** Aborts with a reason string such as `SIGINT`. */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

const TICK_MS = 1_000;
const DRAIN_TIMEOUT_MS = 15_000;
/** What is on its way when the last queue is empty still has to reach the observers. */
const LAST_DELIVERY_MS = 500;

/**
 * Runs one scenario from the first process to the record. It always ends with a record, and leaves no process behind:
 * what goes wrong with the testbed itself becomes the verdict `error`, never an exception.
 */
export async function runScenario(options: RunOptions, deps: RunDeps): Promise<RunRecord> {
  const { loaded, seed, folder } = options;
  const schedule = options.schedule ?? drawSchedule(loaded.scenario, seed);
  prepareFolder(folder, loaded.text, schedule);
  const startedWallMs = deps.clock.wallMs();
  const journalFile = join(folder, 'events.ndjson');
  const journal = createJournal(journalFile);
  deps.progress({ kind: 'starting', scenario: loaded.scenario.name, seed, folder });
  const run = new ScenarioRun(options, schedule, journal, deps);
  await run.execute();
  deps.progress({ kind: 'judging' });
  const evidence = run.closeJournal(journalFile);
  const capture = run.finishCapture(evidence.entries, runIdOf(folder));
  const record = completeRecord({ loaded, seed, folder, schedule, version: deps.version, rigFile: options.rig?.hardware.file }, { ...run.outcome(), ...evidence, startedWallMs, capture }, evidence.entries);
  deps.progress({ kind: 'done', verdict: record.verdict });
  return record;
}

function prepareFolder(folder: string, scenarioText: string, schedule: Schedule): void {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  mkdirSync(join(folder, 'config'), { recursive: true });
  mkdirSync(join(folder, PARTS_FOLDER), { recursive: true });
  writeFileSync(join(folder, 'config', 'scenario.yaml'), scenarioText);
  writeFileSync(join(folder, 'schedule.json'), `${canonicalJson(schedule)}\n`);
}

/** The state of one run while it goes on. */
class ScenarioRun {
  readonly #options: RunOptions;
  readonly #schedule: Schedule;
  readonly #journal: JournalWriter;
  readonly #log: RunLog;
  readonly #deps: RunDeps;
  /** Ends the phases: the caller's signal, or a child that died. */
  readonly #ending = new AbortController();
  readonly #children: TestbedChild[] = [];
  readonly #exits = new Map<string, string>();
  readonly #troubles: string[] = [];
  readonly #idle: ConditionWatch;
  readonly #capture: CapturePlan;
  /** Wall-clock minus monotonic time, milliseconds. */
  readonly #wallOffsetMs: number;
  #endpoints: ReadonlyMap<string, string[]> = new Map();
  #rig: RigSession | undefined;
  #stopping = false;
  #interrupted: string | undefined;

  constructor(options: RunOptions, schedule: Schedule, journal: JournalWriter, deps: RunDeps) {
    this.#options = options;
    this.#schedule = schedule;
    this.#journal = journal;
    this.#log = createRunLog(journal, deps.clock, (thrown) => this.#fail(formatError(thrown)));
    this.#deps = deps;
    this.#idle = watchSyncIdle(describeTopology(options.loaded.scenario));
    this.#wallOffsetMs = deps.clock.wallMs() - deps.clock.nowMs();
    this.#capture = planCapture(options.loaded.scenario, options.capture, join(options.folder, PARTS_FOLDER), this.#wallOffsetMs);
  }

  outcome(): Pick<RunOutcome, 'children' | 'exits' | 'endpoints' | 'troubles' | 'interrupted'> {
    return { children: this.#children, exits: this.#exits, endpoints: this.#endpoints, troubles: this.#troubles, interrupted: this.#interrupted };
  }

  /** Ends the journal and reads it back: what is judged is what was stored. A journal that fails leaves no evidence. */
  closeJournal(file: string): Pick<RunOutcome, 'journalEntries' | 'journalHeadHash'> & { readonly entries: readonly JournalEntry[] } {
    try {
      const { entries, headHash } = this.#journal.close();
      return { journalEntries: entries, journalHeadHash: headHash, entries: readJournal(file) };
    } catch (thrown) {
      this.#fail(formatError(thrown));
      return { journalEntries: 0, journalHeadHash: JOURNAL_ROOT_HASH, entries: [] };
    }
  }

  /** Puts the packets of all processes together; they have ended. */
  finishCapture(entries: readonly JournalEntry[], runId: string): CaptureRecord | undefined {
    const { folder, capture } = this.#options;
    const startWallMs = this.#wallOffsetMs + this.#deps.clock.nowMs() - this.#log.nowMs();
    return finishCapture({ plan: this.#capture, limits: capture.limits, folder, runId, startWallMs }, entries);
  }

  /** Everything between the first and the last entry of the journal. */
  async execute(): Promise<void> {
    const { scenario } = this.#options.loaded;
    const { signal } = this.#deps;
    const topology = describeTopology(scenario);
    const onAbort = (): void => this.#interrupt(String(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#log.note('run.started', { scenario: scenario.name, seed: this.#options.seed, tier: tierOf(scenario), topology: { ...topology, gateways: topology.gateways, plcs: topology.plcs } });
    const stopWatching = this.#watch();
    try {
      await this.#runTestbed();
    } catch (thrown) {
      // What an interruption cuts off is no fault of the testbed.
      if (this.#interrupted === undefined) this.#trouble(formatError(thrown));
    } finally {
      this.#log.note('run.ended', {});
      stopWatching();
      signal.removeEventListener('abort', onAbort);
      await this.#stopChildren();
      // Only now does nobody of ours touch the devices any more.
      this.#rig?.release();
    }
  }

  async #runTestbed(): Promise<void> {
    const { loaded, folder, seed } = this.#options;
    if (this.#ending.signal.aborted) return;
    const rig = await openRigSession(loaded.scenario, this.#options.rig, {
      clock: this.#deps.clock,
      observe: (type, data) => this.#log.note(type, data),
      signal: this.#ending.signal,
      onLost: (error) => this.#fail(formatError(error)),
    });
    this.#rig = rig;
    const plan = { loaded, folder, realLines: (gateway: string) => rig.linesFor(gateway), topology: describeTopology(loaded.scenario), captureArgs: (id: string) => this.#capture.argsFor(id), random: randomFromSeed(seed).child('testbed') };
    const childDeps = { clock: this.#deps.clock, cliEntry: this.#deps.cliEntry, onObservation: (observation: Observation) => this.#log.record(observation), signal: this.#ending.signal };
    if (this.#ending.signal.aborted) return;
    const testbed = await startTestbed(plan, childDeps, {
      started: (child) => this.#adopt(child),
      up: ({ id, role }, endpoints) => this.#deps.progress({ kind: 'child', id, role, endpoints }),
    });
    this.#endpoints = testbed.endpoints;
    const faults = createFaultDriver(this.#schedule, testbed.faultPlaces, this.#log, this.#deps.clock);
    const stopFaults = this.#log.listen((observation) => faults.see(observation));
    try {
      await this.#runPhases(faults);
    } finally {
      stopFaults();
      await this.#undo(faults);
    }
    if (!this.#ending.signal.aborted) await this.#quiesce(testbed);
  }

  /** A fault that cannot be undone is an error of the testbed, also when the run was interrupted. */
  async #undo(faults: FaultDriver): Promise<void> {
    try {
      await faults.undoAll();
    } catch (thrown) {
      this.#trouble(formatError(thrown));
    }
  }

  async #runPhases(faults: FaultDriver): Promise<void> {
    const { phases } = this.#schedule;
    await runPhases(phases, {
      clock: this.#deps.clock,
      log: this.#log,
      signal: this.#ending.signal,
      idle: this.#idle,
      onPhase: (phase, index) => {
        this.#deps.progress({ kind: 'phase', phase, index, total: phases.length });
        faults.phaseStarted(phase.name);
      },
    });
  }

  /** Senders stop, what is under way arrives. What does not arrive in time is judged as lost. */
  async #quiesce({ fleet }: Testbed): Promise<void> {
    this.#log.note('run.quiesced', { reason: 'the last phase has ended' });
    await fleet.command('quiesce', {}, DRAIN_TIMEOUT_MS);
    await waitFor(this.#idle, DRAIN_TIMEOUT_MS, this.#deps.clock, this.#log, this.#ending.signal);
    await sleep(this.#deps.clock, LAST_DELIVERY_MS, this.#ending.signal);
  }

  #adopt(child: TestbedChild): void {
    this.#children.push(child);
    void this.#watchExit(child);
  }

  async #watchExit(child: TestbedChild): Promise<void> {
    const how = await child.exited;
    this.#exits.set(child.id, how);
    if (this.#stopping) return;
    this.#log.note('child.died', { child: child.id, detail: how });
    this.#fail(`error FP_CHILD_DIED: ${child.role} ${child.id} (pid ${child.pid}) ended during the run: ${how}; its log is logs/${child.id}.log`);
  }

  #interrupt(reason: string): void {
    this.#interrupted = reason;
    this.#log.note('run.interrupted', { signal: reason });
    this.#ending.abort();
  }

  /** An error of the testbed that ends the run. */
  #fail(text: string): void {
    this.#trouble(text);
    this.#ending.abort();
  }

  #trouble(text: string): void {
    this.#troubles.push(text);
    this.#deps.progress({ kind: 'trouble', text });
  }

  /** Feeds the conditions and the watcher's figures. @returns how to stop. */
  #watch(): () => void {
    const counter = countProgress();
    const stopListening = this.#log.listen((observation) => {
      this.#idle.see(observation);
      counter.see(observation);
      if (observation.type === 'fault.started' || observation.type === 'fault.ended') {
        this.#deps.progress({ kind: 'fault', fault: textField(observation.data, 'fault'), active: observation.type === 'fault.started' });
      }
    });
    const ticker = every(this.#deps.clock, TICK_MS, () => this.#deps.progress({ kind: 'tick', snapshot: counter.snapshot(this.#log.nowMs(), this.#children.length) }));
    return () => {
      ticker.cancel();
      stopListening();
    };
  }

  /** Receivers outlive senders: fleet, gateways, links, PLCs. */
  async #stopChildren(): Promise<void> {
    this.#stopping = true;
    for (const role of ['fleet', 'gateway', 'link', 'plc'] as const) {
      await Promise.all(this.#children.filter((child) => child.role === role).map((child) => child.stop()));
    }
  }
}
