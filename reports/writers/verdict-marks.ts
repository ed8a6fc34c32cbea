import type { Verdict } from '../../conformance/verdict.ts';

/** A sign for each verdict, for texts that have no colours. */
export const VERDICT_MARKS: Readonly<Record<Verdict, string>> = { pass: '✅', fail: '❌', inconclusive: '❔', error: '⚠️', none: '➖' };
