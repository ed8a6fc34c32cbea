import type { ConformanceCase } from './conformance-case.ts';
import type { Pics } from './pics.ts';
import type { Pixit } from './pixit.ts';
import { runSuite, type SuiteRun, type SuiteRunDeps } from './run-suite.ts';
import { selectCases, type Selection } from './select-cases.ts';
import type { Suite } from './suite.ts';
import type { Verdict } from '../verdict.ts';

/** A SUT that was started for the self-test. */
export interface SelftestSut extends Pick<SuiteRunDeps, 'dial' | 'accept' | 'act'> {
  readonly stop: () => Promise<void>;
}

/** A good SUT as it is set up for some of the cases, with what it declares then. */
export interface SelftestVariant {
  readonly name: string;
  readonly pics: Pics;
  readonly pixit: Pixit;
}

/** How the self-test gets its SUTs: a good one, and the same with a defect planted in front. */
export interface SelftestRig {
  /**
   * A fresh SUT each time.
   * @param defect - Id of a defect; undefined: the good one alone.
   * @param variant - Name of one of the variants.
   */
  readonly start: (defect: string | undefined, variant: string) => Promise<SelftestSut>;
  /** Ids of all defects there are. */
  readonly defects: readonly string[];
}

/** One row of the matrix: a case on the good SUT, on the one with its defect, and who else noticed the defect. */
export interface SelftestRow {
  readonly id: string;
  /** Name of the variant of the SUT that both verdicts are of. */
  readonly variant: string;
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
  /** Each case runs in the first one in which it applies; one that applies in none is left out. */
  readonly variants: readonly SelftestVariant[];
  /** Run every case of a variant on every defect of its cases, not only its own: who notices what. Takes hours for a large suite. */
  readonly everyCase: boolean;
  /** SUTs with a defect that run side by side; most of their time is waiting for what does not come. 1 on hardware. */
  readonly defectsAtOnce: number;
}

type SelftestDeps = Omit<SuiteRunDeps, 'dial' | 'accept' | 'act' | 'cutFrames' | 'progress'> & { readonly progress?: (text: string) => void };

/** Which cases the self-test can run: those that apply in some variant. The reason of the others is that of the first variant. */
export function selectForSelftest(suite: Pick<Suite, 'name' | 'cases'>, variants: readonly SelftestVariant[], only: readonly string[]): Selection {
  const selections = variants.map(({ pics }) => selectCases(suite, { pics, only }));
  const isSelected = (test: ConformanceCase): boolean => selections.some(({ selected }) => selected.includes(test));
  const selected = suite.cases.filter(isSelected);
  const left = new Set(suite.cases.filter((test) => !isSelected(test)).map(({ id }) => id));
  return { selected, excluded: selections[0]?.excluded.filter(({ id }) => left.has(id)) ?? [] };
}

/** Runs the cases on the good SUT and on their defects. @returns One row for each case, in their order. */
export async function runSelftest(suite: Suite, rig: SelftestRig, options: SelftestOptions, deps: SelftestDeps): Promise<SelftestRow[]> {
  const rows = new Map<string, SelftestRow>();
  for (const { variant, cases } of casesByVariant(suite, options)) {
    for (const row of await runVariant({ suite, rig, variant, deps }, cases, options)) rows.set(row.id, row);
  }
  return options.cases.flatMap(({ id }) => rows.get(id) ?? []);
}

/** Each case in the first variant in which it applies. */
function casesByVariant({ name }: Suite, { cases, variants }: SelftestOptions): { readonly variant: SelftestVariant; readonly cases: readonly ConformanceCase[] }[] {
  let left = cases;
  return variants.map((variant) => {
    const { selected } = selectCases({ name, cases: left }, { pics: variant.pics, only: [] });
    left = left.filter((test) => !selected.includes(test));
    return { variant, cases: selected };
  });
}

/** What all runs of one variant have in common. */
interface VariantBench {
  readonly suite: Suite;
  readonly rig: SelftestRig;
  readonly variant: SelftestVariant;
  readonly deps: SelftestDeps;
}

async function runVariant(bench: VariantBench, cases: readonly ConformanceCase[], { everyCase, defectsAtOnce }: SelftestOptions): Promise<SelftestRow[]> {
  if (cases.length === 0) return [];
  const { rig, variant, deps } = bench;
  deps.progress?.(`${variant.name}: ${cases.length} cases on the good SUT`);
  const good = await runOn(bench, undefined, cases);
  const byDefect = new Map<string, SuiteRun>();
  const waiting = [...new Set(cases.map(({ caughtBy }) => caughtBy))].filter((defect) => rig.defects.includes(defect));
  const work = async (): Promise<void> => {
    for (let defect = waiting.shift(); defect !== undefined && deps.signal?.aborted !== true; defect = waiting.shift()) {
      const name = defect;
      const chosen = everyCase ? cases : cases.filter(({ caughtBy }) => caughtBy === name);
      deps.progress?.(`${variant.name}: ${chosen.length} cases on ${name}`);
      byDefect.set(name, await runOn(bench, name, chosen));
    }
  };
  await Promise.all(Array.from({ length: defectsAtOnce }, work));
  return cases.map((test) => rowOf(test, variant.name, good, byDefect.get(test.caughtBy)));
}

async function runOn({ suite, rig, variant, deps }: VariantBench, defect: string | undefined, cases: readonly ConformanceCase[]): Promise<SuiteRun> {
  const { name, pics, pixit } = variant;
  const sut = await rig.start(defect, name);
  const { progress: _text, ...rest } = deps;
  const reach: Pick<SuiteRunDeps, 'dial' | 'accept' | 'act'> = {
    dial: (target) => sut.dial(target),
    accept: (waitMs) => sut.accept(waitMs),
    act: (action, params) => sut.act(action, params),
  };
  try {
    return await runSuite(suite, { cases, pics, pixit, watchLiveness: false }, { ...rest, ...reach, cutFrames: () => suite.cutFrames(pics, pixit) });
  } finally {
    await sut.stop();
  }
}

function rowOf(test: ConformanceCase, variant: string, good: SuiteRun, defective: SuiteRun | undefined): SelftestRow {
  const { id, caughtBy } = test;
  const onReference = outcomeOf(id, good, 'it was not run');
  const onDefect = outcomeOf(id, defective, `there is no defect ${caughtBy}`);
  const noticedBy = (defective?.executed ?? []).filter(({ result }) => result.verdict === 'fail' && result.id !== id).map(({ result }) => result.id);
  return { id, variant, caughtBy, onReference, onDefect, noticedBy, proven: onReference.verdict === 'pass' && onDefect.verdict === 'fail' };
}

function outcomeOf(id: string, run: SuiteRun | undefined, otherwise: string): SelftestRow['onReference'] {
  const result = run?.executed.find((executed) => executed.result.id === id)?.result;
  return result === undefined ? { verdict: 'none', because: run?.findings.join('; ') || otherwise } : { verdict: result.verdict, because: result.because };
}
