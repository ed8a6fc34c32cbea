import { decodeRequest } from '../../../hil/protocols/modbus/decode-request.ts';
import { encodeResponse } from '../../../hil/protocols/modbus/encode-response.ts';
import type { MaskWriteRegisterRequest, ModbusRequest, ReadBitsRequest, ReadRegistersRequest } from '../../../hil/protocols/modbus/request.ts';
import type { TableName } from '../bench/declared-device.ts';

/** Which table each reading function reads. */
const READ_TABLES = { 1: 'coils', 2: 'discreteInputs', 3: 'holdingRegisters', 4: 'inputRegisters' } as const satisfies Readonly<Record<number, TableName>>;
/** The function that reads each table. */
export const READ_FUNCTIONS: Readonly<Record<TableName, 1 | 2 | 3 | 4>> = { coils: 1, discreteInputs: 2, holdingRegisters: 3, inputRegisters: 4 };

const ADDRESSES = 65_536;
const DEVICE_OBJECTS = ['fieldproof', 'polled PLC', '1.0'] as const;

/**
 * The content of the PLC that the client under test polls: every address of all tables exists; what nobody set or wrote is
 * the address itself (0 for bits). A function of what was set and asked alone, so that verdicts repeat.
 */
export class PolledPlc {
  readonly #values = new Map<string, number>();

  set(table: TableName, address: number, value: number): void {
    this.#values.set(keyOf(table, address), value);
  }

  value(table: TableName, address: number): number {
    const isBit = table === 'coils' || table === 'discreteInputs';
    return this.#values.get(keyOf(table, address)) ?? (isBit ? 0 : address);
  }

  /** A PLC that holds the same, save for one value. */
  with(table: TableName, address: number, value: number): PolledPlc {
    const changed = new PolledPlc();
    for (const [key, held] of this.#values) changed.#values.set(key, held);
    changed.set(table, address, value);
    return changed;
  }

  /** What a conforming server answers. Writes take effect. */
  answer(pdu: Uint8Array): Uint8Array {
    const request = decodeRequest(pdu);
    if (request.kind === 'refused') return Uint8Array.of(request.functionCode | 0x80, request.exceptionCode);
    if (!this.#isInside(request)) return Uint8Array.of(request.functionCode | 0x80, 2);
    return this.#answerTo(request);
  }

  #isInside(request: ModbusRequest): boolean {
    if ('readQuantity' in request) return request.readAddress + request.readQuantity <= ADDRESSES && request.writeAddress + request.values.length <= ADDRESSES;
    if (!('address' in request)) return true;
    const count = 'quantity' in request ? request.quantity : 'values' in request ? request.values.length : 1;
    return request.address + count <= ADDRESSES;
  }

  #answerTo(request: ModbusRequest): Uint8Array {
    switch (request.functionCode) {
      case 1:
      case 2:
        return encodeResponse({ kind: 'response', functionCode: request.functionCode, values: this.#read(request).map((word) => word !== 0) });
      case 3:
      case 4:
        return encodeResponse({ kind: 'response', functionCode: request.functionCode, values: this.#read(request) });
      case 5:
        this.set('coils', request.address, Number(request.value));
        return encodeResponse({ ...request, kind: 'response' });
      case 6:
        this.set('holdingRegisters', request.address, request.value);
        return encodeResponse({ ...request, kind: 'response' });
      case 15:
        this.#put('coils', request.address, request.values.map(Number));
        return encodeResponse({ kind: 'response', functionCode: 15, address: request.address, quantity: request.values.length });
      case 16:
        this.#put('holdingRegisters', request.address, request.values);
        return encodeResponse({ kind: 'response', functionCode: 16, address: request.address, quantity: request.values.length });
      case 22:
        this.#mask(request);
        return encodeResponse({ ...request, kind: 'response' });
      case 23:
        this.#put('holdingRegisters', request.writeAddress, request.values);
        return encodeResponse({ kind: 'response', functionCode: 23, values: this.#words('holdingRegisters', request.readAddress, request.readQuantity) });
      case 7:
      case 8:
      case 11:
      case 12:
      case 17:
      case 20:
      case 21:
      case 24:
      case 43:
      default:
        return otherAnswer(request);
    }
  }

  #read({ functionCode, address, quantity }: ReadBitsRequest | ReadRegistersRequest): number[] {
    return this.#words(READ_TABLES[functionCode], address, quantity);
  }

  #mask({ address, andMask, orMask }: MaskWriteRegisterRequest): void {
    const held = this.value('holdingRegisters', address);
    this.set('holdingRegisters', address, (held & andMask) | (orMask & ~andMask & 0xffff));
  }

  #words(table: TableName, address: number, quantity: number): number[] {
    return Array.from({ length: quantity }, (_none, index) => this.value(table, address + index));
  }

  #put(table: TableName, address: number, words: readonly number[]): void {
    words.forEach((word, index) => this.set(table, address + index, word));
  }
}

type OtherRequest = Exclude<ModbusRequest, { readonly functionCode: 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16 | 22 | 23 }>;

/** Answers that hold no data of the four tables. */
function otherAnswer(request: OtherRequest): Uint8Array {
  switch (request.functionCode) {
    case 8:
    case 21:
      return encodeResponse({ ...request, kind: 'response' });
    case 20:
      return encodeResponse({ kind: 'response', functionCode: 20, groups: request.groups.map(({ recordLength }) => Array.from({ length: recordLength }, () => 0)) });
    case 24:
      return encodeResponse({ kind: 'response', functionCode: 24, values: [1, 2] });
    case 43:
      return identification(request.objectId, request.readCode);
    case 7:
    case 11:
    case 12:
    case 17:
    default:
      return statusAnswer(request.functionCode);
  }
}

function statusAnswer(functionCode: 7 | 11 | 12 | 17): Uint8Array {
  if (functionCode === 7) return encodeResponse({ kind: 'response', functionCode, status: 0 });
  if (functionCode === 11) return encodeResponse({ kind: 'response', functionCode, status: 0, eventCount: 0 });
  if (functionCode === 12) return encodeResponse({ kind: 'response', functionCode, status: 0, eventCount: 0, messageCount: 0, events: new Uint8Array(0) });
  return encodeResponse({ kind: 'response', functionCode, data: Uint8Array.of(1, 0xff) });
}

function identification(objectId: number, readCode: 1 | 2 | 3 | 4): Uint8Array {
  const objects = DEVICE_OBJECTS.map((text, id) => ({ id, value: new TextEncoder().encode(text) }));
  const chosen = readCode === 4 ? objects.filter(({ id }) => id === objectId) : objects.slice(objectId < objects.length ? objectId : 0);
  if (chosen.length === 0) return Uint8Array.of(0x80 | 43, 2);
  return encodeResponse({ kind: 'response', functionCode: 43, readCode, conformityLevel: 0x81, moreFollows: false, nextObjectId: 0, objects: chosen });
}

function keyOf(table: TableName, address: number): string {
  return `${table} ${address}`;
}
