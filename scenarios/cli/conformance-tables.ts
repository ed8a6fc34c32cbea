import { caseBasis } from '../../conformance/framework/case-basis.ts';
import { suiteCoverage, type CoverageRow } from '../../conformance/framework/coverage.ts';
import { selectCases } from '../../conformance/framework/select-cases.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { defaultDeclaration, readDeclaration } from '../conformance/declaration.ts';
import { findSuite, SUITES } from '../conformance/suite-table.ts';
import { say, type ProgramContext } from './program-context.ts';

export interface CoverageFlags {
  readonly pics?: string;
  readonly json: boolean;
}

/** `conformance list [suite]` */
export function showCases(name: string | undefined, json: boolean, context: ProgramContext): void {
  if (name === undefined) {
    const rows = SUITES.map((suite) => ({ name: suite.name, subject: suite.subject, cases: suite.cases.length }));
    context.stdout.write(json ? asJson(rows) : rows.map((row) => `${row.name.padEnd(16)} ${row.subject}, ${row.cases} cases\n`).join(''));
    return;
  }
  const { cases } = findSuite(name);
  const rows = cases.map(({ run: _run, ...declaration }) => declaration);
  context.stdout.write(json ? asJson(rows) : rows.map(({ id, level, purpose, caughtBy, ...rest }) => `${id}  ${level}  ${purpose}\n    ${caseBasis(rest).join(', ')}; caught by ${caughtBy}\n`).join(''));
}

/** `conformance coverage <suite>`: a line for each statement on stdout, the sums for people. */
export function showCoverage(suite: Suite, { pics, json }: CoverageFlags, context: ProgramContext): void {
  const declaration = pics === undefined ? defaultDeclaration(suite) : readDeclaration(pics, suite);
  const { excluded } = selectCases(suite, { pics: declaration.pics, only: [] });
  const rows = suiteCoverage(suite, new Map(excluded.map(({ id, reason }) => [id, reason])));
  context.stdout.write(json ? asJson(rows) : rows.map((row) => `${row.key.padEnd(24)} ${row.state.kind.padEnd(15)} ${stateText(row)}\n`).join(''));
  for (const { catalogue } of suite.scopes) say(context, sumText(catalogue, rows.filter(({ statement }) => statement.catalogue === catalogue)));
}

function stateText({ state, statement }: CoverageRow): string {
  if (state.kind === 'covered') return state.cases.map(({ id, caughtBy }) => `${id} (${caughtBy})`).join(', ');
  return 'because' in state ? state.because : statement.summary;
}

function sumText(catalogue: string, rows: readonly CoverageRow[]): string {
  const count = (kind: CoverageRow['state']['kind']): number => rows.filter(({ state }) => state.kind === kind).length;
  const observable = count('covered') + count('excluded') + count('not-covered');
  const share = observable === 0 ? 0 : Math.floor((1_000 * count('covered')) / observable) / 10;
  return (
    `${catalogue}: ${rows.length} statements; ${count('not-bound')} bind others, ${count('not-observable')} not observable; ` +
    `of ${observable} observable ones ${count('covered')} covered (${share} %), ${count('excluded')} excluded, ${count('not-covered')} not covered`
  );
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
