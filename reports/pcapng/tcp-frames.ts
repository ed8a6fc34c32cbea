import { isIPv4 } from 'node:net';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { encodeTcpFrame, TCP_FLAG, type TcpEndpoint } from './tcp-segment.ts';

export type TcpSide = 'client' | 'server';

/** Payload bytes of one frame, as on an Ethernet of 1,500 bytes. */
export const SEGMENT_BYTES_MAX = 1_460;

/** A sender that is told nothing for so long would stop, its window full; so the far side acknowledges before that. */
const UNACKNOWLEDGED_BYTES_MAX = 32_768;

/**
 * The frames of one TCP connection, made up around the bytes that a relay or a proxy has seen pass: a socket shows no
 * headers, and an analyser wants them. Sequence numbers, acknowledgments and checksums are right; segment borders,
 * windows and the acknowledgments between are not those of the real connection. Each call numbers on from the one before
 * it, so the calls come in the order of what they stand for.
 */
export interface TcpFrames {
  /** The three frames of the handshake. */
  open(): Uint8Array[];
  /** Frames that carry these bytes, in segments of `SEGMENT_BYTES_MAX`. */
  data(from: TcpSide, payload: Uint8Array): Uint8Array[];
  /** One side has ended its direction (FIN); after the second one the connection is over. */
  close(from: TcpSide): Uint8Array[];
  /** One side has cut the connection (RST). */
  reset(from: TcpSide): Uint8Array[];
}

export interface TcpFramesOptions {
  readonly client: TcpEndpoint;
  readonly server: TcpEndpoint;
  /** The sequence number of each SYN, 0 to 2^32 - 1. */
  readonly firstSequence?: Readonly<Record<TcpSide, number>>;
}

/** @throws FieldproofError FP_INTERNAL when an endpoint is no IPv4 address with a port. */
export function createTcpFrames({ client, server, firstSequence = { client: 0, server: 0 } }: TcpFramesOptions): TcpFrames {
  checkEndpoint(client);
  checkEndpoint(server);
  return new SyntheticConnection({ client, server }, firstSequence);
}

function checkEndpoint({ host, port }: TcpEndpoint): void {
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (!isIPv4(host) || !isPort) throw new FieldproofError('FP_INTERNAL', `${host}:${port} is no IPv4 address with a port`);
}

interface Sending {
  /** Number of the next byte. */
  sequence: number;
  identification: number;
  unacknowledgedBytes: number;
  isClosed: boolean;
}

class SyntheticConnection implements TcpFrames {
  readonly #endpoints: Readonly<Record<TcpSide, TcpEndpoint>>;
  readonly #sending: Readonly<Record<TcpSide, Sending>>;

  constructor(endpoints: Readonly<Record<TcpSide, TcpEndpoint>>, firstSequence: Readonly<Record<TcpSide, number>>) {
    this.#endpoints = endpoints;
    this.#sending = { client: sendingFrom(firstSequence.client), server: sendingFrom(firstSequence.server) };
  }

  open(): Uint8Array[] {
    return [this.#frame('client', TCP_FLAG.syn), this.#frame('server', TCP_FLAG.syn | TCP_FLAG.ack), this.#frame('client', TCP_FLAG.ack)];
  }

  data(from: TcpSide, payload: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let offset = 0; offset < payload.byteLength; offset += SEGMENT_BYTES_MAX) {
      frames.push(this.#frame(from, TCP_FLAG.psh | TCP_FLAG.ack, payload.subarray(offset, offset + SEGMENT_BYTES_MAX)));
      if (this.#sending[from].unacknowledgedBytes >= UNACKNOWLEDGED_BYTES_MAX) frames.push(this.#frame(otherSide(from), TCP_FLAG.ack));
    }
    return frames;
  }

  close(from: TcpSide): Uint8Array[] {
    const last = this.#frame(from, TCP_FLAG.fin | TCP_FLAG.ack);
    this.#sending[from].isClosed = true;
    return this.#sending[otherSide(from)].isClosed ? [last, this.#frame(otherSide(from), TCP_FLAG.ack)] : [last];
  }

  reset(from: TcpSide): Uint8Array[] {
    return [this.#frame(from, TCP_FLAG.rst | TCP_FLAG.ack)];
  }

  #frame(from: TcpSide, flags: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
    const [own, other] = [this.#sending[from], this.#sending[otherSide(from)]];
    const { sequence, identification } = own;
    // SYN and FIN count as one byte each (RFC 9293, section 3.4).
    const taken = payload.byteLength + ((flags & (TCP_FLAG.syn | TCP_FLAG.fin)) === 0 ? 0 : 1);
    own.sequence = (sequence + taken) % 2 ** 32;
    own.identification = (identification + 1) % 2 ** 16;
    own.unacknowledgedBytes += taken;
    const acknowledges = (flags & TCP_FLAG.ack) !== 0;
    if (acknowledges) other.unacknowledgedBytes = 0;
    const [source, destination] = [this.#endpoints[from], this.#endpoints[otherSide(from)]];
    const acknowledgment = acknowledges ? other.sequence : 0;
    return encodeTcpFrame({ from: source, to: destination, sequence, acknowledgment, flags, identification, payload });
  }
}

function sendingFrom(sequence: number): Sending {
  return { sequence, identification: 0, unacknowledgedBytes: 0, isClosed: false };
}

function otherSide(side: TcpSide): TcpSide {
  return side === 'client' ? 'server' : 'client';
}
