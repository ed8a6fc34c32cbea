import type { CaseResult } from '../conformance/framework/case-result.ts';
import type { SuiteRecord } from './suite-record.ts';

/** A case that passed; `more` makes it another. */
export function exampleCase(id: string, more: Partial<CaseResult> = {}): CaseResult {
  return {
    id,
    version: 1,
    level: 'must',
    statements: ['mqtt-5.0/MQTT-3.1.0-2'],
    purpose: `A purpose of ${id}`,
    verdict: 'pass',
    cause: 'none',
    because: 'every reaction was one that the standard allows',
    alsoViolated: [],
    startMs: 0,
    durationMs: 12.5,
    attempts: 1,
    steps: 4,
    evidenceSha256: 'ab'.repeat(32),
    ...more,
  };
}

/** A run with one case of every kind; texts hold what could break a format. */
export function exampleSuiteRecord(more: Partial<SuiteRecord> = {}): SuiteRecord {
  const cases = [
    exampleCase('TP_X_001'),
    exampleCase('TP_X_002', { verdict: 'fail', cause: 'misbehaved', because: 'got <b>PUBLISH</b> & "more" | `code`\u0007' }),
    exampleCase('TP_X_003', { verdict: 'inconclusive', cause: 'precondition', because: 'the SUT refuses the connection' }),
    exampleCase('TP_X_004', { verdict: 'error', cause: 'tester-died', because: 'the tester failed' }),
    exampleCase('TP_X_005', { verdict: 'fail', cause: 'misbehaved', level: 'should', because: 'not what it should' }),
  ];
  return {
    schemaVersion: 1,
    kind: 'conformance',
    runId: 'mqtt-broker/20261122T160151.116Z-7',
    suite: { name: 'mqtt-broker', subject: 'an MQTT broker' },
    sut: { address: 'mqtt://127.0.0.1:1883' },
    verdict: 'error',
    exitCode: 4,
    reasons: [],
    seed: 7,
    tier: 'T1',
    repeats: 'the same packets',
    startedAt: '2026-11-22T16:01:51.116Z',
    durationMs: 1_234,
    environment: { fieldproof: '0.1.0', node: 'v20.20.2', platform: 'linux', cpu: 'cpu', cpus: 2, memoryBytes: 1_000_000 },
    pics: { answers: { RETAIN: true, QOS2: false }, sha256: 'cd'.repeat(32) },
    pixit: { answerTimeoutMs: 5_000 },
    cases,
    excluded: [{ id: 'TP_X_009', reason: 'QOS2 is not declared' }],
    statements: [
      { key: 'mqtt-5.0/MQTT-3.1.0-2', summary: 'A second CONNECT', source: 'MQTT 5.0', state: 'covered', verdict: 'fail', cases: ['TP_X_001', 'TP_X_002'], because: '' },
      { key: 'mqtt-5.0/MQTT-3.1.0-3', summary: 'Another', source: 'MQTT 5.0', state: 'not-observable', verdict: 'none', cases: [], because: 'nobody sees it' },
    ],
    journal: { file: 'events.ndjson', entries: 40, headHash: 'ef'.repeat(32) },
    replayCommand: 'npx fieldproof conformance run mqtt-broker --sut mqtt://127.0.0.1:1883 --seed 7',
    ...more,
  };
}
