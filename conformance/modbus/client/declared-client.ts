import { FieldproofError } from '../../../hil/runtime/errors.ts';
import type { Pixit } from '../../framework/pixit.ts';
import { parseRanges, type AddressRange } from '../bench/address-ranges.ts';
import type { TableName } from '../bench/declared-device.ts';

/** Writes that the tester can make a client do (PIXIT commands). */
export const CLIENT_WRITES = ['writeCoil', 'writeRegister', 'writeCoils', 'writeRegisters', 'writeBroadcast'] as const;
export type ClientWrite = (typeof CLIENT_WRITES)[number];

/** A point of the client whose last value can be seen from outside. */
export interface ObservedPoint {
  readonly table: TableName;
  /** PDU address. */
  readonly address: number;
}

/** The PIXIT values of a Modbus client, read. */
export interface DeclaredClient {
  /** What the client is configured to ask for, PDU addresses. */
  readonly polls: Readonly<Record<TableName, readonly AddressRange[]>>;
  readonly observed: Readonly<Record<TableName, ObservedPoint | undefined>>;
  /** A published value is the register times this. */
  readonly observeScale: number;
  /** What the client shows for a point that it has no value of, beside nothing at all. */
  readonly observedWithoutData: number | undefined;
  readonly observeWithinMs: number;
  readonly observeEveryMs: number;
  /** Unit ids of the devices that it polls over this line. */
  readonly units: readonly number[];
  readonly groupRegistersMax: number | undefined;
  readonly groupBitsMax: number | undefined;
  readonly responseTimeoutMs: number | undefined;
  readonly retries: number | undefined;
  readonly outstandingMax: number;
  readonly busyPauseMs: number | undefined;
  readonly turnaroundMs: number;
  readonly baudRate: number;
  readonly frameGapMs: number;
  readonly asciiGapMs: number;
  readonly connectWaitMs: number;
  readonly watchMs: number;
  readonly patienceMs: number;
}

/** Names of PIXIT values of this suite, each with what it is for. */
export const CLIENT_VALUES = {
  observe: 'where values of points show: mqtt://host:port/topic#path (path into a JSON payload), or a command whose last line on stdout is the value; {point} stands for the name of the point',
  observedCoil: 'a coil that the client polls and shows as 0 and 1 (or false and true): "12=pump-on", PDU address and name of the point',
  observedDiscreteInput: 'the same among the discrete inputs',
  observedHoldingRegister: 'a holding register that the client polls and shows as an unsigned number: "12=speed"',
  observedInputRegister: 'the same among the input registers',
  observeScale: 'shown value = register x this; 1',
  observedWithoutData: 'a number that the client shows while it has no value of a point; none',
  observeWithinMs: 'longest time until a new value shows, milliseconds; 15000',
  observeEveryMs: 'how often it is looked, milliseconds; 200',
  writeCoil: 'a command that makes the client write one coil (FC05), and that exits with 0 exactly when the client says that it is done',
  writeRegister: 'the same for one register (FC06)',
  writeCoils: 'the same for several coils (FC15)',
  writeRegisters: 'the same for several registers (FC16)',
  writeBroadcast: 'a command that makes the client write as a broadcast (serial lines)',
  coils: 'all coils that the client is configured to poll, PDU addresses: "0-99, 2000"',
  discreteInputs: 'the same among the discrete inputs',
  holdingRegisters: 'the same among the holding registers',
  inputRegisters: 'the same among the input registers',
  units: 'unit ids that the client polls over this line: "1, 2"',
  groupRegistersMax: 'most registers of one read that the client is configured for',
  groupBitsMax: 'most coils or discrete inputs of one read that the client is configured for',
  responseTimeoutMs: 'response timeout that the client is configured for, milliseconds',
  retries: 'repetitions of an unanswered request that the client is configured for',
  outstandingMax: 'requests that the client has outstanding on a TCP connection at most; 16',
  busyPauseMs: 'pause of the client after exception 05 or 06, milliseconds; without it, half of its usual period',
  turnaroundMs: 'turnaround delay of the client after a broadcast, milliseconds; 10',
  baudRate: 'rate of the serial line; 19200',
  parity: 'parity of the serial line: even, odd or none; even',
  stopBits: 'stop bits of the serial line; 1',
  frameGapMs: 'silence that ends an RTU request for the tester, milliseconds; 30',
  asciiGapMs: 'longest gap between characters of an ASCII frame that the client bears, milliseconds; 1000',
  connectWaitMs: 'longest wait for the client to connect, milliseconds; 30000',
  watchMs: 'how long the requests of the client are watched, milliseconds; 5000',
  patienceMs: 'longest time that the client may do nothing after a request went unanswered, milliseconds; 60000',
} as const;
export type ClientValue = keyof typeof CLIENT_VALUES;

