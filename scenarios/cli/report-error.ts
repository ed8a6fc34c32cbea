import type { ErrorCode } from '../../hil/runtime/error-codes.ts';
import { FieldproofError, formatError } from '../../hil/runtime/errors.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';

/** Errors that the user mends in what was typed or written; all others are errors of the testbed. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FP_USAGE',
  'FP_FILE_UNREADABLE',
  'FP_YAML_SYNTAX',
  'FP_SCHEMA',
  'FP_CSV_SYNTAX',
  'FP_SCENARIO_UNKNOWN',
  'FP_SCENARIO_REFERENCE',
  'FP_PROFILE_UNKNOWN',
  'FP_RECORD_INVALID',
  'FP_RIG_UNKNOWN_DUT',
  'FP_RIG_RECORDING',
  'FP_SUITE_UNKNOWN',
  'FP_CASE_UNKNOWN',
  'FP_PICS_INVALID',
]);

/** Shows an error to a person and gives the exit code that it means. */
export function reportError(thrown: unknown, context: ProgramContext): number {
  say(context, formatError(thrown));
  return thrown instanceof FieldproofError && USAGE_CODES.has(thrown.code) ? EXIT.usage : EXIT.error;
}
