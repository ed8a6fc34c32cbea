import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { uint16At } from '../../hil/protocols/modbus/big-endian.ts';

/** What a request is about, as far as its first bytes tell. */
export interface RequestFacts {
  readonly unit: number;
  /** 0 for a response that nobody asked for and that tells none. */
  readonly functionCode: number;
  /** The addresses that it reads or writes; undefined where the function code has none. */
  readonly range: AddressRange | undefined;
}

export interface AddressRange {
  readonly table: PrimaryTable;
  /** Zero-based. */
  readonly address: number;
  readonly count: number;
}

const TABLES: Readonly<Record<number, PrimaryTable>> = {
  1: 'COILS',
  2: 'DISCRETES_INPUT',
  3: 'HOLDING_REGISTERS',
  4: 'INPUT_REGISTERS',
  5: 'COILS',
  6: 'HOLDING_REGISTERS',
  15: 'COILS',
  16: 'HOLDING_REGISTERS',
  22: 'HOLDING_REGISTERS',
  // What it reads; what it writes is not told apart.
  23: 'HOLDING_REGISTERS',
};
/** These state one address and no quantity. */
const SINGLE = new Set([5, 6, 22]);

/** Total: a PDU that is too short reads as zeros. */
export function requestFacts(unit: number, pdu: Uint8Array): RequestFacts {
  const functionCode = pdu[0] ?? 0;
  const table = TABLES[functionCode];
  if (table === undefined) return { unit, functionCode, range: undefined };
  return { unit, functionCode, range: { table, address: uint16At(pdu, 1), count: SINGLE.has(functionCode) ? 1 : uint16At(pdu, 3) } };
}

/** Whether the response can be the answer to a request: its function code, and the byte count that the quantity asks for. */
export function mayAnswer({ functionCode, range }: RequestFacts, pdu: Uint8Array): boolean {
  if (((pdu[0] ?? 0) & 0x7f) !== functionCode) return false;
  if ((pdu[0] ?? 0) >= 0x80 || range === undefined) return true;
  if (functionCode <= 2) return pdu[1] === (range.count + 7) >>> 3;
  if (functionCode === 3 || functionCode === 4 || functionCode === 23) return pdu[1] === range.count * 2;
  return uint16At(pdu, 1) === range.address;
}
