import { FieldproofError } from '../../hil/runtime/errors.ts';
import { durationMs } from '../../hil/runtime/quantities.ts';

/** `250ms`, `30s`, `2m` in milliseconds. @throws FieldproofError FP_USAGE. */
export function parseDuration(text: string): number {
  const parsed = durationMs.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new FieldproofError('FP_USAGE', `duration "${text}": expected a number with its unit, such as 250ms, 30s or 2m`);
}
