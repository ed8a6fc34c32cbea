import { FieldproofError } from '../../../hil/runtime/errors.ts';
import type { Pixit } from '../../framework/pixit.ts';
import { parseRanges, type AddressRange } from './address-ranges.ts';

/** The four tables, as PIXIT values name them. */
export const TABLES = ['coils', 'discreteInputs', 'holdingRegisters', 'inputRegisters'] as const;
export type TableName = (typeof TABLES)[number];
export type WritableTable = Extract<TableName, 'coils' | 'holdingRegisters'>;

/** An address and what it always holds. */
export interface KnownValue {
  readonly address: number;
  readonly value: number;
}

/** The PIXIT values of a Modbus server, read. Left-out ones are undefined; cases that need them do not apply. */
export interface DeclaredDevice {
  readonly unitId: number;
  /** Whether cases that change data or counters may run. */
  readonly writes: boolean;
  /** All addresses that exist. */
  readonly exists: Readonly<Record<TableName, readonly AddressRange[]>>;
  /** Addresses that hold what is written to them until the next write, and that nobody else writes. */
  readonly writable: Readonly<Record<WritableTable, readonly AddressRange[]>>;
  readonly known: Readonly<Record<Extract<TableName, 'holdingRegisters' | 'inputRegisters'>, KnownValue | undefined>>;
  /** Unit ids of others on the serial line. */
  readonly otherUnits: readonly number[];
  readonly frameGapMs: number;
  readonly recoveryMs: number;
  readonly asciiGapMs: number;
}

/** Names of PIXIT values that cases may need, beside `writes`, each with what it is for. */
export const MODBUS_VALUES = {
  unitId: 'unit id of the SUT, 0 to 255; 1',
  writes: 'false: no case that writes, and none that clears counters or restarts communications; true',
  coils: 'all PDU addresses that exist: "0-99, 2000"',
  coilsWritable: 'those that hold what the tester writes, and that move nothing',
  discreteInputs: 'all that exist',
  holdingRegisters: 'all that exist',
  holdingRegistersWritable: 'those that hold what the tester writes, and that move nothing',
  inputRegisters: 'all that exist',
  knownHoldingRegister: 'a register whose value never changes: "12=4711"',
  knownInputRegister: 'the same among the input registers',
  files: 'a file and its records: "1=0-99"',
  filesWritable: 'the same, of records that the tester may write',
  inconsistentFile: 'number of a file whose memory fails its check',
  fifo: 'pointer address of a FIFO queue of at most 31 registers',
  fifoOverfull: 'pointer address of a queue of more than 31',
  failingRegister: 'a holding register whose reading fails (exception 04)',
  serverIdBytes: 'bytes of the server id before the run indicator (FC17)',
  connectionsMax: 'TCP connections served at once',
  otherUnits: 'unit ids of other devices on the same serial line: "2, 3"',
  frameGapMs: 'silence that ends an RTU answer for the tester, milliseconds; 30',
  recoveryMs: 'from bytes that are no request until the SUT listens again, milliseconds; 1000',
  asciiGapMs: 'longest gap between characters of an ASCII frame that the SUT bears, milliseconds; 1000',
} as const;
export type ModbusValue = keyof typeof MODBUS_VALUES;

const READ = new WeakMap<Pixit, DeclaredDevice>();

/** Reads the PIXIT values. @throws FieldproofError FP_PICS_INVALID for one that cannot be read. */
export function declaredDevice(pixit: Pixit): DeclaredDevice {
  const read = READ.get(pixit) ?? readDevice(pixit);
  READ.set(pixit, read);
  return read;
}

function readDevice({ values }: Pixit): DeclaredDevice {
  const ranges = (name: ModbusValue): readonly AddressRange[] => parseRanges(name, String(values[name] ?? ''));
  const number = (name: ModbusValue, otherwise: number): number => {
    const value = values[name] ?? otherwise;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value ${name} is no whole number: ${String(value)}`);
  };
  return {
    unitId: number('unitId', 1),
    writes: values['writes'] !== false,
    exists: { coils: ranges('coils'), discreteInputs: ranges('discreteInputs'), holdingRegisters: ranges('holdingRegisters'), inputRegisters: ranges('inputRegisters') },
    writable: { coils: ranges('coilsWritable'), holdingRegisters: ranges('holdingRegistersWritable') },
    known: { holdingRegisters: knownValue(values['knownHoldingRegister']), inputRegisters: knownValue(values['knownInputRegister']) },
    otherUnits: ranges('otherUnits').flatMap(({ first, count }) => Array.from({ length: count }, (_none, index) => first + index)),
    frameGapMs: number('frameGapMs', 30),
    recoveryMs: number('recoveryMs', 1_000),
    asciiGapMs: number('asciiGapMs', 1_000),
  };
}

function knownValue(text: string | number | boolean | undefined): KnownValue | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,5})\s*=\s*(\d{1,5})$/u.exec(String(text));
  if (match === null) throw new FieldproofError('FP_PICS_INVALID', `a known register is written "12=4711", not "${String(text)}"`);
  return { address: Number(match[1]), value: Number(match[2]) };
}
