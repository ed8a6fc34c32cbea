/** A 16-bit field of a PDU. */
export function word(pdu: Uint8Array, at: number): number {
  return ((pdu[at] ?? 0) << 8) | (pdu[at + 1] ?? 0);
}

/** A PDU of a function code and 16-bit fields. */
export function pduOf(functionCode: number, ...fields: readonly number[]): Uint8Array {
  return Uint8Array.of(functionCode, ...fields.flatMap((field) => [field >>> 8, field & 0xff]));
}

/** The exception code of an answer, 0 when it is none. */
export function exceptionIn(answer: Uint8Array): number {
  return answer.length === 2 && ((answer[0] ?? 0) & 0x80) !== 0 ? (answer[1] ?? 0) : 0;
}

/** The exception answer to a function. */
export function refusalOf(functionCode: number, code: number): Uint8Array {
  return Uint8Array.of(functionCode | 0x80, code);
}

/** Whether it is one of these functions. */
export function isOneOf(pdu: Uint8Array, ...codes: readonly number[]): boolean {
  return codes.some((code) => code === pdu[0]);
}

/** What a read of the tables would answer with nothing but zeros. */
export function zerosFor(pdu: Uint8Array, quantity = word(pdu, 3)): Uint8Array {
  const byteCount = isOneOf(pdu, 1, 2) ? Math.ceil(quantity / 8) : quantity * 2;
  return Uint8Array.of(pdu[0] ?? 0, byteCount, ...new Uint8Array(byteCount));
}

/** The bytes with one of them replaced. */
export function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? value : byte));
}
