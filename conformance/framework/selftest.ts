import type { ConformanceCase } from './conformance-case.ts';
import type { Pics } from './pics.ts';
import type { Pixit } from './pixit.ts';
import { runSuite, type SuiteRun, type SuiteRunDeps } from './run-suite.ts';
import type { Suite } from './suite.ts';
import type { Verdict } from '../verdict.ts';

/** A SUT that was started for the self-test. */
export interface SelftestSut extends Pick<SuiteRunDeps, 'dial' | 'accept' | 'act'> {
  readonly stop: () => Promise<void>;
}

/** How the self-test gets its SUTs: a good one, and the same with a defect planted in front. */
export interface SelftestRig {
  /** @param defect - Id of a defect; undefined: the good one alone. A fresh SUT each time. */
  readonly start: (defect: string | undefined) => Promise<SelftestSut>;
  /** Ids of all defects there are. */
  readonly defects: readonly string[];
}

/** One row of the matrix: a case on the good SUT, on the one with its defect, and who else noticed the defect. */
export interface SelftestRow {
  readonly id: string;
  readonly caughtBy: string;
  readonly onReference: { readonly verdict: Verdict; readonly because: string };
  readonly onDefect: { readonly verdict: Verdict; readonly because: string };
  /** Other cases that failed on the same defect; only those that were run on it. */
  readonly noticedBy: readonly string[];
  /** It passes on the good SUT and fails on its defect: the case is proven able to fail. */
  readonly proven: boolean;
}

export interface SelftestOptions {
  readonly cases: readonly ConformanceCase[];
  readonly pics: Pics;
  readonly pixit: Pixit;
  /** Run every case on every defect, not only its own: who notices what. Takes hours for a large suite. */
  readonly everyCase: boolean;
  /** SUTs with a defect that run side by side; most of their time is waiting for what does not come. 1 on hardware. */
  readonly defectsAtOnce: number;
}

type SelftestDeps = Omit<SuiteRunDeps, 'dial' | 'accept' | 'act' | 'progress'> & { readonly progress?: (text: string) => void };

/** Runs the cases on the good SUT and on their defects. @returns One row for each case, in their order. */
export async function runSelftest(suite: Suite, rig: SelftestRig, options: SelftestOptions, deps: SelftestDeps): Promise<SelftestRow[]> {
  const { cases } = options;
  deps.progress?.(`${cases.length} cases on the good SUT`);
  const good = await runOn(suite, rig, undefined, cases, options, deps);
  const byDefect = new Map<string, SuiteRun>();
  const waiting = [...new Set(cases.map(({ caughtBy }) => caughtBy))].filter((defect) => rig.defects.includes(defect));
  const work = async (): Promise<void> => {
    for (let defect = waiting.shift(); defect !== undefined && deps.signal?.aborted !== true; defect = waiting.shift()) {
      const name = defect;
      const chosen = options.everyCase ? cases : cases.filter(({ caughtBy }) => caughtBy === name);
      deps.progress?.(`${chosen.length} cases on ${name}`);
      byDefect.set(name, await runOn(suite, rig, name, chosen, options, deps));
    }
  };
  await Promise.all(Array.from({ length: options.defectsAtOnce }, work));
  return cases.map((test) => rowOf(test, good, byDefect.get(test.caughtBy)));
}

async function runOn(
  suite: Suite,
  rig: SelftestRig,
  defect: string | undefined,
  cases: readonly ConformanceCase[],
  { pics, pixit }: SelftestOptions,
  deps: SelftestDeps,
): Promise<SuiteRun> {
  const sut = await rig.start(defect);
  const { progress: _text, ...rest } = deps;
  try {
    return await runSuite(suite, { cases, pics, pixit, watchLiveness: false }, { ...rest, dial: (target) => sut.dial(target), accept: (waitMs) => sut.accept(waitMs), act: (action, params) => sut.act(action, params) });
  } finally {
    await sut.stop();
  }
}

function rowOf(test: ConformanceCase, good: SuiteRun, defective: SuiteRun | undefined): SelftestRow {
  const onReference = outcomeOf(test.id, good, 'it was not run');
  const onDefect = outcomeOf(test.id, defective, `there is no defect ${test.caughtBy}`);
  const noticedBy = (defective?.executed ?? []).filter(({ result }) => result.verdict === 'fail' && result.id !== test.id).map(({ result }) => result.id);
  return { id: test.id, caughtBy: test.caughtBy, onReference, onDefect, noticedBy, proven: onReference.verdict === 'pass' && onDefect.verdict === 'fail' };
}

function outcomeOf(id: string, run: SuiteRun | undefined, otherwise: string): SelftestRow['onReference'] {
  const result = run?.executed.find((executed) => executed.result.id === id)?.result;
  return result === undefined ? { verdict: 'none', because: run?.findings.join('; ') || otherwise } : { verdict: result.verdict, because: result.because };
}
