import { caseBasis } from '../../../conformance/framework/case-basis.ts';
import type { CaseResult } from '../../../conformance/framework/case-result.ts';
import type { SuiteRecord } from '../../suite-record.ts';
import type { SuiteWriter } from '../../suite-writer.ts';
import { caseTotals } from '../../suite-summary.ts';
import { xmlAttributes, xmlText } from '../xml-text.ts';

/**
 * `junit.xml`: a testsuite for the run, a testcase for each case, excluded ones as skipped with their reason. fail of a
 * `must` -> `<failure>`; error, inconclusive and none -> `<error>` of that type. A `should` or `info` case that fails does
 * not make the SUT non-conforming: it is skipped with a message that says so. When nothing ran, a testcase `run` says why.
 */
export const suiteJunitWriter: SuiteWriter = {
  format: 'junit',
  fileName: 'junit.xml',
  render: (record) => new TextEncoder().encode(document(record)),
};

function document(record: SuiteRecord): string {
  const { cases, excluded, suite, reasons, verdict } = record;
  const totals = caseTotals(record);
  const runFailed = cases.length === 0 || reasons.length > 0;
  const failures = totals.byVerdict.fail - totals.advisory;
  const runError = runFailed && verdict !== 'pass' ? 1 : 0;
  const counts = {
    tests: cases.length + excluded.length + runError,
    failures,
    errors: totals.byVerdict.error + totals.byVerdict.inconclusive + totals.byVerdict.none + runError,
    time: (record.durationMs / 1_000).toFixed(3),
  };
  const skipped = excluded.length + totals.advisory;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: 'fieldproof', ...counts })}>`,
    `  <testsuite${xmlAttributes({ name: suite.name, ...counts, skipped, timestamp: record.startedAt.replace(/(?:\.\d+)?Z$/u, '') })}>`,
    '    <properties>',
    ...Object.entries(properties(record)).map(([name, value]) => `      <property${xmlAttributes({ name, value })}/>`),
    '    </properties>',
    ...cases.map((result) => testcase(suite.name, result)),
    ...excluded.map(({ id, reason }) => element(suite.name, id, 0, [`      <skipped${xmlAttributes({ message: reason })}/>`])),
    ...(runError === 0 ? [] : [element(suite.name, 'run', 0, [problem('error', verdict, reasons.join('; ') || 'no case was run')])]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function properties({ runId, sut, seed, tier, verdict, replayCommand, journal, pics }: SuiteRecord): Record<string, string | number> {
  return { sut: sut.address, runId, verdict, seed, tier, replay: replayCommand, journal: journal.headHash, pics: pics.sha256 };
}

function testcase(suite: string, { id, verdict, level, because, statements, source, purpose, durationMs, cause }: CaseResult): string {
  const told = `${because} [${caseBasis({ statements, source }).join(', ')}] ${purpose}`;
  if (verdict === 'pass') return element(suite, id, durationMs, []);
  if (verdict === 'fail' && level !== 'must') return element(suite, id, durationMs, [`      <skipped${xmlAttributes({ message: `${level}, not met: ${told}` })}/>`]);
  return element(suite, id, durationMs, [problem(verdict === 'fail' ? 'failure' : 'error', verdict === 'fail' ? cause : verdict, told)]);
}

function problem(name: 'failure' | 'error', type: string, text: string): string {
  return `      <${name}${xmlAttributes({ type, message: text })}>${xmlText(text)}</${name}>`;
}

function element(classname: string, name: string, durationMs: number, lines: readonly string[]): string {
  const open = `    <testcase${xmlAttributes({ classname, name, time: (durationMs / 1_000).toFixed(3) })}`;
  return lines.length === 0 ? `${open}/>` : [`${open}>`, ...lines, '    </testcase>'].join('\n');
}
