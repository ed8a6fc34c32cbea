import type { CaseWire } from './case-wire.ts';
import type { Level } from './catalogue.ts';
import type { Pics } from './pics.ts';
import type { Pixit } from './pixit.ts';

/** What a test case says of itself; suites add the stimulus and the reactions that the standard allows (`run`). */
export interface CaseDeclaration {
  /** `TP_<standard>_<role>_<area>_<three digits>`: never used again for another purpose. */
  readonly id: string;
  /** Counts from 1; raised whenever stimulus or allowed reactions change, because a certificate names it. */
  readonly version: number;
  /** The statements it judges, as `<catalogue>/<id>`; each must stand in the catalogue. Empty only where `source` says what the case rests on. */
  readonly statements: readonly string[];
  /** Standard and clause that the case rests on where no catalogue holds a statement of it: `RFC 9525 section 6`. */
  readonly source?: string;
  readonly level: Level;
  /** What is checked, in one sentence. */
  readonly purpose: string;
  /** PICS items that must be declared true, or (written `!ITEM`) declared false, for the case to apply. */
  readonly requires: readonly string[];
  /** The defect that must make it fail (`conformance selftest`). */
  readonly caughtBy: string;
  /** Nothing else may run beside it: it restarts the SUT, or needs it undisturbed. */
  readonly alone?: boolean;
  /** Longest time that the whole case may take, milliseconds; 60,000 by default. A tester that needs longer hangs. */
  readonly timeLimitMs?: number;
}

/** What a case is told besides the wire. Part of the evidence, since a verdict is a function of both. */
export interface CaseContext {
  readonly caseId: string;
  /** Seed of the names (client ids, topics) that this case alone uses, and of everything it draws. */
  readonly seedHex: string;
  readonly pics: Pics;
  readonly pixit: Pixit;
}

/** A case as the framework runs it. */
export interface ConformanceCase extends CaseDeclaration {
  /** Returns when every expectation was met (pass); throws `CaseStop` otherwise. Any other error is the tester's own. */
  readonly run: (wire: CaseWire, context: CaseContext) => Promise<void>;
}

/** The bound on `timeLimitMs` unless a case says otherwise. */
export const CASE_TIME_LIMIT_MS = 60_000;
