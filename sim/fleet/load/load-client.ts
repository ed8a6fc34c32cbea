import { createConnection, type Socket } from 'node:net';
import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { connectBytes, subscribeBytes } from './load-packets.ts';
import { PacketScanner } from './packet-scanner.ts';

export interface LoadClientOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** A message came; its payload is `bytes[payloadStart..end)` for the length of the call. */
  readonly onMessage?: (bytes: Uint8Array, payloadStart: number, end: number) => void;
  /** A message of this client is done: PUBACK at QoS 1, PUBCOMP at QoS 2. */
  readonly onDone?: () => void;
  /** Everything that came in one piece has been told. */
  readonly onChunk?: () => void;
  /** The connection ended, and nobody here asked for it. */
  readonly onLost: (because: string) => void;
}

/** An MQTT 3.1.1 client that costs next to nothing, so that it is the server which is measured. */
export interface LoadClient {
  /** Sends packets as they are. */
  send(packets: Uint8Array): void;
  /** @throws FieldproofError FP_LINK_CLOSED when the connection ends before SUBACK, or the server refuses. */
  subscribe(filter: string, qos: Qos): Promise<void>;
  /** Cuts the connection: ten thousand that end in good order would hold as many ports for a minute (TIME_WAIT). */
  destroy(): void;
}

/** Every connection reads into the same memory: what was read is dealt with before anything else is read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);
const ANSWER_BYTES = 4;

const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;
const SUBACK = 9;

/** Connects; resolves at CONNACK. @throws FieldproofError FP_LINK_OPEN when there is no connection or the server refuses. */
export function openLoadClient(options: LoadClientOptions): Promise<LoadClient> {
  return new Promise((resolve, reject) => new SocketLoadClient(options, resolve, reject));
}

class SocketLoadClient implements LoadClient {
  readonly #options: LoadClientOptions;
  readonly #scanner = new PacketScanner();
  readonly #socket: Socket;
  readonly #visit = (firstByte: number, bytes: Uint8Array, bodyStart: number, end: number): void => this.#take(firstByte, bytes, bodyStart, end);
  /** Acknowledgements of the current chunk: they leave in one write. */
  #answers: Buffer | undefined;
  #answersBytes = 0;
  #chunkBytes = 0;
  #isOver = false;
  #connected: { readonly resolve: (client: LoadClient) => void; readonly reject: (error: Error) => void } | undefined;
  #subscribed: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  constructor(options: LoadClientOptions, resolve: (client: LoadClient) => void, reject: (error: Error) => void) {
    this.#options = options;
    this.#connected = { resolve, reject };
    const { host, port, clientId } = options;
    const callback = (count: number): boolean => this.#read(count);
    this.#socket = createConnection({ host, port, noDelay: true, onread: { buffer: READ_BUFFER, callback } });
    this.#socket.on('connect', () => this.#socket.write(connectBytes(clientId)));
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', () => this.#end('the server closed the connection'));
  }

  send(packets: Uint8Array): void {
    this.#socket.write(packets);
  }

  subscribe(filter: string, qos: Qos): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#subscribed = { resolve, reject };
      this.send(subscribeBytes(filter, qos));
    });
  }

  destroy(): void {
    this.#isOver = true;
    this.#socket.resetAndDestroy();
  }

  #read(count: number): boolean {
    if (this.#isOver) return true;
    this.#chunkBytes = count;
    this.#scanner.push(READ_BUFFER, count, this.#visit);
    if (this.#answers !== undefined) {
      this.#socket.write(this.#answers.subarray(0, this.#answersBytes));
      this.#answers = undefined;
      this.#answersBytes = 0;
    }
    this.#options.onChunk?.();
    return true;
  }

  #take(firstByte: number, bytes: Uint8Array, bodyStart: number, end: number): void {
    switch (firstByte >> 4) {
      case PUBLISH:
        this.#takeMessage((firstByte >> 1) & 3, bytes, bodyStart, end);
        return;
      case PUBACK:
      case PUBCOMP:
        this.#options.onDone?.();
        return;
      case PUBREC:
        this.#answer(0x62, bytes, bodyStart);
        return;
      case PUBREL:
        this.#answer(0x70, bytes, bodyStart);
        return;
      case CONNACK:
        if (bytes[bodyStart + 1] !== 0) this.#end(`the server answered CONNECT with ${bytes[bodyStart + 1]}`);
        this.#connected?.resolve(this);
        this.#connected = undefined;
        return;
      case SUBACK:
        if ((bytes[bodyStart + 2] ?? 0) >= 0x80) this.#end('the server refused the subscription');
        this.#subscribed?.resolve();
        this.#subscribed = undefined;
        return;
      default:
    }
  }

  #takeMessage(qos: number, bytes: Uint8Array, bodyStart: number, end: number): void {
    const idAt = bodyStart + 2 + (((bytes[bodyStart] ?? 0) << 8) | (bytes[bodyStart + 1] ?? 0));
    if (qos > 0) this.#answer(qos === 1 ? 0x40 : 0x50, bytes, idAt);
    this.#options.onMessage?.(bytes, qos > 0 ? idAt + 2 : idAt, end);
  }

  /** Writes an acknowledgement of the identifier at `idAt`. Each answers a packet of at least as many bytes. */
  #answer(firstByte: number, bytes: Uint8Array, idAt: number): void {
    let answers = this.#answers;
    if (answers === undefined || this.#answersBytes + ANSWER_BYTES > answers.byteLength) {
      if (answers !== undefined) this.#socket.write(answers.subarray(0, this.#answersBytes));
      answers = Buffer.allocUnsafe(Math.max(ANSWER_BYTES, Math.min(this.#chunkBytes, 8_192)));
      this.#answers = answers;
      this.#answersBytes = 0;
    }
    const at = this.#answersBytes;
    answers[at] = firstByte;
    answers[at + 1] = 2;
    answers[at + 2] = bytes[idAt] ?? 0;
    answers[at + 3] = bytes[idAt + 1] ?? 0;
    this.#answersBytes = at + ANSWER_BYTES;
  }

  #end(because: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroy();
    const { host, port, onLost } = this.#options;
    this.#connected?.reject(new FieldproofError('FP_LINK_OPEN', `no MQTT connection to ${host}:${port}: ${because}`));
    this.#subscribed?.reject(new FieldproofError('FP_LINK_CLOSED', `no subscription at ${host}:${port}: ${because}`));
    if (this.#connected === undefined) onLost(because);
  }
}
