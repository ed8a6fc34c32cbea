import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** Where in a user's file an error lies: one-based line and column, and the key as a dotted path. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly key?: string;
}

export interface FieldproofErrorOptions {
  /** What to do next; without it the table's next step for the code stands. */
  readonly hint?: string;
  readonly place?: ErrorPlace;
  readonly cause?: unknown;
}

/** The one error class of fieldproof. The message says what happened, to what, with numbers. */
export class FieldproofError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly place: ErrorPlace | undefined;

  constructor(code: ErrorCode, message: string, options: FieldproofErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FieldproofError';
    this.code = code;
    this.hint = options.hint ?? ERROR_CODES[code].nextStep;
    this.place = options.place;
  }
}

/** `file:line:column key`, as far as it is known; empty when nothing is. Editors and terminals make it clickable. */
export function formatPlace(place: ErrorPlace): string {
  const position = [place.file ?? '', place.line, place.column].filter((part) => part !== undefined && part !== '').join(':');
  return [position, place.key].filter((part) => part !== undefined && part !== '').join(' ');
}

/** The lines a person is shown for an error: place, code and message, then the next step. */
export function formatError(error: unknown): string {
  if (!(error instanceof FieldproofError)) return `error FP_INTERNAL: ${messageOf(error)}\n  next: ${ERROR_CODES.FP_INTERNAL.nextStep}`;
  const place = error.place === undefined ? '' : formatPlace(error.place);
  return `${place === '' ? '' : `${place}\n  `}error ${error.code}: ${error.message}\n  next: ${error.hint}`;
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` that Node puts on system errors (`EADDRINUSE`, `ENOENT`), or undefined. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
