import { decodeRequest } from '../../hil/protocols/modbus/decode-request.ts';
import { encodeResponse } from '../../hil/protocols/modbus/encode-response.ts';
import {
  encodeException,
  ILLEGAL_DATA_ADDRESS,
  ILLEGAL_FUNCTION,
  MEMORY_PARITY_ERROR,
  SERVER_DEVICE_FAILURE,
} from '../../hil/protocols/modbus/exception.ts';
import { functionCodeEntry, type FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import type { ModbusRequest, ReadFileRecordRequest, StatusRequest, WriteFileRecordRequest } from '../../hil/protocols/modbus/request.ts';
import type { ModbusResponse } from '../../hil/protocols/modbus/response.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { carryOutData, type DataWitness } from './data-functions.ts';
import { deviceIdentity, identify, type DeviceIdentity } from './device-identity.ts';
import { diagnose, restartAsked } from './diagnostic-functions.ts';
import { createFileMemory, type FileFault, type FileMemory } from './file-memory.ts';
import { LineDiagnostics } from './line-diagnostics.ts';
import type { RegisterBank } from './register-bank.ts';

/** A Modbus server without its transport: one device's answer to a request. */
export interface ModbusServer {
  /**
   * Carries out one request. Total: any bytes get an answer, normal or exception; never throws.
   * @param pdu - What followed the unit id, 0 to 253 bytes; not kept.
   * @returns The response PDU, 2 to 253 bytes; undefined where the standard asks for silence: in listen-only mode.
   */
  answer(pdu: Uint8Array): Uint8Array | undefined;
  /** What a server on a serial line has to hear besides its own requests; one that counts nothing goes without. */
  readonly line?: LineSide;
}

/** The ears of a server on a serial line (Modbus over Serial Line V1.02, sections 2.1 and 6.1). */
export interface LineSide {
  /** Carries out a write that was sent to all; never answered. Anything else is not carried out and counts as an exception. */
  broadcast(pdu: Uint8Array): void;
  /** A message for another unit passed by. */
  overheard(): void;
  /** Bytes that are no frame, or that were lost because they came too fast. */
  disturbed(what: 'check-error' | 'overrun'): void;
  /** What ends an ASCII frame, LF until FC 08 sub-function 3 changes it. */
  readonly endCharacter: number;
}

/** What a server tells about its work; every member may be called for each request, and must not throw. */
export interface ServerWitness extends DataWitness {
  refused(functionCode: number, exceptionCode: number): void;
  /** The server's own fault; the client got exception 04. */
  failed(thrown: unknown): void;
}

export interface ServerOptions {
  /** What it offers; any other code gets exception 01. Default: all 19, also where a code is meant for serial lines. */
  readonly functionCodes?: readonly FunctionCode[];
  readonly identity?: DeviceIdentity;
  /** Called when the files are needed first. Default: files 1 to 10 of 10,000 records. */
  readonly createFiles?: () => FileMemory;
  /** Queues of FC 24 by their pointer address, beside those that holding registers make. */
  readonly fifoQueues?: ReadonlyMap<number, readonly number[]>;
  /** The first of the eight coils whose state is the exception status (FC 07); those that do not exist are 0. Default 0. */
  readonly exceptionStatusAddress?: number;
}

const NAMELESS = deviceIdentity({ name: 'device', manufacturer: '', model: '', description: '' });
const EXCEPTION_BIT = 0x80;
/** Fetching the event counter does not count as an event (section 6.9). */
const EVENT_COUNTER = 11;
const FILE_EXCEPTIONS: Readonly<Record<FileFault, number>> = { absent: ILLEGAL_DATA_ADDRESS, inconsistent: MEMORY_PARITY_ERROR };

/**
 * Serves the 19 public function codes from a register bank. Faults of a request are judged in the order of the standard:
 * function code (01), length, quantity, byte count and coil value (03), addresses (02), the length of a FIFO queue (03),
 * execution (04). A request that is refused changes nothing; a file write of several groups is carried out whole or not at all.
 * @see MODBUS Application Protocol V1.1b3, sections 4.5, 6 and 7
 */
export function createModbusServer(bank: RegisterBank, clock: Clock, witness: ServerWitness, options: ServerOptions = {}): ModbusServer {
  return new BankServer(bank, clock, witness, options);
}

/** A class, because a process may hold 10,000 of them, and closures take five times the memory. */
class BankServer implements ModbusServer, LineSide {
  readonly line: LineSide = this;
  readonly #bank: RegisterBank;
  readonly #clock: Clock;
  readonly #witness: ServerWitness;
  readonly #options: ServerOptions;
  readonly #diagnostics = new LineDiagnostics();
  #files: FileMemory | undefined;
  /** What the request under way asks for once its answer is made. */
  #afterwards: ((diagnostics: LineDiagnostics) => void) | undefined;

  constructor(bank: RegisterBank, clock: Clock, witness: ServerWitness, options: ServerOptions) {
    this.#bank = bank;
    this.#clock = clock;
    this.#witness = witness;
    this.#options = options;
  }

  answer(pdu: Uint8Array): Uint8Array | undefined {
    this.#diagnostics.received(false);
    if (this.#diagnostics.isListenOnly) {
      this.#onlyListen(restartAsked(pdu));
      return undefined;
    }
    const response = this.#respond(pdu);
    this.#finish(pdu, response, response !== undefined);
    return response;
  }

  broadcast(pdu: Uint8Array): void {
    this.#diagnostics.received(true);
    if (this.#diagnostics.isListenOnly) this.#onlyListen(undefined);
    else if (functionCodeEntry(pdu[0] ?? 0)?.writes === true) this.#finish(pdu, this.#respond(pdu), false);
    else this.#diagnostics.finished({ exceptionCode: ILLEGAL_FUNCTION, isAnswered: false });
  }

  overheard(): void {
    this.#diagnostics.overheard();
  }

  disturbed(what: 'check-error' | 'overrun'): void {
    this.#diagnostics.disturbed(what);
  }

  get endCharacter(): number {
    return this.#diagnostics.endCharacter;
  }

  /** @returns undefined when the request asks for silence. */
  #respond(pdu: Uint8Array): Uint8Array | undefined {
    const functionCode = pdu[0] ?? 0;
    const { functionCodes } = this.#options;
    if (functionCodes?.some((offered) => offered === functionCode) === false) return this.#refuse(functionCode, ILLEGAL_FUNCTION);
    const request = decodeRequest(pdu);
    if (request.kind === 'refused') return this.#refuse(request.functionCode, request.exceptionCode);
    try {
      const outcome = this.#carryOut(request);
      if (typeof outcome === 'number') return this.#refuse(request.functionCode, outcome);
      return outcome && encodeResponse(outcome);
    } catch (thrown) {
      // A custom model or value that its point cannot hold: for the client that is a failing device.
      this.#witness.failed(thrown);
      return this.#refuse(request.functionCode, SERVER_DEVICE_FAILURE);
    }
  }

  #carryOut(request: ModbusRequest): ModbusResponse | number | undefined {
    switch (request.functionCode) {
      case 7:
      case 11:
      case 12:
      case 17:
        return this.#status(request.functionCode);
      case 8: {
        const outcome = diagnose(request, this.#diagnostics);
        if (typeof outcome === 'number') return outcome;
        this.#afterwards = outcome.afterwards;
        return outcome.data && { ...request, kind: 'response', data: outcome.data };
      }
      case 20:
      case 21:
        this.#files ??= (this.#options.createFiles ?? createFileMemory)();
        return carryOutFiles(this.#files, request);
      case 43:
        return identify(this.#options.identity ?? NAMELESS, request) ?? ILLEGAL_DATA_ADDRESS;
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
      case 15:
      case 16:
      case 22:
      case 23:
      case 24:
      default:
        return carryOutData(request, { bank: this.#bank, witness: this.#witness, nowMs: this.#clock.nowMs(), fifoQueues: this.#options.fifoQueues });
    }
  }

  /** No program command ever runs here, so the status word of FC 11 and 12 is 0. */
  #status(functionCode: StatusRequest['functionCode']): ModbusResponse {
    const { identity = NAMELESS, exceptionStatusAddress = 0 } = this.#options;
    const { counts } = this.#diagnostics;
    if (functionCode === 7) return { kind: 'response', functionCode, status: exceptionStatus(this.#bank, exceptionStatusAddress, this.#clock.nowMs()) };
    if (functionCode === 17) return { kind: 'response', functionCode, data: identity.serverId };
    if (functionCode === EVENT_COUNTER) return { kind: 'response', functionCode, status: 0, eventCount: counts.events };
    return { kind: 'response', functionCode, status: 0, eventCount: counts.events, messageCount: counts.messages, events: this.#diagnostics.events() };
  }

  #refuse(functionCode: number, exceptionCode: number): Uint8Array {
    this.#witness.refused(functionCode & 0x7f, exceptionCode);
    return encodeException(functionCode, exceptionCode);
  }

  #finish(pdu: Uint8Array, response: Uint8Array | undefined, isAnswered: boolean): void {
    const exceptionCode = response !== undefined && ((response[0] ?? 0) & EXCEPTION_BIT) !== 0 ? (response[1] ?? 0) : 0;
    this.#diagnostics.finished({ exceptionCode, isAnswered, isUncounted: pdu[0] === EVENT_COUNTER });
    this.#afterwards?.(this.#diagnostics);
    this.#afterwards = undefined;
  }

  #onlyListen(restart: { readonly clearLog: boolean } | undefined): void {
    this.#diagnostics.finished({ exceptionCode: 0, isAnswered: false, isUncounted: true });
    if (restart !== undefined) this.#diagnostics.restart(restart.clearLog);
  }
}

/** Eight coils as one byte, the first in the lowest bit. */
function exceptionStatus(bank: RegisterBank, address: number, nowMs: number): number {
  let status = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    if (bank.exists('COILS', address + bit, 1)) status |= bank.word('COILS', address + bit, nowMs) << bit;
  }
  return status;
}

/** All groups are judged before the first is written, so that a refused write leaves no part of it behind (section 6.15). */
function carryOutFiles(files: FileMemory, request: ReadFileRecordRequest | WriteFileRecordRequest): ModbusResponse | number {
  if (request.functionCode === 20) {
    const fault = firstFault(request.groups.map((range) => files.faultOf(range)));
    if (fault !== undefined) return FILE_EXCEPTIONS[fault];
    return { kind: 'response', functionCode: 20, groups: request.groups.map((range) => files.read(range)) };
  }
  const ranges = request.groups.map(({ values, ...place }) => ({ ...place, recordLength: values.length }));
  const fault = firstFault(ranges.map((range) => files.faultOf(range)));
  if (fault !== undefined) return FILE_EXCEPTIONS[fault];
  for (const group of request.groups) files.write(group);
  return { ...request, kind: 'response' };
}

function firstFault(faults: readonly (FileFault | undefined)[]): FileFault | undefined {
  return faults.find((fault) => fault !== undefined);
}
