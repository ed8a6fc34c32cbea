import { connect } from 'node:net';
import { decodeAscii, encodeAscii } from '../../../hil/protocols/modbus/ascii.ts';
import { decodeRtu, encodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { decodeTcp, encodeTcp } from '../../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { memoryLinkPair } from '../../../hil/transport/memory-link.ts';
import { createManualClock } from '../../world/manual-clock.ts';
import { serveAscii } from '../ascii-server.ts';
import { serveRtu } from '../rtu-server.ts';
import { serveTcp } from '../tcp-server.ts';
import type { TestDeviceOptions } from '../test-device.contract.ts';
import { bytesOf, hexOf, type ProbedTransport, type ProbeStep } from './probe.contract.ts';
import { probedDevice } from './probed-device.contract.ts';

/** A client of one probed device. */
export interface ProbedLine {
  /** What came back, `silence` for nothing. */
  ask(step: ProbeStep): Promise<string>;
  close(): Promise<void>;
}

const BAUD_RATE = 19_200;
/** Longer than any frame, its answer, and the silences take at 19200 bit/s. */
const EXCHANGE_MS = 2_000;
/** A unit that is not there: its answer, exception 0B of the TCP side itself, tells that the one before stayed silent. */
const ABSENT_UNIT = unitId(99);

export function openProbedLine(transport: ProbedTransport, options?: TestDeviceOptions): Promise<ProbedLine> {
  return transport === 'tcp' ? overTcp(options) : Promise.resolve(overSerial(transport, options));
}

function nobodyWaits(): void {}

/** A real socket. Requests are answered in order, so the answer to the second of two shows that the first got none. */
async function overTcp(options?: TestDeviceOptions): Promise<ProbedLine> {
  const server = await serveTcp(probedDevice(realClock, options).server, { host: '127.0.0.1', port: 0, unit: 1, foreignUnit: 'exception-0b' });
  const socket = connect({ host: server.host, port: server.port });
  let received: Uint8Array = new Uint8Array(0);
  let wake = nobodyWaits;
  socket.on('data', (chunk: Buffer) => {
    received = Uint8Array.from([...received, ...chunk]);
    wake();
  });
  let transactionId = 0;
  return {
    ask: async ({ ask, unit = 1 }) => {
      transactionId += 2;
      received = new Uint8Array(0);
      socket.write(Buffer.concat([encodeTcp(transactionId, unitId(unit), bytesOf(ask)), encodeTcp(transactionId + 1, ABSENT_UNIT, Uint8Array.of(3))]));
      for (;;) {
        const answer = answerIn(received, transactionId);
        if (answer !== undefined) return answer;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: async () => {
      socket.destroy();
      await server.stop();
    },
  };
}

/** @returns undefined until the answer of the absent unit is there. */
function answerIn(received: Uint8Array, transactionId: number): string | undefined {
  const first = decodeTcp(received);
  if (first.kind !== 'frame') return undefined;
  if (first.transactionId === transactionId + 1) return 'silence';
  return decodeTcp(received, first.byteCount).kind === 'frame' ? hexOf(first.pdu) : undefined;
}

/** A memory link and a clock that stands still: exact, and as fast as the processor. */
function overSerial(transport: Exclude<ProbedTransport, 'tcp'>, options?: TestDeviceOptions): ProbedLine {
  const clock = createManualClock();
  const { a: client, b: server } = memoryLinkPair();
  const heard: Uint8Array[] = [];
  client.onBytes((chunk) => heard.push(chunk));
  const units = new Map([[1, probedDevice(clock, options).server]]);
  const deps = { clock, log: silentLogger };
  const line =
    transport === 'ascii'
      ? serveAscii(server, { baudRate: BAUD_RATE, units }, deps)
      : serveRtu(server, { baudRate: BAUD_RATE, units, framing: transport === 'rtu' ? 'length' : 'silence' }, deps);
  const [encode, decode] = transport === 'ascii' ? [encodeAscii, decodeAscii] : [encodeRtu, decodeRtu];
  return {
    ask: async ({ ask, unit = 1, spoilt = false }) => {
      heard.length = 0;
      const frame = encode(unitId(unit), bytesOf(ask));
      await client.send(spoilt ? spoil(frame, transport) : frame);
      await clock.advanceAsync(EXCHANGE_MS);
      if (heard.length === 0) return 'silence';
      const decoded = decode(Buffer.concat(heard));
      if (decoded.kind !== 'frame') return `no frame: ${decoded.kind}`;
      return decoded.unitId === unit ? hexOf(decoded.pdu) : `unit ${decoded.unitId}`;
    },
    close: () => {
      line.stop();
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** Another check value: the last byte of a CRC, the last digit of an LRC. */
function spoil(frame: Uint8Array, transport: ProbedTransport): Uint8Array {
  const at = transport === 'ascii' ? frame.length - 3 : frame.length - 1;
  const digit = frame[at] === 0x30 ? 0x31 : 0x30;
  return frame.map((byte, index) => (index === at ? (transport === 'ascii' ? digit : byte ^ 0x01) : byte));
}