const OBSERVED_VALUES: Readonly<Record<TableName, ClientValue>> = {
  coils: 'observedCoil',
  discreteInputs: 'observedDiscreteInput',
  holdingRegisters: 'observedHoldingRegister',
  inputRegisters: 'observedInputRegister',
};

const READ = new WeakMap<Pixit, DeclaredClient>();

/** Reads the PIXIT values. @throws FieldproofError FP_PICS_INVALID for one that cannot be read. */
export function declaredClient(pixit: Pixit): DeclaredClient {
  const read = READ.get(pixit) ?? readClient(pixit);
  READ.set(pixit, read);
  return read;
}

/** The name of the PIXIT value that says which point of a table can be seen. */
export function observedValueName(table: TableName): ClientValue {
  return OBSERVED_VALUES[table];
}

/** Name of an observed point, for the place where it shows. */
export function pointNameOf({ values }: Pixit, table: TableName): string {
  return pointOf(table, values[OBSERVED_VALUES[table]])?.name ?? '';
}

function readClient({ values }: Pixit): DeclaredClient {
  const ranges = (name: ClientValue): readonly AddressRange[] => parseRanges(name, String(values[name] ?? ''));
  const optional = (name: ClientValue): number | undefined => numberOf(name, values[name]);
  const number = (name: ClientValue, otherwise: number): number => optional(name) ?? otherwise;
  const observed = (table: TableName): ObservedPoint | undefined => pointOf(table, values[OBSERVED_VALUES[table]]);
  return {
    polls: { coils: ranges('coils'), discreteInputs: ranges('discreteInputs'), holdingRegisters: ranges('holdingRegisters'), inputRegisters: ranges('inputRegisters') },
    observed: { coils: observed('coils'), discreteInputs: observed('discreteInputs'), holdingRegisters: observed('holdingRegisters'), inputRegisters: observed('inputRegisters') },
    observeScale: number('observeScale', 1),
    observedWithoutData: optional('observedWithoutData'),
    observeWithinMs: number('observeWithinMs', 15_000),
    observeEveryMs: number('observeEveryMs', 200),
    units: ranges('units').flatMap(({ first, count }) => Array.from({ length: count }, (_none, index) => first + index)),
    groupRegistersMax: optional('groupRegistersMax'),
    groupBitsMax: optional('groupBitsMax'),
    responseTimeoutMs: optional('responseTimeoutMs'),
    retries: optional('retries'),
    outstandingMax: number('outstandingMax', 16),
    busyPauseMs: optional('busyPauseMs'),
    turnaroundMs: number('turnaroundMs', 10),
    baudRate: number('baudRate', 19_200),
    frameGapMs: number('frameGapMs', 30),
    asciiGapMs: number('asciiGapMs', 1_000),
    connectWaitMs: number('connectWaitMs', 30_000),
    watchMs: number('watchMs', 5_000),
    patienceMs: number('patienceMs', 60_000),
  };
}

function numberOf(name: ClientValue, value: string | number | boolean | undefined): number | undefined {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value ${name} is no number: ${String(value)}`);
}

function pointOf(table: TableName, text: string | number | boolean | undefined): (ObservedPoint & { readonly name: string }) | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,5})(?:\s*=\s*(.+))?$/u.exec(String(text));
  const address = Number(match?.[1]);
  if (match === null || address > 65_535) {
    throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value ${OBSERVED_VALUES[table]} is written "12=name", not "${String(text)}"`);
  }
  return { table, address, name: match[2] ?? '' };
}
