import { FieldproofError, messageOf, systemCodeOf } from '../runtime/errors.ts';

/**
 * The FP_LINK_CLOSED error of a link.
 * @param linkName - `ByteLink.name`.
 * @param reason - What closed it, as the end of a sentence: `was closed`, `was reset by its peer`.
 */
export function linkClosedError(linkName: string, reason: string, cause?: unknown): FieldproofError {
  return new FieldproofError('FP_LINK_CLOSED', `${linkName} ${reason}`, { cause });
}

/** FP_LINK_CLOSED out of an error of the carrier, with the reason that the system gave. */
export function linkFailedError(linkName: string, cause: unknown): FieldproofError {
  return linkClosedError(linkName, `failed: ${reasonOf(cause)}`, cause);
}

/** The text of a carrier's error; connecting to a name with several addresses gives an error with a code and no text. */
export function reasonOf(cause: unknown): string {
  const message = messageOf(cause);
  return message === '' ? (systemCodeOf(cause) ?? 'unknown reason') : message;
}
