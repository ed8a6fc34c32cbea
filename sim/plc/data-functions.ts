import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE } from '../../hil/protocols/modbus/exception.ts';
import { FIFO_REGISTERS_MAX } from '../../hil/protocols/modbus/limits.ts';
import type { MaskWriteRegisterRequest, ModbusRequest, ReadFifoQueueRequest, ReadWriteRegistersRequest } from '../../hil/protocols/modbus/request.ts';
import type { ModbusResponse } from '../../hil/protocols/modbus/response.ts';
import type { PointValues, RegisterBank } from './register-bank.ts';

/** A request for the four tables. */
export type DataRequest = Extract<ModbusRequest, { functionCode: 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16 | 22 | 23 | 24 }>;

/** Whoever wants to know what was read and written. */
export interface DataWitness {
  /** A read was answered: the points it covered whole. Undefined when nobody wants to know (it costs to find out). */
  readonly served: ((values: PointValues) => void) | undefined;
  /** A write was carried out: the points it touched, as the registers hold them now. */
  written(values: PointValues): void;
}

/** Where a request is carried out. */
export interface DataPlace {
  readonly bank: RegisterBank;
  readonly witness: DataWitness;
  readonly nowMs: number;
  /** Queues by their pointer address, beside those that holding registers make. */
  readonly fifoQueues: ReadonlyMap<number, readonly number[]> | undefined;
}

const READ_TABLE: Readonly<Record<1 | 2 | 3 | 4, PrimaryTable>> = { 1: 'COILS', 2: 'DISCRETES_INPUT', 3: 'HOLDING_REGISTERS', 4: 'INPUT_REGISTERS' };

/**
 * Carries out a request for the tables. A request that is refused changes nothing; a register or coil that the profile
 * declares read-only is refused to writes as an address that does not exist for them.
 * @returns The response, or the exception code that is owed: 02, or 03 for a queue that is too long.
 * @see MODBUS Application Protocol V1.1b3, sections 6.1 to 6.6, 6.11, 6.12, 6.16 to 6.18
 */
export function carryOutData(request: DataRequest, place: DataPlace): ModbusResponse | number {
  const { functionCode } = request;
  switch (functionCode) {
    case 1:
    case 2: {
      const words = read(place, READ_TABLE[functionCode], request.address, request.quantity);
      return words === undefined ? ILLEGAL_DATA_ADDRESS : { kind: 'response', functionCode, values: words.map((word) => word !== 0) };
    }
    case 3:
    case 4: {
      const values = read(place, READ_TABLE[functionCode], request.address, request.quantity);
      return values === undefined ? ILLEGAL_DATA_ADDRESS : { kind: 'response', functionCode, values };
    }
    case 5: {
      const { address, value } = request;
      return write(place, 'COILS', address, [Number(value)]) ? { kind: 'response', functionCode, address, value } : ILLEGAL_DATA_ADDRESS;
    }
    case 6: {
      const { address, value } = request;
      return write(place, 'HOLDING_REGISTERS', address, [value]) ? { kind: 'response', functionCode, address, value } : ILLEGAL_DATA_ADDRESS;
    }
    case 15: {
      const { address, values } = request;
      const isWritten = write(place, 'COILS', address, values.map(Number));
      return isWritten ? { kind: 'response', functionCode, address, quantity: values.length } : ILLEGAL_DATA_ADDRESS;
    }
    case 16: {
      const { address, values } = request;
      const isWritten = write(place, 'HOLDING_REGISTERS', address, values);
      return isWritten ? { kind: 'response', functionCode, address, quantity: values.length } : ILLEGAL_DATA_ADDRESS;
    }
    case 22:
      return maskWrite(request, place);
    case 23:
      return readWrite(request, place);
    case 24:
    default:
      return readFifo(request, place);
  }
}

/** One step on one thread, so no other writer comes in between (section 6.16). */
function maskWrite(request: MaskWriteRegisterRequest, place: DataPlace): ModbusResponse | number {
  const { address, andMask, orMask } = request;
  if (!place.bank.writable('HOLDING_REGISTERS', address, 1)) return ILLEGAL_DATA_ADDRESS;
  const current = place.bank.word('HOLDING_REGISTERS', address, place.nowMs);
  write(place, 'HOLDING_REGISTERS', address, [(current & andMask) | (orMask & ~andMask)]);
  return { ...request, kind: 'response' };
}

/** Both ranges are judged before anything is written; then the write comes first (section 6.17). */
function readWrite({ readAddress, readQuantity, writeAddress, values }: ReadWriteRegistersRequest, place: DataPlace): ModbusResponse | number {
  if (!place.bank.exists('HOLDING_REGISTERS', readAddress, readQuantity)) return ILLEGAL_DATA_ADDRESS;
  if (!write(place, 'HOLDING_REGISTERS', writeAddress, values)) return ILLEGAL_DATA_ADDRESS;
  const words = read(place, 'HOLDING_REGISTERS', readAddress, readQuantity);
  return words === undefined ? ILLEGAL_DATA_ADDRESS : { kind: 'response', functionCode: 23, values: words };
}

/**
 * The register at the pointer counts the queue, which lies in the registers after it (section 6.18): any holding registers
 * of the profile can be one, beside those that the profile declares. Reading does not empty it.
 */
function readFifo({ address }: ReadFifoQueueRequest, place: DataPlace): ModbusResponse | number {
  const { bank, nowMs, fifoQueues } = place;
  const queue = fifoQueues?.get(address);
  if (queue !== undefined) return { kind: 'response', functionCode: 24, values: queue };
  if (!bank.exists('HOLDING_REGISTERS', address, 1)) return ILLEGAL_DATA_ADDRESS;
  const count = bank.word('HOLDING_REGISTERS', address, nowMs);
  if (count > FIFO_REGISTERS_MAX) return ILLEGAL_DATA_VALUE;
  const values = count === 0 ? [] : read(place, 'HOLDING_REGISTERS', address + 1, count);
  return values === undefined ? ILLEGAL_DATA_ADDRESS : { kind: 'response', functionCode: 24, values };
}

/** @returns undefined when an address does not exist. */
function read({ bank, witness, nowMs }: DataPlace, table: PrimaryTable, address: number, quantity: number): number[] | undefined {
  if (!bank.exists(table, address, quantity)) return undefined;
  const words: number[] = [];
  for (let offset = 0; offset < quantity; offset += 1) words.push(bank.word(table, address + offset, nowMs));
  witness.served?.(bank.served(table, address, quantity));
  return words;
}

/** @returns false when an address cannot be written; then nothing was. */
function write({ bank, witness, nowMs }: DataPlace, table: PrimaryTable, address: number, words: readonly number[]): boolean {
  if (!bank.writable(table, address, words.length)) return false;
  witness.written(bank.write(table, address, words, nowMs));
  return true;
}
