/**
 * The verdicts in the order of ETSI ES 201 873-1 (TTCN-3) clause 24.1: a later verdict may only be worse.
 * `error` is the testbed's own fault, never the SUT's. Ending at `none` is a defect of the suite.
 */
export const VERDICTS = ['none', 'pass', 'inconclusive', 'fail', 'error'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The worse of two verdicts. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return VERDICTS.indexOf(a) >= VERDICTS.indexOf(b) ? a : b;
}

/** The worst of many; `none` for an empty list, because nothing was judged. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  let result: Verdict = 'none';
  for (const verdict of verdicts) result = worse(result, verdict);
  return result;
}
