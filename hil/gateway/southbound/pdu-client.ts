import { decodeResponse } from '../../protocols/modbus/decode-response.ts';
import { encodeRequest } from '../../protocols/modbus/encode-request.ts';
import type { ModbusRequest } from '../../protocols/modbus/request.ts';
import type { ModbusResponse } from '../../protocols/modbus/response.ts';
import { unitId } from '../../protocols/modbus/unit-id.ts';
import type { PrimaryTable } from './device-profile.ts';
import type { Exchange, ExchangeFailure, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';
import { countFailure, REQUESTS_WAITING_MAX, type ExceptionResult, type ModbusClient } from './modbus-client.ts';
import { isBitTable } from './raw-layout.ts';
import { turnQueue } from './turn-queue.ts';

type Outcome = ModbusResponse | ExceptionResult | ExchangeFailure;

const READ_FUNCTIONS = { COILS: 1, DISCRETES_INPUT: 2, HOLDING_REGISTERS: 3, INPUT_REGISTERS: 4 } as const satisfies Record<PrimaryTable, number>;

/**
 * The client for lines that have many requests outstanding, or that are many: it encodes and decodes PDUs itself and adds
 * nothing but a queue.
 * @param tally - Counts timeouts, exceptions and corrupt answers.
 * @param outstandingMax - Requests handed to the line at once, 1 to 255; the line must be able to tell their answers apart.
 */
export function pduClient(line: LinePort, tally: LineTally, outstandingMax = 1): ModbusClient {
  // Room for what is outstanding comes on top, so that a full line still lets as many wait.
  const queue = turnQueue('modbus line', REQUESTS_WAITING_MAX + outstandingMax - 1, outstandingMax);

  const call = async (unit: number, request: ModbusRequest): Promise<Outcome> => {
    const to = unitId(unit);
    const pdu = encodeRequest(request);
    const turn = queue.enter();
    if (turn !== undefined) await turn;
    let exchange: Exchange;
    try {
      exchange = await line.exchange(to, pdu);
    } finally {
      queue.leave();
    }
    const outcome = exchange.kind === 'answer' ? outcomeOf(exchange.pdu, request) : exchange;
    if (outcome.kind !== 'response') countFailure(outcome, tally);
    return outcome;
  };

  return {
    async read(table, unit, address, quantity) {
      const outcome = await call(unit, { kind: 'request', functionCode: READ_FUNCTIONS[table], address, quantity });
      if (outcome.kind !== 'response') return outcome;
      const { functionCode } = outcome;
      if (functionCode === 3 || functionCode === 4) return { kind: 'words', words: outcome.values };
      return { kind: 'words', words: functionCode === 1 || functionCode === 2 ? outcome.values.map(Number) : [] };
    },
    async write(table, unit, address, words) {
      const outcome = await call(unit, writeRequest(table, address, words));
      return outcome.kind === 'response' ? { kind: 'done' } : outcome;
    },
  };
}

function outcomeOf(pdu: Uint8Array, request: ModbusRequest): Outcome {
  const response = decodeResponse(pdu, request);
  if (response.kind === 'exception') return { kind: 'exception', code: response.exceptionCode };
  return response.kind === 'malformed' ? { kind: 'corrupt', because: response.because } : response;
}

function writeRequest(table: 'COILS' | 'HOLDING_REGISTERS', address: number, words: readonly number[]): ModbusRequest {
  const [value = 0] = words;
  const isSingle = words.length === 1;
  if (isBitTable(table)) {
    if (isSingle) return { kind: 'request', functionCode: 5, address, value: value !== 0 };
    return { kind: 'request', functionCode: 15, address, values: words.map((word) => word !== 0) };
  }
  return isSingle ? { kind: 'request', functionCode: 6, address, value } : { kind: 'request', functionCode: 16, address, values: words };
}
