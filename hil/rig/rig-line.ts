import { asciiPort } from '../gateway/southbound/ascii-port.ts';
import type { ExchangeFailure, LinePort } from '../gateway/southbound/line-port.ts';
import { newTally } from '../gateway/southbound/line-tally.ts';
import { rtuPort } from '../gateway/southbound/rtu-port.ts';
import { tcpPort } from '../gateway/southbound/tcp-port.ts';
import type { PrimaryTable } from '../gateway/southbound/device-profile.ts';
import { decodeResponse } from '../protocols/modbus/decode-response.ts';
import { encodeRequest } from '../protocols/modbus/encode-request.ts';
import type { ReadBitsRequest, ReadRegistersRequest } from '../protocols/modbus/request.ts';
import { unitId as toUnitId } from '../protocols/modbus/unit-id.ts';
import type { Clock } from '../runtime/clock.ts';
import { FieldproofError, messageOf } from '../runtime/errors.ts';
import type { ByteLink, LinkAddress, OpenLink } from '../transport/byte-link.ts';
import { DEFAULT_LINE } from './dut-address.ts';
import type { RigTransport } from './hardware-map.ts';
import { readOnlyPort } from './read-only-port.ts';

export interface RigLineOptions {
  readonly address: LinkAddress;
  readonly transport: RigTransport;
  /** Longest wait for a complete answer, milliseconds. */
  readonly timeoutMs: number;
}

export interface RigLineDeps {
  readonly clock: Clock;
  readonly openLink: OpenLink;
}

/** What came of a read, with the time from the request to the whole answer. */
export type RigRead =
  /** Registers as 16-bit values, coils and discrete inputs as 0 and 1. */
  | { readonly kind: 'words'; readonly words: readonly number[]; readonly ms: number }
  | { readonly kind: 'exception'; readonly code: number; readonly ms: number }
  | ExchangeFailure;

/** An open line to a DUT on which only reads can leave. */
export interface RigLine {
  readonly name: string;
  readonly port: LinePort;
  read(unit: number, table: PrimaryTable, address: number, count: number): Promise<RigRead>;
  close(): Promise<void>;
}

const FUNCTION_OF: Readonly<Record<PrimaryTable, 1 | 2 | 3 | 4>> = { COILS: 1, DISCRETES_INPUT: 2, HOLDING_REGISTERS: 3, INPUT_REGISTERS: 4 };

/** @throws FieldproofError FP_RIG_MISSING when the port is not there or the host refuses, with the reason. */
export async function openRigLine(options: RigLineOptions, deps: RigLineDeps): Promise<RigLine> {
  const link = await openOrMiss(options.address, deps);
  const port = readOnlyPort(portOf(link, options, deps.clock));
  return {
    name: link.name,
    port,
    read: (unit, table, address, count) => read(port, deps.clock, unit, table, address, count),
    close: async () => {
      link.destroy();
      await link.closed;
    },
  };
}

/** The framing of a transport over a link, without the guard of reads. */
export function portOf(link: ByteLink, { address, transport, timeoutMs }: RigLineOptions, clock: Clock): LinePort {
  const baudRate = address.kind === 'serial' ? address.line.baudRate : DEFAULT_LINE.baudRate;
  if (transport === 'modbus-tcp') return tcpPort(link, { clock, timeoutMs, tally: newTally() });
  if (transport === 'modbus-ascii') return asciiPort(link, { clock, timeoutMs, baudRate, tally: newTally() });
  return rtuPort(link, { clock, timeoutMs, baudRate, tally: newTally() });
}

async function openOrMiss(address: LinkAddress, { openLink }: RigLineDeps): Promise<ByteLink> {
  try {
    return await openLink(address);
  } catch (cause) {
    throw new FieldproofError('FP_RIG_MISSING', messageOf(cause), { cause });
  }
}

async function read(port: LinePort, clock: Clock, unit: number, table: PrimaryTable, address: number, quantity: number): Promise<RigRead> {
  const request = readRequest(table, address, quantity);
  const startMs = clock.nowMs();
  const exchange = await port.exchange(toUnitId(unit), encodeRequest(request));
  const ms = clock.nowMs() - startMs;
  if (exchange.kind !== 'answer') return exchange;
  const response = decodeResponse(exchange.pdu, request);
  if (response.kind === 'exception') return { kind: 'exception', code: response.exceptionCode, ms };
  if (response.kind === 'malformed') return { kind: 'corrupt', because: response.because };
  return 'values' in response ? { kind: 'words', words: response.values.map(Number), ms } : { kind: 'corrupt', because: 'the answer holds no values' };
}

function readRequest(table: PrimaryTable, address: number, quantity: number): ReadBitsRequest | ReadRegistersRequest {
  const functionCode = FUNCTION_OF[table];
  return functionCode === 1 || functionCode === 2
    ? { kind: 'request', functionCode, address, quantity }
    : { kind: 'request', functionCode, address, quantity };
}
