import type { ByteLink, LinkClosed, LinkListener } from '../../hil/transport/byte-link.ts';
import { linkClosedError } from '../../hil/transport/link-closed-error.ts';
import { listenTcp, type TcpAddress } from '../../hil/transport/tcp-link.ts';

/** A raw serial server without hardware: what TCP clients send goes out on the wire as it is, and what comes back goes to all. */
export interface SerialServer {
  readonly host: string;
  /** The bound port; it stays the same while the server is off. */
  readonly port: number;
  /** The far end of the wire. It outlives the clients: what is sent while there is none is lost. */
  readonly link: ByteLink;
  readonly isPlugged: boolean;
  /** Switches the server off: its clients are cut, and nobody can connect. Harmless when it is off. */
  unplug(): Promise<void>;
  /** Switches it on again. @throws FieldproofError FP_PORT_IN_USE when somebody has taken the port meanwhile. */
  plug(): Promise<void>;
}

/** Clients that one serial server serves; one more is closed. */
const CLIENTS_MAX = 8;
/** A client that leaves so many bytes unread is cut: a wire does not wait. */
const UNSENT_BYTES_MAX = 65_536;

/** @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED. */
export async function openSerialServer(address: TcpAddress): Promise<SerialServer> {
  const server = new RawServer(address);
  await server.plug();
  return server;
}

class RawServer implements SerialServer {
  readonly host: string;
  readonly link: WireEnd;
  #port: number;
  #listener: LinkListener | undefined;

  constructor({ host, port }: TcpAddress) {
    this.host = host;
    this.#port = port;
    this.link = new WireEnd(`serial server ${host}`, () => this.unplug());
  }

  get port(): number {
    return this.#port;
  }

  get isPlugged(): boolean {
    return this.#listener !== undefined;
  }

  async plug(): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#listener = await listenTcp({ host: this.host, port: this.#port }, (client) => this.link.join(client));
    this.#port = this.#listener.port;
  }

  async unplug(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
    await this.link.cutAll();
  }
}

/** The wire as the devices on it see it. */
class WireEnd implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  /** With the bytes that are on their way to each. */
  readonly #clients = new Map<ByteLink, number>();
  readonly #switchOff: () => Promise<void>;
  #settleClosed: (closed: LinkClosed) => void = () => undefined;
  #receiver: ((chunk: Uint8Array) => void) | undefined;
  #isClosed = false;
  #isPaused = false;

  constructor(name: string, switchOff: () => Promise<void>) {
    this.name = name;
    this.#switchOff = switchOff;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  join(client: ByteLink): void {
    if (this.#clients.size >= CLIENTS_MAX) {
      void client.close();
      return;
    }
    this.#clients.set(client, 0);
    if (this.#isPaused) client.pause();
    client.onBytes((chunk) => this.#receiver?.(chunk));
    void client.closed.then(() => this.#clients.delete(client));
  }

  async cutAll(): Promise<void> {
    const clients = [...this.#clients.keys()];
    for (const client of clients) client.destroy();
    await Promise.all(clients.map((client) => client.closed));
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.reject(linkClosedError(this.name, 'is closed'));
    const copy = bytes.slice();
    for (const client of this.#clients.keys()) void this.#deliver(client, copy);
    return Promise.resolve();
  }

  async #deliver(client: ByteLink, bytes: Uint8Array): Promise<void> {
    const unsent = (this.#clients.get(client) ?? 0) + bytes.length;
    if (unsent > UNSENT_BYTES_MAX) {
      client.destroy();
      return;
    }
    this.#clients.set(client, unsent);
    try {
      await client.send(bytes);
    } catch {
      // It hung up meanwhile: what a wire carries to nobody is lost.
    }
    if (this.#clients.has(client)) this.#clients.set(client, (this.#clients.get(client) ?? 0) - bytes.length);
  }

  onBytes(receiver: (chunk: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  pause(): void {
    this.#isPaused = true;
    for (const client of this.#clients.keys()) client.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const client of this.#clients.keys()) client.resume();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#switchOff();
    this.#settleClosed({ error: undefined });
  }

  destroy(): void {
    void this.close();
  }
}
