import type { Verdict } from '../../conformance/verdict.ts';

/** The exit codes of the command line; scripts rely on them, so they never change. */
export const EXIT = { pass: 0, fail: 1, usage: 2, inconclusive: 3, error: 4, retried: 5, interrupted: 130 } as const;

const BY_VERDICT: Readonly<Record<Verdict, number>> = {
  none: EXIT.inconclusive,
  pass: EXIT.pass,
  inconclusive: EXIT.inconclusive,
  fail: EXIT.fail,
  error: EXIT.error,
};

/** When several runs end differently, the first of these that occurred is the exit code of all. */
const PRECEDENCE: readonly number[] = [EXIT.interrupted, EXIT.usage, EXIT.error, EXIT.fail, EXIT.inconclusive, EXIT.retried, EXIT.pass];

export function exitCodeOf(verdict: Verdict, interrupted: boolean): number {
  return interrupted ? EXIT.interrupted : BY_VERDICT[verdict];
}

/** The exit code of several runs; nothing run counts as nothing observed. */
export function combineExitCodes(codes: readonly number[]): number {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.inconclusive;
}
