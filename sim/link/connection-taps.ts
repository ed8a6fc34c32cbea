import type { Socket } from 'node:net';
import type { ConnectionTap, WireSide, WireTap } from '../../hil/transport/wire-tap.ts';
import type { LinkItem } from './link-fault.ts';

/** Tells a tap what passes on both sides of one connection through the proxy: what differs between them is the fault. */
export interface ConnectionTaps {
  /** The client is there; it is, from the beginning. */
  clientConnected(socket: Socket): void;
  /** The upstream has accepted. */
  serverConnected(socket: Socket): void;
  /** An endpoint sent this to the proxy. */
  received(from: WireSide, item: LinkItem): void;
  /** The proxy handed this to an endpoint. */
  delivered(to: WireSide, item: LinkItem): void;
  /** The connection is over by RST on both sides, which came from this end if it came from an end. */
  cut(by: WireSide | undefined): void;
}

export interface ConnectionTapsOptions {
  /** Name of the link. */
  readonly link: string;
  readonly wire: WireTap;
  /** What is spoken on the link. */
  readonly protocol: 'mqtt' | 'modbus-tcp' | undefined;
}

/** The interfaces of the capture are called `<link> client side` and `<link> server side`. */
export function createConnectionTaps({ link, wire, protocol }: ConnectionTapsOptions): ConnectionTaps {
  const sides: { client?: ConnectionTap; server?: ConnectionTap } = {};
  const tell = (side: WireSide, from: WireSide, item: LinkItem): void => {
    if (item === 'end') sides[side]?.ended(from);
    else sides[side]?.data(from, item);
  };
  return {
    clientConnected(socket) {
      const [client, server] = [remoteOf(socket), localOf(socket)];
      sides.client = wire.connection(`${link} client side`, { client, server, protocol });
    },
    serverConnected(socket) {
      const [client, server] = [localOf(socket), remoteOf(socket)];
      sides.server = wire.connection(`${link} server side`, { client, server, protocol });
    },
    received: (from, item) => tell(from, from, item),
    delivered: (to, item) => tell(to, otherSide(to), item),
    cut(by) {
      // Towards an end that did not cut, the proxy does it in the place of the other.
      sides.client?.cut(by === 'client' ? 'client' : 'server');
      sides.server?.cut(by === 'server' ? 'server' : 'client');
    },
  };
}

function otherSide(side: WireSide): WireSide {
  return side === 'client' ? 'server' : 'client';
}

function remoteOf({ remoteAddress = '', remotePort = 0 }: Socket): { readonly host: string; readonly port: number } {
  return { host: remoteAddress, port: remotePort };
}

function localOf({ localAddress = '', localPort = 0 }: Socket): { readonly host: string; readonly port: number } {
  return { host: localAddress, port: localPort };
}
