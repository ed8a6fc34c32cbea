import { RECORD_NUMBER_MAX } from '../../hil/protocols/modbus/limits.ts';
import type { FileRange, FileRecords } from '../../hil/protocols/modbus/request.ts';

/** Why records cannot be reached: there are none, or the memory failed its consistency check. */
export type FileFault = 'absent' | 'inconsistent';

/** The extended memory of a device: files of records, each a 16-bit register (V1.1b3, sections 6.14 and 6.15). */
export interface FileMemory {
  /** What is wrong with a range; undefined when it can be read and written. */
  faultOf(range: FileRange): FileFault | undefined;
  /** Of a range without fault. */
  read(range: FileRange): number[];
  /** To a range without fault. */
  write(records: FileRecords): void;
  /** From now on the file fails its consistency check. */
  spoil(fileNumber: number): void;
}

/** Files 1 to 10 of 10,000 records each: the extended memory that the standard's examples have. */
const STANDARD_FILES: ReadonlyMap<number, number> = new Map(Array.from({ length: 10 }, (_none, index) => [index + 1, RECORD_NUMBER_MAX + 1]));

const NOTHING: ReadonlyMap<number, Uint16Array> = new Map();

/**
 * Files that hold what they begin with until they are written; a file takes memory (2 bytes a record) from its first write on.
 * @param recordCounts - Records of each file by its number, 1 to 65535; at most 10,000 each. Default: files 1 to 10, full.
 * @param beginnings - What files hold at the start, from record 0 on; shared between devices, never changed. The rest is 0.
 */
export function createFileMemory(recordCounts: ReadonlyMap<number, number> = STANDARD_FILES, beginnings: ReadonlyMap<number, Uint16Array> = NOTHING): FileMemory {
  // Made when they are needed, which in most of ten thousand devices is never.
  let contents: Map<number, Uint16Array> | undefined;
  let spoilt: Set<number> | undefined;
  return {
    faultOf: ({ fileNumber, recordNumber, recordLength }) => {
      if (recordNumber + recordLength > (recordCounts.get(fileNumber) ?? 0)) return 'absent';
      return spoilt?.has(fileNumber) === true ? 'inconsistent' : undefined;
    },
    read: ({ fileNumber, recordNumber, recordLength }) => {
      const records = contents?.get(fileNumber) ?? beginnings.get(fileNumber);
      return Array.from({ length: recordLength }, (_none, index) => records?.[recordNumber + index] ?? 0);
    },
    write: ({ fileNumber, recordNumber, values }) => {
      const records = contents?.get(fileNumber) ?? copied(beginnings.get(fileNumber), recordCounts.get(fileNumber) ?? 0);
      contents = (contents ?? new Map<number, Uint16Array>()).set(fileNumber, records);
      records.set(values, recordNumber);
    },
    spoil: (fileNumber) => {
      spoilt = (spoilt ?? new Set<number>()).add(fileNumber);
    },
  };
}

function copied(beginning: Uint16Array | undefined, recordCount: number): Uint16Array {
  const records = new Uint16Array(recordCount);
  if (beginning !== undefined) records.set(beginning);
  return records;
}
