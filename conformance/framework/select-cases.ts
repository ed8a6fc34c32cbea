import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { unmetRequirement, type Pics } from './pics.ts';
import type { Suite } from './suite.ts';

export interface ExcludedCase {
  readonly id: string;
  readonly reason: string;
}

export interface Selection {
  readonly selected: readonly ConformanceCase[];
  readonly excluded: readonly ExcludedCase[];
}

export interface SelectionWish {
  readonly pics: Pics;
  /** Ids, or beginnings of ids that end in `*`; empty: all that apply. */
  readonly only: readonly string[];
  /** Why a case cannot run here although it applies (no restart command, no operator); undefined when it can. */
  readonly hindrance?: (test: ConformanceCase) => string | undefined;
}

/**
 * Which cases apply, and why the others do not.
 * @throws FieldproofError FP_CASE_UNKNOWN for a name in `only` that fits no case, with the nearest one.
 */
export function selectCases({ name, cases }: Pick<Suite, 'name' | 'cases'>, wish: SelectionWish): Selection {
  for (const pattern of wish.only) {
    if (!cases.some(({ id }) => fits(id, pattern))) throw unknownCase(name, pattern, cases);
  }
  const selected: ConformanceCase[] = [];
  const excluded: ExcludedCase[] = [];
  for (const test of cases) {
    const reason = reasonAgainst(test, wish);
    if (reason === undefined) selected.push(test);
    else excluded.push({ id: test.id, reason });
  }
  return { selected, excluded };
}

function reasonAgainst(test: ConformanceCase, { pics, only, hindrance }: SelectionWish): string | undefined {
  if (only.length > 0 && !only.some((pattern) => fits(test.id, pattern))) return 'not asked for (--only)';
  for (const requirement of test.requires) {
    const unmet = unmetRequirement(requirement, pics);
    if (unmet !== undefined) return unmet;
  }
  return hindrance?.(test);
}

function fits(id: string, pattern: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

function unknownCase(suite: string, pattern: string, cases: readonly ConformanceCase[]): FieldproofError {
  const nearest = nearestWord(pattern, cases.map(({ id }) => id));
  const hint = nearest === undefined ? `List the cases with: fieldproof conformance list ${suite}` : `Did you mean ${nearest}?`;
  return new FieldproofError('FP_CASE_UNKNOWN', `the suite ${suite} has no case ${pattern}`, { hint });
}
