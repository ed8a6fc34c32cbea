import type { CaseContext } from '../../framework/conformance-case.ts';

const DELAY_MS = 1_000;
const MESSAGES = 30;
const MESSAGES_MAX = 5_000;

/** How long a delayed answer is held back, milliseconds: PIXIT value `faultDelayMs`. */
export function faultDelayMs({ pixit }: CaseContext): number {
  const given = pixit.values['faultDelayMs'];
  return typeof given === 'number' ? given : DELAY_MS;
}

/** Messages of each case that draws its faults: PIXIT value `faultMessages`, 1 to 5,000. */
export function faultMessages({ pixit }: CaseContext): number {
  const given = pixit.values['faultMessages'];
  return typeof given === 'number' ? Math.min(MESSAGES_MAX, Math.max(1, Math.trunc(given))) : MESSAGES;
}
