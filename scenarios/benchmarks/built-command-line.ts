import { existsSync } from 'node:fs';
import { FieldproofError } from '../../hil/runtime/errors.ts';

/** @throws FieldproofError FP_USAGE when the command line that a benchmark starts as a process has not been built. */
export function requireBuild(cliEntry: string): void {
  if (existsSync(cliEntry)) return;
  const message = `this benchmark starts the built fieldproof, and ${cliEntry} is not there`;
  throw new FieldproofError('FP_USAGE', message, { hint: 'Run: npm run build' });
}
