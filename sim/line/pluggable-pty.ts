import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink, LinkClosed } from '../../hil/transport/byte-link.ts';
import { linkClosedError } from '../../hil/transport/link-closed-error.ts';
import { openPtyPair, type PtyPair } from '../plc/serial-line/pty-pair.ts';

/** A serial line without hardware whose plug can be pulled. */
export interface PluggablePty {
  /** What a client opens: a symbolic link, as udev makes them, that is there while it is plugged and keeps its name. */
  readonly path: string;
  /** The far end of the wire. It outlives the plug: what is sent meanwhile is lost, nothing arrives. */
  readonly link: ByteLink;
  readonly isPlugged: boolean;
  /** Takes the device away: a client's port is disconnected, and the path is gone. Harmless when it is gone already. */
  unplug(): Promise<void>;
  /** Brings it back under the same path. @throws FieldproofError FP_SERIAL_UNSUPPORTED as `openPtyPair`. */
  plug(): Promise<void>;
  /** Unplugs it for good and closes `link`. */
  dispose(): Promise<void>;
}

/**
 * @param name - Last part of the path, such as `line-a`.
 * @throws FieldproofError FP_SERIAL_UNSUPPORTED when this machine has no pseudo-terminals.
 */
export async function openPluggablePty(name: string, deps: { readonly clock: Clock }): Promise<PluggablePty> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-line-'));
  const pty = new Plug(join(folder, name), folder, deps.clock);
  try {
    await pty.plug();
    return pty;
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
}

class Plug implements PluggablePty {
  readonly path: string;
  readonly link: FarEnd;
  readonly #folder: string;
  readonly #clock: Clock;
  #pair: PtyPair | undefined;

  constructor(path: string, folder: string, clock: Clock) {
    this.path = path;
    this.#folder = folder;
    this.#clock = clock;
    this.link = new FarEnd(`pty ${path}`, () => this.dispose());
  }

  get isPlugged(): boolean {
    return this.#pair !== undefined;
  }

  async plug(): Promise<void> {
    if (this.#pair !== undefined) return;
    const pair = await openPtyPair({ clock: this.#clock });
    this.#pair = pair;
    symlinkSync(pair.path, this.path);
    this.link.carrierIs(pair.master);
  }

  async unplug(): Promise<void> {
    const pair = this.#pair;
    if (pair === undefined) return;
    this.#pair = undefined;
    this.link.carrierIs(undefined);
    rmSync(this.path, { force: true });
    pair.dispose();
    await pair.master.closed;
  }

  async dispose(): Promise<void> {
    await this.unplug();
    rmSync(this.#folder, { recursive: true, force: true });
    this.link.end();
  }
}

/** A link over whatever carrier there is at the moment. */
class FarEnd implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly #dispose: () => Promise<void>;
  #settleClosed: (closed: LinkClosed) => void = () => undefined;
  #carrier: ByteLink | undefined;
  #receiver: ((chunk: Uint8Array) => void) | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(name: string, dispose: () => Promise<void>) {
    this.name = name;
    this.#dispose = dispose;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  carrierIs(carrier: ByteLink | undefined): void {
    this.#carrier = carrier;
    if (carrier === undefined) return;
    if (this.#isPaused) carrier.pause();
    if (this.#receiver !== undefined) carrier.onBytes(this.#receiver);
  }

  end(): void {
    this.#isClosed = true;
    this.#settleClosed({ error: undefined });
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) throw linkClosedError(this.name, 'is closed');
    const carrier = this.#carrier;
    try {
      await carrier?.send(bytes);
    } catch (cause) {
      // Unplugged meanwhile: the bytes are lost on the way, as on a wire.
      if (this.#carrier === carrier) throw cause;
    }
  }

  onBytes(receiver: (chunk: Uint8Array) => void): void {
    this.#receiver = receiver;
    this.#carrier?.onBytes(receiver);
  }

  pause(): void {
    this.#isPaused = true;
    this.#carrier?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#carrier?.resume();
  }

  async close(): Promise<void> {
    await this.#dispose();
  }

  destroy(): void {
    void this.#dispose();
  }
}
