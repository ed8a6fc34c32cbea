import type { PointValue, PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { deviceIdentity } from './device-identity.ts';
import { createFileMemory } from './file-memory.ts';
import { createModbusServer, type ModbusServer } from './modbus-server.ts';
import { createRegisterBank } from './register-bank.ts';
import { layOutRegisters, type RegisterLayout } from './register-layout.ts';

/** Where a register is that cannot be read: its process shows what no register can hold. */
const FAILING_ADDRESS = 500;
const INCONSISTENT_FILE = 3;
const FIFO_ADDRESS = 600;
/** Holds a count of 40, more than a queue may have. */
const OVERFULL_ADDRESS = 185;
const KNOWN_ADDRESS = 180;
const KNOWN_VALUE = 0x1234;
const REGISTERS = 200;
const INPUT_REGISTERS = 130;
const BITS = 2_048;

/** What the device declares of itself, as PIXIT values of the suite `modbus-server`. */
export const REFERENCE_VALUES = {
  unitId: 1,
  coils: `0-${BITS - 1}`,
  coilsWritable: `0-${BITS - 1}`,
  discreteInputs: `0-${BITS - 1}`,
  holdingRegisters: `0-${REGISTERS - 1}`,
  holdingRegistersWritable: `0-129, 190-${REGISTERS - 1}`,
  inputRegisters: `0-${INPUT_REGISTERS - 1}`,
  knownHoldingRegister: `${KNOWN_ADDRESS}=${KNOWN_VALUE}`,
  knownInputRegister: '7=263',
  files: '1=0-9999',
  filesWritable: '1=0-99',
  inconsistentFile: INCONSISTENT_FILE,
  fifo: FIFO_ADDRESS,
  fifoOverfull: OVERFULL_ADDRESS,
  failingRegister: FAILING_ADDRESS,
  serverIdBytes: 1,
  connectionsMax: 4,
} as const;

/** Made once: thousands of points take a while to lay out. */
let layout: RegisterLayout | undefined;

/**
 * A good server with every public function and every limit: what the self-test plants its defects into.
 * @param functionCodes - What it offers; all public functions when left out.
 */
export function referenceDevice(clock: Clock, functionCodes?: readonly FunctionCode[]): ModbusServer {
  layout ??= layOutRegisters(points());
  const process = new Map<string, PointValue>(layout.points.map(({ name, table, address }) => [name, beginning(table, address)]));
  const model = { read: (point: string) => process.get(point), write: (point: string, value: PointValue) => void process.set(point, value) };
  const bank = createRegisterBank(layout, model);
  const witness = { served: ignore, written: ignore, refused: ignore, failed: ignore };
  return createModbusServer(bank, clock, witness, {
    ...(functionCodes === undefined ? {} : { functionCodes }),
    identity: deviceIdentity({ name: 'reference', manufacturer: 'Fieldproof', model: 'R1', description: 'd'.repeat(244) }),
    fifoQueues: new Map([[FIFO_ADDRESS, [10, 20, 30]]]),
    createFiles: () => {
      const files = createFileMemory();
      files.spoil(INCONSISTENT_FILE);
      return files;
    },
  });
}

function ignore(): void {}

function points(): Point[] {
  return [
    ...Array.from({ length: REGISTERS }, (_none, address) => register('HOLDING_REGISTERS', address, true)),
    register('HOLDING_REGISTERS', FAILING_ADDRESS, true),
    ...Array.from({ length: INPUT_REGISTERS }, (_none, address) => register('INPUT_REGISTERS', address, false)),
    ...Array.from({ length: BITS }, (_none, address) => bit('COILS', address, true)),
    ...Array.from({ length: BITS }, (_none, address) => bit('DISCRETES_INPUT', address, false)),
  ];
}

/** Values by which an item is told from its neighbours. */
function beginning(table: PrimaryTable, address: number): PointValue {
  if (table === 'HOLDING_REGISTERS' && address === KNOWN_ADDRESS) return KNOWN_VALUE;
  if (table === 'HOLDING_REGISTERS' && address === OVERFULL_ADDRESS) return 40;
  if (table === 'HOLDING_REGISTERS' && address === FAILING_ADDRESS) return 'no number';
  if (table === 'HOLDING_REGISTERS') return address;
  return table === 'INPUT_REGISTERS' ? 256 + address : address % 5 < 2;
}

function register(table: PrimaryTable, address: number, writable: boolean): Point {
  return { ...PLAIN, name: `${table} ${address}`, table, address, writable };
}

function bit(table: PrimaryTable, address: number, writable: boolean): Point {
  return { ...register(table, address, writable), rawType: 'Bool', valueType: 'Bool' };
}

const PLAIN = {
  registerCount: 1,
  rawType: 'Uint16',
  bit: undefined,
  field: undefined,
  byteSwap: false,
  wordSwap: false,
  scale: 1,
  offset: 0,
  units: '',
  valueType: 'Uint16',
  readable: true,
  minimum: undefined,
  maximum: undefined,
  deadband: 0,
  maxSilenceMs: 0,
} as const;
