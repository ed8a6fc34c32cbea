import type { Verdict } from '../verdict.ts';

/**
 * Ends a test case early with a verdict. Cases are straight-line code, and what the wire said decides half-way through
 * that there is nothing more to learn; everything else that a case throws is the tester's own fault.
 */
export class CaseStop extends Error {
  readonly verdict: Extract<Verdict, 'inconclusive' | 'fail'>;
  /** Statement keys that the SUT violated, when they are not those of the case. */
  readonly statements: readonly string[];

  constructor(verdict: CaseStop['verdict'], because: string, statements: readonly string[] = []) {
    super(because);
    this.verdict = verdict;
    this.statements = statements;
  }
}

/** The SUT did what no reaction that the standard allows covers. */
export function failCase(because: string, statements: readonly string[] = []): never {
  throw new CaseStop('fail', because, statements);
}

/** What the case needed did not come about, so it says nothing about its statements. */
export function inconclusiveCase(because: string): never {
  throw new CaseStop('inconclusive', because);
}
