import { createConnection, type Socket } from 'node:net';
import { encodeRequest } from '../../../hil/protocols/modbus/encode-request.ts';
import { encodeTcp } from '../../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { messageOf } from '../../../hil/runtime/errors.ts';

/** One connection of the load generator: a client that does nothing but write one request and count its answer. */
export interface LoadConnection {
  /** Sends the request; the next only when this one was answered. */
  ask(): void;
  destroy(): void;
}

const TRANSACTION_ID = 0x1234;
const MBAP_BYTES = 7;

/** The frame of an FC 03 request from address 0 on; the same for every connection and every time. */
export function readFrame(registers: number): Uint8Array {
  return encodeTcp(TRANSACTION_ID, unitId(1), encodeRequest({ kind: 'request', functionCode: 3, address: 0, quantity: registers }));
}

/** Bytes of the right answer to it. */
export function answerBytes(registers: number): number {
  return MBAP_BYTES + 2 + registers * 2;
}

export interface LoadConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly registers: number;
  /** The right answer is there whole. */
  readonly onAnswer: () => void;
  /** Something else came, or the connection ended. Nothing more happens then. */
  readonly onFailure: (because: string) => void;
}

/** Connects; resolves when connected. Reads into one buffer of its own, so that the generator makes no garbage. */
export function openLoadConnection(options: LoadConnectionOptions): Promise<LoadConnection> {
  const { host, port, registers, onAnswer } = options;
  const request = readFrame(registers);
  const expected = answerBytes(registers);
  let received = 0;
  let isOver = false;
  return new Promise((resolve, reject) => {
    const fail = (because: string): void => {
      if (isOver) return;
      isOver = true;
      socket.destroy();
      options.onFailure(because);
    };
    const take = (count: number, bytes: Uint8Array): boolean => {
      if (received === 0 && count > MBAP_BYTES && bytes[MBAP_BYTES] !== 3) fail(`function code ${bytes[MBAP_BYTES]} came back`);
      received += count;
      if (received > expected) fail(`${received} bytes came in place of ${expected}`);
      if (received !== expected || isOver) return true;
      received = 0;
      onAnswer();
      return true;
    };
    const socket: Socket = createConnection({ host, port, noDelay: true, onread: { buffer: Buffer.allocUnsafe(512), callback: take } });
    socket.once('error', (error) => {
      reject(error);
      fail(messageOf(error));
    });
    socket.once('close', () => fail('the server closed the connection'));
    socket.once('connect', () => {
      resolve({
        ask: () => void socket.write(request),
        destroy: () => {
          isOver = true;
          // Ten thousand connections closed in good order would hold as many ports for a minute (TIME_WAIT).
          socket.resetAndDestroy();
        },
      });
    });
  });
}
