import type { Clock } from '../../hil/runtime/clock.ts';
import { sleep } from '../../hil/runtime/clock.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { CaseContext, ConformanceCase } from './conformance-case.ts';
import type { Pics } from './pics.ts';
import type { Pixit } from './pixit.ts';
import { resultOf, runCase, type ExecutedCase, type RunCaseDeps } from './run-case.ts';
import type { Liveness, Suite } from './suite.ts';

export interface SuiteRunDeps extends RunCaseDeps {
  readonly clock: Clock;
  /** The root of the seed tree: each case draws from a child named by its id, whatever else runs. */
  readonly random: Random;
  /** Says what goes on, for a live display. */
  readonly progress?: (event: SuiteProgress) => void;
  readonly signal?: AbortSignal;
}

export type SuiteProgress =
  | { readonly kind: 'started'; readonly id: string }
  | { readonly kind: 'ended'; readonly executed: ExecutedCase }
  | { readonly kind: 'sut'; readonly liveness: Liveness };

/** What a run of a suite came to. */
export interface SuiteRun {
  readonly executed: readonly ExecutedCase[];
  /** What is said of the run as a whole: the SUT was gone at the start, or died while these cases ran. */
  readonly findings: readonly string[];
  /** The SUT gave no sign of life before the first case: nothing was tested. */
  readonly unreachable: boolean;
  readonly interrupted: boolean;
}

export interface SuiteRunOptions {
  readonly cases: readonly ConformanceCase[];
  readonly pics: Pics;
  readonly pixit: Pixit;
  /** At most so many at once; the suite's own bound when larger. */
  readonly parallel?: number;
  /** False when the SUT is known to be there, and broken on purpose: it is never asked for a sign of life. */
  readonly watchLiveness?: boolean;
}

/** How often a SUT that is gone is asked again while it may be restarting, milliseconds. */
const ASK_AGAIN_MS = 200;

/**
 * Runs cases against one SUT, side by side where they allow it. When one does not pass, the SUT is asked for a sign of
 * life. A SUT that died or hangs while several cases ran is waited for (`pixit.restartTimeoutMs`); if it comes back,
 * these are run again one by one, so that the blame falls on the one that does it.
 */
export async function runSuite(suite: Suite, options: SuiteRunOptions, deps: SuiteRunDeps): Promise<SuiteRun> {
  const run = new SuiteRunner(suite, options, deps);
  return run.run();
}

class SuiteRunner {
  readonly #suite: Suite;
  readonly #options: SuiteRunOptions;
  readonly #deps: SuiteRunDeps;
  readonly #startMs: number;
  readonly #executed: ExecutedCase[] = [];
  readonly #findings: string[] = [];
  #gone = false;

  constructor(suite: Suite, options: SuiteRunOptions, deps: SuiteRunDeps) {
    this.#suite = suite;
    this.#options = options;
    this.#deps = { ...deps, shared: deps.shared ?? new Map() };
    this.#startMs = deps.clock.nowMs();
  }

