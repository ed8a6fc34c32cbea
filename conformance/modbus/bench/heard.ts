import { EXCEPTION_CODES } from '../../../hil/protocols/modbus/exception.ts';

/** An answer of the SUT in a whole frame. */
export interface Answer {
  readonly kind: 'answer';
  readonly unit: number;
  /** On TCP alone. */
  readonly transactionId: number | undefined;
  readonly pdu: Uint8Array;
  readonly tMs: number;
}

/** What the tester heard next. `tMs`: milliseconds since the case began. */
export type Heard =
  | Answer
  | { readonly kind: 'malformed'; readonly because: string; readonly statements: readonly string[]; readonly bytes: Uint8Array; readonly tMs: number }
  | { readonly kind: 'closed'; readonly how: 'fin' | 'reset'; readonly tMs: number }
  | { readonly kind: 'silence'; readonly waitedMs: number; readonly tMs: number };

/** A reaction that the standard allows at one point of a case. */
export interface Reaction {
  /** For the evidence: `exception 03`. */
  readonly says: string;
  readonly accepts: (heard: Heard) => boolean;
}

/**
 * The exception answer of a function: two bytes, its code with the top bit set and one of these exception codes. Earlier
 * editions of the standard put the MEI type before the exception code of FC43; that is accepted too.
 */
export function exception(functionCode: number, ...codes: readonly [number, ...number[]]): Reaction {
  const isRefusal = (pdu: Uint8Array): boolean => pdu[0] === (functionCode | 0x80) && (pdu.length === 2 || (pdu.length === 3 && functionCode === IDENTIFICATION));
  return {
    says: `exception ${codes.map(twoDigits).join(' or ')}`,
    accepts: (heard) => heard.kind === 'answer' && isRefusal(heard.pdu) && codes.some((code) => code === heard.pdu.at(-1)),
  };
}

const IDENTIFICATION = 43;

/** Exactly this PDU. */
export function pduIs(pdu: Uint8Array, says = `the answer ${hexOf(pdu)}`): Reaction {
  return { says, accepts: (heard) => heard.kind === 'answer' && isSame(heard.pdu, pdu) };
}

/** A PDU of which this holds. @param says - `250 bytes of data`. */
export function pduThat(says: string, holds: (pdu: Uint8Array) => boolean): Reaction {
  return { says, accepts: (heard) => heard.kind === 'answer' && holds(heard.pdu) };
}

/** Any answer to a function, normal or an exception, with nothing said of its data. */
export function anyAnswer(functionCode: number): Reaction {
  return pduThat('an answer', (pdu) => (pdu[0] === functionCode && pdu.length >= 2) || (pdu[0] === (functionCode | 0x80) && pdu.length === 2));
}

export const silence: Reaction = { says: 'silence', accepts: ({ kind }) => kind === 'silence' };
export const connectionEnd: Reaction = { says: 'the end of the connection', accepts: ({ kind }) => kind === 'closed' };

/** What was heard, in words. */
export function told(heard: Heard): string {
  if (heard.kind === 'answer') return pduText(heard.pdu);
  if (heard.kind === 'malformed') return `bytes that are no answer (${heard.because}): ${shortHex(heard.bytes)}`;
  if (heard.kind === 'closed') return `the connection ${heard.how === 'fin' ? 'was closed' : 'broke'}`;
  return `nothing within ${heard.waitedMs} ms`;
}

/** The exception code of an answer; undefined when it is none. */
export function exceptionCodeOf(heard: Heard): number | undefined {
  return heard.kind === 'answer' && heard.pdu.length === 2 && ((heard.pdu[0] ?? 0) & 0x80) !== 0 ? heard.pdu[1] : undefined;
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** A PDU of an answer for people. */
export function pduText(pdu: Uint8Array): string {
  const functionCode = pdu[0] ?? 0;
  if (functionCode < 0x80 || pdu.length !== 2) return `answer ${shortHex(pdu)}`;
  const names: Readonly<Record<number, { readonly name: string }>> = EXCEPTION_CODES;
  const code = pdu[1] ?? 0;
  return `exception ${twoDigits(code)} (${names[code]?.name ?? 'unknown'}) to function ${functionCode & 0x7f}`;
}

/** Bytes of hexadecimal shown. */
const SHOWN_BYTES_MAX = 40;

function shortHex(bytes: Uint8Array): string {
  return bytes.length <= SHOWN_BYTES_MAX ? hexOf(bytes) : `${hexOf(bytes.subarray(0, SHOWN_BYTES_MAX))}... (${bytes.length} bytes)`;
}

function twoDigits(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0');
}
