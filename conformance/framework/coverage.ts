import { FieldproofError } from '../../hil/runtime/errors.ts';
import { loadCatalogue, statementKey, type Statement } from './catalogue.ts';
import type { ConformanceCase } from './conformance-case.ts';
import type { Suite } from './suite.ts';

/** The state of one row of a catalogue, for one suite. */
export type StatementState =
  | { readonly kind: 'covered'; readonly cases: readonly { readonly id: string; readonly caughtBy: string }[] }
  | { readonly kind: 'not-observable'; readonly because: string }
  | { readonly kind: 'excluded'; readonly because: string }
  | { readonly kind: 'not-covered' }
  | { readonly kind: 'not-bound'; readonly because: string };

export interface CoverageRow {
  readonly key: string;
  readonly statement: Statement;
  readonly state: StatementState;
}

/**
 * Accounts for every row of the suite's catalogues.
 * @param excluded - Cases that do not apply here, with the reason; a statement all of whose cases are excluded is excluded.
 * @throws FieldproofError FP_CATALOGUE_INVALID when a case or a reason names a statement that no catalogue holds.
 */
export function suiteCoverage(suite: Suite, excluded: ReadonlyMap<string, string> = new Map()): CoverageRow[] {
  const rows = suite.scopes.flatMap(({ catalogue, binds }) =>
    [...loadCatalogue(catalogue).values()].map((statement) => ({ key: statementKey(catalogue, statement.id), statement, bound: binds(statement) })),
  );
  refuseUnknownStatements(suite, new Set(rows.map(({ key }) => key)));
  const casesOf = casesByStatement(suite.cases);
  return rows.map(({ key, statement, bound }) => ({ key, statement, state: stateOf(key, bound, statement, suite, casesOf, excluded) }));
}

function stateOf(
  key: string,
  bound: boolean,
  statement: Statement,
  suite: Suite,
  casesOf: ReadonlyMap<string, readonly ConformanceCase[]>,
  excluded: ReadonlyMap<string, string>,
): StatementState {
  const cases = casesOf.get(key) ?? [];
  const applying = cases.filter(({ id }) => !excluded.has(id));
  if (applying.length > 0) return { kind: 'covered', cases: applying.map(({ id, caughtBy }) => ({ id, caughtBy })) };
  const [first] = cases;
  if (first !== undefined) return { kind: 'excluded', because: excluded.get(first.id) ?? '' };
  const reason = suite.unobservable.get(key);
  if (reason !== undefined) return { kind: 'not-observable', because: reason };
  if (!bound) return { kind: 'not-bound', because: `binds ${statement.binds}` };
  if (statement.observable === 'none') return { kind: 'not-observable', because: 'the catalogue marks it as not observable on the wire' };
  return { kind: 'not-covered' };
}

/** Statement key to the cases that judge it. */
function casesByStatement(cases: readonly ConformanceCase[]): ReadonlyMap<string, readonly ConformanceCase[]> {
  const byStatement = new Map<string, ConformanceCase[]>();
  for (const test of cases) {
    for (const key of test.statements) {
      const list = byStatement.get(key) ?? [];
      list.push(test);
      byStatement.set(key, list);
    }
  }
  return byStatement;
}

function refuseUnknownStatements({ name, cases, unobservable }: Suite, known: ReadonlySet<string>): void {
  const named = [...cases.flatMap(({ id, statements }) => statements.map((key) => ({ by: id, key }))), ...[...unobservable.keys()].map((key) => ({ by: `${name} (not observable)`, key }))];
  const wrong = named.find(({ key }) => !known.has(key));
  if (wrong !== undefined) throw new FieldproofError('FP_CATALOGUE_INVALID', `${wrong.by} names ${wrong.key}, which the catalogues of ${name} do not hold`);
}
