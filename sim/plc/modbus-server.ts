import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import { decodeRequest } from '../../hil/protocols/modbus/decode-request.ts';
import { encodeResponse } from '../../hil/protocols/modbus/encode-response.ts';
import { encodeException, ILLEGAL_DATA_ADDRESS, SERVER_DEVICE_FAILURE } from '../../hil/protocols/modbus/exception.ts';
import type { ModbusRequest } from '../../hil/protocols/modbus/request.ts';
import type { ModbusResponse } from '../../hil/protocols/modbus/response.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { PointValues, RegisterBank } from './register-bank.ts';

/** A Modbus server without its transport: one device's answer to a request. */
export interface ModbusServer {
  /**
   * Carries out one request. Total: any bytes get an answer, normal or exception; never throws.
   * @param pdu - What followed the unit id, 0 to 253 bytes; not kept.
   * @returns The response PDU, 2 to 252 bytes.
   */
  answer(pdu: Uint8Array): Uint8Array;
}

/** What a server tells about its work; every member may be called for each request, and must not throw. */
export interface ServerWitness {
  /** A read was answered: the points it covered whole. Undefined when nobody wants to know (it costs to find out). */
  readonly served: ((values: PointValues) => void) | undefined;
  /** A write was carried out: the points it touched, as the registers hold them now. */
  written(values: PointValues): void;
  refused(functionCode: number, exceptionCode: number): void;
  /** The server's own fault; the client got exception 04. */
  failed(thrown: unknown): void;
}

/** Which table each function code works on. */
const TABLE_OF: Readonly<Record<ModbusRequest['functionCode'], PrimaryTable>> = {
  1: 'COILS',
  2: 'DISCRETES_INPUT',
  3: 'HOLDING_REGISTERS',
  4: 'INPUT_REGISTERS',
  5: 'COILS',
  6: 'HOLDING_REGISTERS',
  15: 'COILS',
  16: 'HOLDING_REGISTERS',
};

/**
 * Serves function codes 1 to 6, 15 and 16 from a register bank. Faults of a request are judged in the order of the
 * standard: function code (01), length, quantity, byte count and coil value (03), addresses (02), execution (04). A
 * write that is refused changes nothing. A holding register or coil that the profile declares read-only is refused to
 * writes as an address that does not exist for them (02).
 * @see MODBUS Application Protocol V1.1b3, section 4.5, 6.1 to 6.6, 6.11, 6.12 and 7
 */
export function createModbusServer(bank: RegisterBank, clock: Clock, witness: ServerWitness): ModbusServer {
  const refuse = (functionCode: number, exceptionCode: number): Uint8Array => {
    witness.refused(functionCode & 0x7f, exceptionCode);
    return encodeException(functionCode, exceptionCode);
  };
  return {
    answer: (pdu) => {
      const request = decodeRequest(pdu);
      if (request.kind === 'refused') return refuse(request.functionCode, request.exceptionCode);
      try {
        const response = execute(bank, request, clock.nowMs(), witness);
        return response === undefined ? refuse(request.functionCode, ILLEGAL_DATA_ADDRESS) : encodeResponse(response);
      } catch (thrown) {
        // A custom model or value that its point cannot hold: for the client that is a failing device.
        witness.failed(thrown);
        return refuse(request.functionCode, SERVER_DEVICE_FAILURE);
      }
    },
  };
}

/** @returns undefined when an address of the request does not exist, or cannot be written. */
function execute(bank: RegisterBank, request: ModbusRequest, nowMs: number, witness: ServerWitness): ModbusResponse | undefined {
  const { functionCode, address } = request;
  switch (functionCode) {
    case 1:
    case 2: {
      const words = read(bank, request, nowMs, witness);
      return words && { kind: 'response', functionCode, values: words.map((word) => word !== 0) };
    }
    case 3:
    case 4: {
      const values = read(bank, request, nowMs, witness);
      return values && { kind: 'response', functionCode, values };
    }
    case 5: {
      const { value } = request;
      return write(bank, request, [Number(value)], nowMs, witness) && { kind: 'response', functionCode, address, value };
    }
    case 6: {
      const { value } = request;
      return write(bank, request, [value], nowMs, witness) && { kind: 'response', functionCode, address, value };
    }
    case 15:
    case 16:
    default: {
      const quantity = request.values.length;
      return write(bank, request, request.values.map(Number), nowMs, witness) && { kind: 'response', functionCode, address, quantity };
    }
  }
}

type Addressed = Pick<ModbusRequest, 'functionCode' | 'address'>;

function read(bank: RegisterBank, request: Addressed & { quantity: number }, nowMs: number, witness: ServerWitness): number[] | undefined {
  const { address, quantity } = request;
  const table = TABLE_OF[request.functionCode];
  if (!bank.exists(table, address, quantity)) return undefined;
  const words: number[] = [];
  for (let offset = 0; offset < quantity; offset += 1) words.push(bank.word(table, address + offset, nowMs));
  witness.served?.(bank.served(table, address, quantity));
  return words;
}

/** @returns true, or undefined when an address cannot be written; then nothing was. */
function write(bank: RegisterBank, request: Addressed, words: readonly number[], nowMs: number, witness: ServerWitness): true | undefined {
  const table = TABLE_OF[request.functionCode];
  if (!bank.writable(table, request.address, words.length)) return undefined;
  witness.written(bank.write(table, request.address, words, nowMs));
  return true;
}
