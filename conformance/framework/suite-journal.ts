import type { JournalEntry } from '../../hil/runtime/journal.ts';
import type { Observe, ObservationData } from '../../hil/runtime/observation.ts';
import type { CaseResult } from './case-result.ts';
import { evidenceStepSchema, type EvidenceStep } from './evidence.ts';
import type { Pics } from './pics.ts';
import type { Pixit } from './pixit.ts';

/** The events of a conformance run; a case is the source of its own, `runner` of the others. */
export interface SuiteStarted {
  readonly suite: string;
  readonly sut: string;
  readonly seed: number;
  readonly pics: Readonly<Record<string, boolean>>;
  readonly pixit: Pixit;
}

/** Writes a conformance run into a journal, so that it can be judged again from that alone. */
export interface SuiteJournal {
  started(facts: SuiteStarted): void;
  caseStarted(caseId: string, version: number): void;
  step(caseId: string, step: EvidenceStep): void;
  caseEnded(result: CaseResult): void;
  ended(findings: readonly string[]): void;
}

/** @param observerFor - Gives the observer that writes with this source. */
export function suiteJournal(observerFor: (source: string) => Observe): SuiteJournal {
  const runner = observerFor('runner');
  return {
    started: ({ pixit, ...facts }) => runner('suite.started', { ...facts, pixit: pixitData(pixit) }),
    caseStarted: (caseId, version) => observerFor(caseId)('case.started', { version }),
    step: (caseId, step) => observerFor(caseId)('case.step', { ...step }),
    caseEnded: ({ id, verdict, cause, because, evidenceSha256 }) => observerFor(id)('case.ended', { verdict, cause, because, evidenceSha256 }),
    ended: (findings) => runner('suite.ended', { findings }),
  };
}

/** Answers to the PICS as an object. */
export function picsObject(pics: Pics): Record<string, boolean> {
  return Object.fromEntries(pics);
}

/** The steps of the last attempt of each case, by its id. @throws ZodError for an entry that is no step. */
export function evidenceFromJournal(entries: Iterable<JournalEntry>): Map<string, EvidenceStep[]> {
  const byCase = new Map<string, EvidenceStep[]>();
  for (const { source, type, data } of entries) {
    if (type === 'case.started') byCase.set(source, []);
    else if (type === 'case.step') byCase.get(source)?.push(evidenceStepSchema.parse(data));
  }
  return byCase;
}

/** A copy without undefined members, which JSON does not have. */
function pixitData({ credentials, restartCommand, ...rest }: Pixit): ObservationData {
  return { ...rest, ...(credentials === undefined ? {} : { credentials }), ...(restartCommand === undefined ? {} : { restartCommand }) };
}
