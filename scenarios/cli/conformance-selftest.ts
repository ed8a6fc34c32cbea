import { runSelftest, selectForSelftest, type SelftestRow } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { ConformanceCase } from '../../conformance/framework/conformance-case.ts';
import { randomFromSeed, type Random } from '../../hil/runtime/random.ts';
import { selftestRig, selftestVariants } from '../conformance/selftest-rig.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';

export interface SelftestFlags {
  readonly reference?: string;
  readonly only?: readonly string[];
  readonly sample?: number;
  readonly matrix: boolean;
  readonly seed?: number;
  readonly json: boolean;
}

/** Defective SUTs at once: their cases wait most of the time. */
const DEFECTS_AT_ONCE = 12;

/** `conformance selftest <suite>` @returns 0 when every case is proven, 1 otherwise. */
export async function selftestFromFlags(suite: Suite, flags: SelftestFlags, context: ProgramContext): Promise<number> {
  const variants = selftestVariants(suite, flags.reference);
  const random = randomFromSeed(flags.seed ?? context.drawSeed());
  const { selected, excluded } = selectForSelftest(suite, variants, flags.only ?? []);
  const cases = flags.sample === undefined ? selected : sampleOf(selected, flags.sample, random.child('sample'));
  const rig = selftestRig(suite, flags.reference, { clock: context.clock, random: random.child('reference') });
  const rows = await runSelftest(suite, rig, { cases, variants, everyCase: flags.matrix, defectsAtOnce: DEFECTS_AT_ONCE }, {
    clock: context.clock,
    random,
    record: () => undefined,
    progress: (text) => say(context, text),
  });
  show(rows, flags, context);
  for (const { id, reason } of excluded) if (reason !== 'not asked for (--only)') say(context, `not run: ${id}: ${reason}`);
  return rows.length > 0 && rows.every(({ proven }) => proven) ? EXIT.pass : EXIT.fail;
}

function show(rows: readonly SelftestRow[], { json, matrix }: SelftestFlags, context: ProgramContext): void {
  if (json) context.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else for (const row of rows) context.stdout.write(rowText(row, matrix));
  say(context, `${rows.filter(({ proven }) => proven).length} of ${rows.length} cases proven able to fail`);
}

function rowText({ id, variant, caughtBy, onReference, onDefect, noticedBy, proven }: SelftestRow, matrix: boolean): string {
  const others = matrix ? `  also noticed by ${noticedBy.length}: ${noticedBy.join(' ')}` : '';
  if (proven) return `proven      ${id}  by ${caughtBy}  (${variant})${others}\n`;
  return `NOT PROVEN  ${id}  by ${caughtBy}  (${variant})${others}\n    good SUT: ${onReference.verdict}: ${onReference.because}\n    defect:   ${onDefect.verdict}: ${onDefect.because}\n`;
}

/** So many of the cases, in their order; the same for the same seed. */
function sampleOf(cases: readonly ConformanceCase[], size: number, random: Random): ConformanceCase[] {
  const drawn = new Set<ConformanceCase>();
  const left = [...cases];
  while (drawn.size < size && left.length > 0) {
    for (const test of left.splice(random.integer(0, left.length - 1), 1)) drawn.add(test);
  }
  return cases.filter((test) => drawn.has(test));
}