  async run(): Promise<SuiteRun> {
    if (this.#stopped()) return this.#outcome(false);
    const liveness = await this.#probe();
    if (liveness !== 'alive') {
      this.#findings.push(`the SUT was ${liveness} before the first case: nothing was tested`);
      return this.#outcome(true);
    }
    const beside = this.#options.cases.filter(({ alone }) => alone !== true);
    const parallel = Math.max(1, Math.min(this.#options.parallel ?? this.#suite.parallelMax, this.#suite.parallelMax));
    await this.#inBatches(beside, parallel);
    await this.#inBatches(this.#options.cases.filter(({ alone }) => alone === true), 1);
    return this.#outcome(false);
  }

  #outcome(unreachable: boolean): SuiteRun {
    const order = new Map(this.#options.cases.map(({ id }, index) => [id, index]));
    const executed = this.#executed.toSorted((a, b) => (order.get(a.test.id) ?? 0) - (order.get(b.test.id) ?? 0));
    return { executed, findings: this.#findings, unreachable, interrupted: this.#deps.signal?.aborted === true };
  }

  /** Workers take cases until none is left or the SUT is gone; the suspects are then cleared up, and it goes on. */
  async #inBatches(cases: readonly ConformanceCase[], parallel: number): Promise<void> {
    const waiting = [...cases];
    while (waiting.length > 0 && !this.#stopped()) {
      const suspects = new Map<string, ExecutedCase>();
      let lost: Liveness | undefined;
      const work = async (): Promise<void> => {
        for (;;) {
          const test = lost === undefined && !this.#stopped() ? waiting.shift() : undefined;
          if (test === undefined) return;
          const executed = await this.#runOne(test);
          // Whatever ends while the SUT is gone was under way when it went.
          if (executed.result.verdict !== 'pass' && lost === undefined) {
            const liveness = await this.#probe();
            if (liveness !== 'alive') lost = liveness;
          }
          if (lost === undefined || executed.result.verdict === 'pass') this.#keep(executed);
          else suspects.set(test.id, executed);
        }
      };
      await Promise.all(Array.from({ length: Math.min(parallel, waiting.length) }, work));
      if (lost !== undefined) await this.#clearUp([...suspects.values()], lost);
    }
    if (this.#gone) for (const test of waiting) this.#keep(this.#notRun(test));
  }

  /** The SUT is gone while these ran. */
  async #clearUp(suspects: readonly ExecutedCase[], liveness: Liveness): Promise<void> {
    const names = suspects.map(({ test }) => test.id).join(', ');
    this.#findings.push(`the SUT ${liveness === 'dead' ? 'died' : 'hung'} while ${names} ran`);
    const back = await this.#awaitSut();
    const [only] = suspects;
    if (suspects.length === 1 && only !== undefined) {
      this.#keep(blamed(only, liveness));
    } else if (back) {
      for (const { test } of suspects) await this.#again(test);
    } else {
      for (const suspect of suspects) this.#keep(suspected(suspect, liveness, suspects.length));
    }
    this.#gone ||= !back && !(await this.#awaitSut());
  }

  /** Once more, alone: now the blame is clear. */
  async #again(test: ConformanceCase): Promise<void> {
    if (this.#gone) {
      this.#keep(this.#notRun(test));
      return;
    }
    const executed = await this.#runOne(test);
    const twice = { ...executed, result: { ...executed.result, attempts: 2 } };
    const liveness = executed.result.verdict === 'pass' ? 'alive' : await this.#probe();
    this.#keep(liveness === 'alive' ? twice : blamed(twice, liveness));
    if (liveness !== 'alive') this.#gone = !(await this.#awaitSut());
  }

  async #runOne(test: ConformanceCase): Promise<ExecutedCase> {
    this.#deps.progress?.({ kind: 'started', id: test.id });
    return runCase(test, this.#contextOf(test), this.#deps, this.#deps.clock.nowMs() - this.#startMs);
  }

  #contextOf({ id }: ConformanceCase): CaseContext {
    return caseContext(id, this.#deps.random, this.#options);
  }

  #keep(executed: ExecutedCase): void {
    this.#executed.push(executed);
    this.#deps.progress?.({ kind: 'ended', executed });
  }

  #notRun(test: ConformanceCase): ExecutedCase {
    const because = 'the SUT was gone before this case could begin';
    const judgement = { verdict: 'inconclusive', cause: 'not-run', because, alsoViolated: [] } as const;
    return { test, evidence: [], result: resultOf(test, judgement, [], { startMs: this.#deps.clock.nowMs() - this.#startMs, durationMs: 0, attempts: 0 }) };
  }

  #stopped(): boolean {
    return this.#gone || this.#deps.signal?.aborted === true;
  }

  async #probe(): Promise<Liveness> {
    if (this.#options.watchLiveness === false) return 'alive';
    const { pics, pixit } = this.#options;
    const enough = new AbortController();
    const silence = sleep(this.#deps.clock, pixit.answerTimeoutMs, enough.signal);
    const liveness = await this.#suite.probe(() => this.#deps.dial(undefined), pixit, silence, { ...this.#deps, pics });
    enough.abort();
    if (liveness !== 'alive') this.#deps.progress?.({ kind: 'sut', liveness });
    return liveness;
  }

  async #awaitSut(): Promise<boolean> {
    const untilMs = this.#deps.clock.nowMs() + this.#options.pixit.restartTimeoutMs;
    while (!this.#deps.signal?.aborted) {
      if ((await this.#probe()) === 'alive') return true;
      if (this.#deps.clock.nowMs() >= untilMs) return false;
      await sleep(this.#deps.clock, ASK_AGAIN_MS, this.#deps.signal);
    }
    return false;
  }
}

/** What a case is told: a function of the seed, its id and the declarations, so that evidence can be judged again. */
export function caseContext(caseId: string, random: Random, { pics, pixit }: Pick<SuiteRunOptions, 'pics' | 'pixit'>): CaseContext {
  return { caseId, seedHex: random.child(caseId).seedHex, pics, pixit };
}

/** It ran alone, and the SUT is gone: it is its doing. A broken tester stays one. */
function blamed(executed: ExecutedCase, liveness: Liveness): ExecutedCase {
  if (executed.result.verdict === 'error') return executed;
  const [cause, did] = liveness === 'dead' ? (['sut-died', 'died'] as const) : (['sut-hung', 'gives no sign of life'] as const);
  return { ...executed, result: { ...executed.result, verdict: 'fail', cause, because: `the SUT ${did}: ${executed.result.because}` } };
}

/** One of several did it; which one cannot be said. */
function suspected(executed: ExecutedCase, liveness: Liveness, of: number): ExecutedCase {
  if (executed.result.verdict === 'error') return executed;
  const cause = liveness === 'dead' ? 'sut-died' : 'sut-hung';
  const because = `the SUT ${liveness === 'dead' ? 'died' : 'hung'} while this and ${of - 1} other cases ran, and did not come back`;
  return { ...executed, result: { ...executed.result, verdict: 'inconclusive', cause, because } };
}
