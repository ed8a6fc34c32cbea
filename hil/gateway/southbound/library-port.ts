import { EventEmitter } from 'node:events';
import { decodeRequest } from '../../protocols/modbus/decode-request.ts';
import { decodeResponse } from '../../protocols/modbus/decode-response.ts';
import { encodeRtu } from '../../protocols/modbus/rtu.ts';
import { unitId, type UnitId } from '../../protocols/modbus/unit-id.ts';
import type { Exchange, ExchangeFailure, LinePort } from './line-port.ts';

const CRC_BYTES = 2;

/**
 * What modbus-serial takes for a serial port. It writes RTU frames and gets RTU frames back through `data`; how they
 * travel is the line's business. The library sees only answers that fit the outstanding request, because it never checks
 * byte counts, unit ids of exceptions or late answers; everything else goes to `onFailure`.
 */
export class LibraryPort extends EventEmitter {
  readonly #line: LinePort;
  readonly #onFailure: (failure: ExchangeFailure) => void;
  /** modbus-serial asks before each request; a closed line answers `closed` by itself. */
  readonly isOpen = true;

  constructor(line: LinePort, onFailure: (failure: ExchangeFailure) => void) {
    super();
    this.#line = line;
    this.#onFailure = onFailure;
  }

  open(done: () => void): void {
    done();
  }

  close(done: () => void): void {
    done();
  }

  write(frame: Buffer): void {
    const unit = unitId(frame[0] ?? 0);
    const pdu = frame.subarray(1, -CRC_BYTES);
    void this.#exchange(unit, pdu);
  }

  async #exchange(unit: UnitId, pdu: Uint8Array): Promise<void> {
    const exchange = check(await this.#line.exchange(unit, pdu), pdu);
    if (exchange.kind === 'answer') this.emit('data', Buffer.from(encodeRtu(unit, exchange.pdu)));
    else this.#onFailure(exchange);
  }
}

function check(exchange: Exchange, requestPdu: Uint8Array): Exchange {
  if (exchange.kind !== 'answer') return exchange;
  const request = decodeRequest(requestPdu);
  if (request.kind === 'refused') return { kind: 'corrupt', because: request.because };
  const response = decodeResponse(exchange.pdu, request);
  return response.kind === 'malformed' ? { kind: 'corrupt', because: response.because } : exchange;
}
