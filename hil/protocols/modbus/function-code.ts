/** One public function code. */
export interface FunctionCodeEntry {
  readonly name: string;
  /** Section of MODBUS Application Protocol V1.1b3. */
  readonly section: string;
  /** Defined for serial lines only; over TCP a server may refuse it with exception 01. */
  readonly serialOnly: boolean;
  /** It changes data of the server, so a broadcast of it is executed (Modbus over Serial Line V1.02, section 2.1). */
  readonly writes: boolean;
}

/** The 19 public function codes of MODBUS Application Protocol V1.1b3, section 5.1. */
export const FUNCTION_CODES = {
  1: { name: 'read coils', section: '6.1', serialOnly: false, writes: false },
  2: { name: 'read discrete inputs', section: '6.2', serialOnly: false, writes: false },
  3: { name: 'read holding registers', section: '6.3', serialOnly: false, writes: false },
  4: { name: 'read input registers', section: '6.4', serialOnly: false, writes: false },
  5: { name: 'write single coil', section: '6.5', serialOnly: false, writes: true },
  6: { name: 'write single register', section: '6.6', serialOnly: false, writes: true },
  7: { name: 'read exception status', section: '6.7', serialOnly: true, writes: false },
  8: { name: 'diagnostics', section: '6.8', serialOnly: true, writes: false },
  11: { name: 'get comm event counter', section: '6.9', serialOnly: true, writes: false },
  12: { name: 'get comm event log', section: '6.10', serialOnly: true, writes: false },
  15: { name: 'write multiple coils', section: '6.11', serialOnly: false, writes: true },
  16: { name: 'write multiple registers', section: '6.12', serialOnly: false, writes: true },
  17: { name: 'report server id', section: '6.13', serialOnly: true, writes: false },
  20: { name: 'read file record', section: '6.14', serialOnly: false, writes: false },
  21: { name: 'write file record', section: '6.15', serialOnly: false, writes: true },
  22: { name: 'mask write register', section: '6.16', serialOnly: false, writes: true },
  23: { name: 'read/write multiple registers', section: '6.17', serialOnly: false, writes: true },
  24: { name: 'read FIFO queue', section: '6.18', serialOnly: false, writes: false },
  43: { name: 'encapsulated interface transport', section: '6.19', serialOnly: false, writes: false },
} as const satisfies Record<number, FunctionCodeEntry>;

/** A public function code. */
export type FunctionCode = keyof typeof FUNCTION_CODES;

/** All of them, ascending. */
export const PUBLIC_FUNCTION_CODES: readonly FunctionCode[] = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43];

const ENTRY_BY_CODE = new Map<number, FunctionCodeEntry>(Object.entries(FUNCTION_CODES).map(([code, entry]) => [Number(code), entry]));

/** The table's row for a code from the wire, or undefined when the code is not public. */
export function functionCodeEntry(functionCode: number): FunctionCodeEntry | undefined {
  return ENTRY_BY_CODE.get(functionCode);
}
