import type { History } from './history.ts';

/** The instants a check looks at, or why they cannot be told. */
export type Stretch =
  | { readonly kind: 'stretch'; readonly includes: (t: number) => boolean; readonly text: string }
  | { readonly kind: 'unknown'; readonly because: string };

/**
 * The whole run, or one phase of it; a phase that runs several times counts as a whole.
 * @param phase - Its name; undefined for the whole run.
 */
export function duringPhase(history: History, phase: string | undefined): Stretch {
  if (phase === undefined) return { kind: 'stretch', includes: () => true, text: '' };
  const windows = history.phases.filter(({ id }) => id === phase);
  if (windows.length === 0) return { kind: 'unknown', because: `the run had no phase "${phase}"` };
  return { kind: 'stretch', includes: (t) => windows.some(({ startMs, endMs }) => startMs <= t && t < endMs), text: ` during ${phase}` };
}
