import type { CheckRecord, RunRecord } from '../record.ts';
import type { ReportWriter } from '../report-writer.ts';
import { formatInstant } from '../format-quantity.ts';
import { runIsWorseThanChecks, verdictTotals } from '../verdict-summary.ts';
import { xmlAttributes, xmlText } from './xml-text.ts';

/**
 * `junit.xml`: a testsuite for the scenario, a testcase for each check. fail -> `<failure>`; error, inconclusive and none
 * -> `<error>` of that type, since none of them may look green. When the run is worse than its checks say (a child died,
 * nothing was judged), one more testcase named `run` carries the reasons.
 */
export const junitWriter: ReportWriter = {
  format: 'junit',
  fileName: 'junit.xml',
  render: (record) => new TextEncoder().encode(document(record)),
};

function document(record: RunRecord): string {
  const totals = verdictTotals(record.checks);
  const withRun = runIsWorseThanChecks(record);
  const tests = record.checks.length + (withRun ? 1 : 0);
  const failures = totals.fail + (withRun && record.verdict === 'fail' ? 1 : 0);
  const errors = tests - totals.pass - failures;
  const counts = { tests, failures, errors, time: (record.durationMs / 1_000).toFixed(3) };
  const suite = { name: record.scenario.name, ...counts, skipped: 0, timestamp: record.startedAt.replace(/(?:\.\d+)?Z$/u, '') };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: 'fieldproof', ...counts })}>`,
    `  <testsuite${xmlAttributes(suite)}>`,
    '    <properties>',
    ...Object.entries(properties(record)).map(([name, value]) => `      <property${xmlAttributes({ name, value })}/>`),
    '    </properties>',
    ...record.checks.map((check) => testcase(record, check.id, check.judgement.verdict, check.judgement.because, evidence(check))),
    ...(withRun ? [runTestcase(record)] : []),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function properties(record: RunRecord): Record<string, string | number> {
  const { runId, seed, tier, replayCommand, scenario, verdict, journal } = record;
  const { file, sha256 } = scenario;
  return { scenario: file, scenarioSha256: sha256, runId, verdict, seed, tier, replay: replayCommand, journal: journal.headHash };
}

function runTestcase(record: RunRecord): string {
  const because = record.reasons.length === 0 ? 'no check was judged' : record.reasons.join('; ');
  return testcase(record, 'run', record.verdict, because, record.reasons.join('\n'));
}

function testcase(record: RunRecord, name: string, verdict: string, because: string, output: string): string {
  const element = verdict === 'fail' ? 'failure' : 'error';
  const problem = `      <${element}${xmlAttributes({ type: verdict, message: because })}>${xmlText(because)}</${element}>`;
  const lines = [...(verdict === 'pass' ? [] : [problem]), ...(output === '' ? [] : [`      <system-out>${xmlText(output)}</system-out>`])];
  const open = `    <testcase${xmlAttributes({ classname: record.scenario.name, name })}`;
  return lines.length === 0 ? `${open}/>` : [`${open}>`, ...lines, '    </testcase>'].join('\n');
}

/** Each finding on a line: time, text, faults active. */
function evidence({ judgement }: CheckRecord): string {
  const { findings, findingsTotal } = judgement;
  const lines = findings.map(({ t, text, faults }) => {
    const during = faults.length === 0 ? '' : ` [${faults.join(', ')}]`;
    return `${t === undefined ? '-' : formatInstant(t)} ${text}${during}`;
  });
  const more = findingsTotal > findings.length ? [`${findingsTotal - findings.length} more findings were counted and not listed`] : [];
  return [...lines, ...more].join('\n');
}
