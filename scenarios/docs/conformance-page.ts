import { caseBasis } from '../../conformance/framework/case-basis.ts';
import { suiteCoverage, type CoverageRow } from '../../conformance/framework/coverage.ts';
import type { ConformanceCase } from '../../conformance/framework/conformance-case.ts';
import type { Suite } from '../../conformance/framework/suite.ts';

/** The reference page of a conformance suite: its form, all its cases, and what it does not judge, with the reason. */
export function conformancePage(suite: Suite): string {
  const rows = suiteCoverage(suite);
  return [
    `# Conformance suite \`${suite.name}\``,
    '',
    `What is under test: ${suite.subject}. Made from the code by \`npm run docs\`.`,
    '',
    ...coverageTable(suite, rows),
    ...picsTable(suite),
    ...caseTables(suite),
    ...openStatements(rows),
  ].join('\n');
}

function coverageTable({ scopes }: Suite, rows: readonly CoverageRow[]): string[] {
  const lines = scopes.map(({ catalogue }) => {
    const of = rows.filter(({ statement }) => statement.catalogue === catalogue);
    const count = (kind: CoverageRow['state']['kind']): number => of.filter(({ state }) => state.kind === kind).length;
    return `| ${catalogue} | ${of.length} | ${count('not-bound')} | ${count('not-observable')} | ${count('covered')} | ${count('not-covered')} |`;
  });
  return ['| Catalogue | Statements | Bind others | Not observable | Covered | Not covered |', '| --- | --: | --: | --: | --: | --: |', ...lines, ''];
}

function picsTable({ pics }: Suite): string[] {
  const lines = pics.map(({ name, question, byDefault, source }) => `| \`${name}\` | ${cell(question)} | ${byDefault ? 'yes' : 'no'} | ${cell(source)} |`);
  return ['## PICS', '', 'What a vendor declares; a capability that is not declared is tested for its refusal.', '', '| Item | Question | Without an answer | Source |', '| --- | --- | --- | --- |', ...lines, ''];
}

function caseTables({ cases }: Suite): string[] {
  const areas = grouped(cases);
  return [...areas].flatMap(([area, list]) => [
    `## ${area}`,
    '',
    '| Case | Purpose | Statements, or source | Applies when | Caught by |',
    '| --- | --- | --- | --- | --- |',
    ...list.map(caseLine),
    '',
  ]);
}

function grouped(cases: readonly ConformanceCase[]): Map<string, ConformanceCase[]> {
  const areas = new Map<string, ConformanceCase[]>();
  for (const test of cases) areas.set(areaOf(test), [...(areas.get(areaOf(test)) ?? []), test]);
  return areas;
}

/** `TP_MQTT5_BROKER_WILL` of `TP_MQTT5_BROKER_WILL_003`. */
function areaOf({ id }: ConformanceCase): string {
  return id.replace(/_\d+$/u, '');
}

function caseLine({ id, version, level, purpose, statements, source, requires, caughtBy, alone }: ConformanceCase): string {
  const basis = caseBasis({ statements: statements.map((key) => key.slice(key.indexOf('/') + 1)), source }).join(', ');
  const notes = [level === 'must' ? '' : ` (${level})`, version === 1 ? '' : ` (version ${version})`, alone === true ? ' (alone)' : ''].join('');
  return `| \`${id}\`${notes} | ${cell(purpose)} | ${cell(basis)} | ${requires.map((item) => `\`${item}\``).join(', ')} | \`${caughtBy}\` |`;
}

function openStatements(rows: readonly CoverageRow[]): string[] {
  const open = rows.filter(({ state }) => state.kind === 'not-observable' || state.kind === 'not-covered');
  const lines = open.map(({ key, state, statement }) => `| ${key} | ${state.kind === 'not-covered' ? 'not covered yet' : 'not observable'} | ${cell('because' in state ? state.because : statement.summary)} |`);
  return ['## Statements without a case', '', '| Statement | State | Why, or what it says |', '| --- | --- | --- |', ...lines, ''];
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}
