import { formatInstant } from './format-quantity.ts';
import type { CaptureRecord } from './record.ts';

/** Where a capture does not hold everything, in words; empty when it does. */
export function captureStops({ stopped }: CaptureRecord): string {
  return stopped.map(({ by, atMs, because }) => `that of ${by} stops at ${formatInstant(atMs)}: ${because}`).join('; ');
}
