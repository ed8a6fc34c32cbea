import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import { samplePoint } from '../../hil/gateway/southbound/sample-point.contract.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { createModbusServer, type ModbusServer, type ServerOptions, type ServerWitness } from './modbus-server.ts';
import type { ProcessModel } from './process-model.ts';
import { createRegisterBank, type PointValues, type RegisterBank } from './register-bank.ts';
import { layOutRegisters, type MemoryKind } from './register-layout.ts';

/**
 * A device with a little of everything. Holding registers: 0 word, 1-2 total (Uint32), 3 bit 0 low and bit 15 high, 4
 * fixed (read-only), 6 float 6-7; 5 is a gap. Coils 10-12, discrete inputs 0-8, input registers 65533-65535.
 */
export const TEST_POINTS = [
  samplePoint({ name: 'word', address: 0 }),
  samplePoint({ name: 'total', address: 1, registerCount: 2, rawType: 'Uint32', valueType: 'Uint32' }),
  samplePoint({ name: 'low', address: 3, rawType: 'Bool', bit: 0, valueType: 'Bool' }),
  samplePoint({ name: 'high', address: 3, rawType: 'Bool', bit: 15, valueType: 'Bool' }),
  samplePoint({ name: 'fixed', address: 4, writable: false }),
  samplePoint({ name: 'float', address: 6, registerCount: 2, rawType: 'Float32', valueType: 'Float32' }),
  ...[10, 11, 12].map((address) => samplePoint({ name: `coil${address}`, table: 'COILS', address, rawType: 'Bool', valueType: 'Bool' })),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((address) =>
    samplePoint({ name: `input${address}`, table: 'DISCRETES_INPUT', address, rawType: 'Bool', valueType: 'Bool', writable: false }),
  ),
  ...[65_533, 65_534, 65_535].map((address) => samplePoint({ name: `in${address}`, table: 'INPUT_REGISTERS', address, writable: false })),
];

/** What the witness of a test device saw, in order. */
export type Witnessed =
  | { readonly kind: 'served' | 'written'; readonly values: PointValues }
  | { readonly kind: 'refused'; readonly functionCode: number; readonly exceptionCode: number }
  | { readonly kind: 'failed'; readonly thrown: unknown };

export interface TestDevice {
  /** What the process holds, by point; change it to make the process move. */
  readonly process: Map<string, PointValue>;
  readonly bank: RegisterBank;
  readonly server: ModbusServer;
  readonly seen: Witnessed[];
}

export interface TestDeviceOptions extends ServerOptions {
  /** Default: `TEST_POINTS`. */
  readonly points?: readonly Point[];
  readonly memory?: MemoryKind;
}

/** The device over a process that holds whatever is written to it; every number starts as 0, every Bool as false. */
export function testDevice(clock: Clock, { points = TEST_POINTS, memory, ...serverOptions }: TestDeviceOptions = {}): TestDevice {
  const process = new Map<string, PointValue>(points.map(({ name, rawType }) => [name, rawType === 'Bool' ? false : 0]));
  const model: ProcessModel = { read: (point) => process.get(point), write: (point, value) => void process.set(point, value) };
  const bank = createRegisterBank(layOutRegisters(points, memory), model);
  const seen: Witnessed[] = [];
  const witness: ServerWitness = {
    served: (values) => seen.push({ kind: 'served', values }),
    written: (values) => seen.push({ kind: 'written', values }),
    refused: (functionCode, exceptionCode) => seen.push({ kind: 'refused', functionCode, exceptionCode }),
    failed: (thrown) => seen.push({ kind: 'failed', thrown }),
  };
  const server = createModbusServer(bank, clock, witness, serverOptions);
  return { process, bank, server, seen };
}

/** The answer, where silence would be a fault. @throws Error when the server stays silent. */
export function answerOf(server: ModbusServer, pdu: Uint8Array): Uint8Array {
  const response = server.answer(pdu);
  if (response === undefined) throw new Error(`silence to ${Buffer.from(pdu).toString('hex')}`);
  return response;
}
