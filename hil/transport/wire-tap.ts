import type { TcpAddress } from './tcp-link.ts';

/** Whose bytes they are: those of the one that asked for the connection, or of the one that was asked. */
export type WireSide = 'client' | 'server';

/** What is told about one TCP connection, in the order in which it happens. Nothing here throws or waits. */
export interface ConnectionTap {
  /** These bytes have passed. They are used before the call returns and not kept. */
  data(from: WireSide, bytes: Uint8Array): void;
  /** One side has ended its direction (FIN); after the second one the connection is over. */
  ended(from: WireSide): void;
  /** One side has cut the connection (RST). Harmless when it is over. */
  cut(from: WireSide): void;
}

/** The two ends of a connection, and what is spoken on it. */
export interface TappedConnection {
  readonly client: TcpAddress;
  readonly server: TcpAddress;
  readonly protocol: 'mqtt' | 'modbus-tcp' | undefined;
}

/** How the frames of a serial line are told apart. */
export interface TappedLine {
  readonly framing: 'rtu' | 'ascii';
}

/** What is told about one serial line. */
export interface LineTap {
  /** @param from - Undefined to an eavesdropper, who cannot tell. */
  data(from: WireSide | undefined, bytes: Uint8Array): void;
}

/** Is told of the bytes that pass at some place: a capture. Parts that are given none spare themselves the work. */
export interface WireTap {
  /**
   * A connection has been made.
   * @param place - Names the interface of the capture: `uplink client side`, `pumps-1`. Few of them.
   */
  connection(place: string, connection: TappedConnection): ConnectionTap;
  /** A serial line has been opened. */
  line(place: string, line: TappedLine): LineTap;
}
