import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import type { CaseResult } from './case-result.ts';
import { CASE_TIME_LIMIT_MS, type CaseContext, type ConformanceCase } from './conformance-case.ts';
import { evidenceDigest, type EvidenceStep } from './evidence.ts';
import { judgeCase, type CaseJudgement } from './judge-case.ts';
import { liveWire, type LiveWireDeps } from './live-wire.ts';

/** A case that was run, with its evidence. */
export interface ExecutedCase {
  readonly test: ConformanceCase;
  readonly result: CaseResult;
  readonly evidence: readonly EvidenceStep[];
}

export interface RunCaseDeps extends Omit<LiveWireDeps, 'record'> {
  /** Takes each step as it happens, for the journal. */
  readonly record: (caseId: string, step: EvidenceStep) => void;
}

/** Steps one case may leave; more means that it does not end by itself. */
export const STEPS_MAX = 100_000;

/**
 * Runs one case against the SUT and judges it. Never throws.
 * @param startMs - When it began, milliseconds since the start of the run.
 */
export async function runCase(test: ConformanceCase, context: CaseContext, deps: RunCaseDeps, startMs: number): Promise<ExecutedCase> {
  const evidence: EvidenceStep[] = [];
  const beganMs = deps.clock.nowMs();
  let over = false;
  const wire = liveWire({
    ...deps,
    record: (step) => {
      // A case that was given up may still be running; what it does then is no evidence.
      if (over) return;
      if (evidence.length >= STEPS_MAX) throw new RangeError(`the case takes more than ${STEPS_MAX} steps`);
      evidence.push(step);
      deps.record(test.id, step);
    },
  });
  const judgement = await inTime(judgeCase(test, wire, context), test.timeLimitMs ?? CASE_TIME_LIMIT_MS, deps.clock);
  await wire.finish();
  over = true;
  return { test, evidence, result: resultOf(test, judgement, evidence, { startMs, durationMs: deps.clock.nowMs() - beganMs, attempts: 1 }) };
}

/** Every wait of a case has its own end, so one that takes longer than its limit hangs by its own fault. */
async function inTime(judgement: Promise<CaseJudgement>, limitMs: number, clock: Clock): Promise<CaseJudgement> {
  const done = new AbortController();
  const hung = sleep(clock, limitMs, done.signal).then(
    (): CaseJudgement => ({ verdict: 'error', cause: 'tester-hung', because: `the tester did not end within ${limitMs} ms`, alsoViolated: [] }),
  );
  const first = await Promise.race([judgement, hung]);
  done.abort();
  return first;
}

/** The record of a case from its judgement. */
export function resultOf(
  test: ConformanceCase,
  { verdict, cause, because, alsoViolated }: CaseJudgement,
  evidence: readonly EvidenceStep[],
  time: Pick<CaseResult, 'startMs' | 'durationMs' | 'attempts'>,
): CaseResult {
  return {
    id: test.id,
    version: test.version,
    level: test.level,
    statements: [...test.statements],
    ...(test.source === undefined ? {} : { source: test.source }),
    purpose: test.purpose,
    verdict,
    cause,
    because,
    alsoViolated: [...alsoViolated],
    ...time,
    steps: evidence.length,
    evidenceSha256: evidenceDigest(evidence),
  };
}
