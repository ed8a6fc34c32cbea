import type { CaseResult } from '../../conformance/framework/case-result.ts';
import { suiteCoverage, type CoverageRow } from '../../conformance/framework/coverage.ts';
import type { ExcludedCase } from '../../conformance/framework/select-cases.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { worst } from '../../conformance/verdict.ts';
import type { StatementRecord } from '../../reports/suite-record.ts';

/** What became of each statement that binds the suite's SUT, in the order of the catalogues. */
export function statementRecords(suite: Suite, excluded: readonly ExcludedCase[], results: readonly CaseResult[]): StatementRecord[] {
  const reasons = new Map(excluded.map(({ id, reason }) => [id, reason]));
  const byId = new Map(results.map((result) => [result.id, result]));
  return suiteCoverage(suite, reasons).flatMap((row) => recordOf(row, byId));
}

function recordOf({ key, statement, state }: CoverageRow, byId: ReadonlyMap<string, CaseResult>): StatementRecord[] {
  if (state.kind === 'not-bound') return [];
  const { summary, source } = statement;
  const cases = state.kind === 'covered' ? state.cases.map(({ id }) => id) : [];
  const verdict = worst(cases.flatMap((id) => byId.get(id)?.verdict ?? []));
  return [{ key, summary, source, state: state.kind, verdict, cases, because: 'because' in state ? state.because : '' }];
}
