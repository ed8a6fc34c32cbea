/** One change of a table. Keys and values are copied or kept: they must not be written to afterwards. */
export type TableChange =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** A key and its value. */
export type TableRow = readonly [key: Uint8Array, value: Uint8Array];

/** `corrupt`: what is stored cannot be read as it was written. `locked`: another process has it. `io`: everything else. */
export type TableFaultKind = 'corrupt' | 'locked' | 'io';

/** What a table throws. The message is the storage's own, for people. */
export class TableFault extends Error {
  readonly kind: TableFaultKind;

  constructor(kind: TableFaultKind, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'TableFault';
    this.kind = kind;
  }
}

/**
 * An ordered table of bytes on a medium, as the broker's store needs it: the port behind which `level-table.ts` stands.
 * Every method throws `TableFault`.
 */
export interface StoredTable {
  /** Opens it, and makes it when it is not there. Harmless when it is open. */
  open(): Promise<void>;
  /** Harmless when it is closed. */
  close(): Promise<void>;
  /**
   * Stores all changes or none, behind those of earlier calls.
   * @param isSynced - Resolves only when the medium has them (fsync); else when the operating system has them.
   */
  write(changes: readonly TableChange[], isSynced: boolean): Promise<void>;
  /** The values of these keys, in their order; undefined for what is not there. */
  read(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Every row whose key begins with this byte, in the order of keys, many at a time. */
  scan(firstByte: number): AsyncIterable<readonly TableRow[]>;
  /** Saves what can be saved of a corrupt table, which must be closed. */
  repair(): Promise<void>;
}
