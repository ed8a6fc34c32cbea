import type { FieldproofError } from '../runtime/errors.ts';

/**
 * An ordered, two-way stream of bytes (datagrams for UDP), whatever carries it: a TCP socket, a serial port, memory.
 * Every protocol of fieldproof runs over this interface, so that each can be put on each carrier, faulted and recorded.
 * `byte-link.contract.ts` says in tests what every implementation keeps.
 */
export interface ByteLink {
  /** What it is connected to, for people: `tcp 127.0.0.1:502`, `serial /dev/ttyUSB0 19200 8E1`, `memory a`. */
  readonly name: string;
  /**
   * Sends the bytes after all that was sent before. The array may be reused once the promise resolves, which happens
   * when the carrier has accepted the bytes: awaiting it is the back pressure.
   * @throws FieldproofError FP_LINK_CLOSED when the link is closed or closes meanwhile.
   */
  send(bytes: Uint8Array): Promise<void>;
  /**
   * Takes the bytes that arrive from now on; one receiver at a time, a new one replaces the old. Bytes that arrived
   * while there was none are handed over at once, in order (at most `UNREAD_BYTES_MAX`; then the carrier is paused).
   * The chunk belongs to the receiver. A receiver must not throw.
   */
  onBytes(receiver: (chunk: Uint8Array) => void): void;
  /** Stops and resumes taking bytes from the carrier, so that the sender feels back pressure. */
  pause(): void;
  resume(): void;
  /** Resolves once, when the link is closed for whatever reason; `error` says why when nobody asked for it. */
  readonly closed: Promise<LinkClosed>;
  /** Closes both directions after what was sent has gone out; safe to call again. */
  close(): Promise<void>;
  /** Cuts at once, losing what is buffered (a TCP link sends RST). */
  destroy(): void;
}

export interface LinkClosed {
  /** Undefined when either side closed in good order. */
  readonly error: FieldproofError | undefined;
}

/** A listening end: hands out one link for each peer. */
export interface LinkListener {
  /** The bound port; the real one when 0 was asked for. */
  readonly port: number;
  /** Stops accepting; open links stay. */
  close(): Promise<void>;
}

/** Where a link leads, as a configuration states it. */
export type LinkAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly path: string; readonly line: SerialLine };

/** The settings of an asynchronous serial line; Modbus over Serial Line V1.02 asks for 19200 8E1 by default. */
export interface SerialLine {
  /** Bits per second, 300 to 921600. */
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** Opens links; parts that need one take this as an argument. */
export type OpenLink = (address: LinkAddress, signal?: AbortSignal) => Promise<ByteLink>;

/** Bytes a link holds for a receiver that is not there yet. */
export const UNREAD_BYTES_MAX = 65_536;
