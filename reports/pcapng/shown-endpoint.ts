import { isIPv4 } from 'node:net';
import type { TappedConnection } from '../../hil/transport/wire-tap.ts';
import type { TcpEndpoint } from './tcp-segment.ts';

/** The ports by which Wireshark tells protocols apart (IANA service names). */
const WELL_KNOWN_PORT = { mqtt: 1883, 'modbus-tcp': 502 } as const;
const LOOPBACK = '127.0.0.1';

/**
 * The address that a capture shows for a server. Wireshark knows a protocol by its port, and the ports of a testbed are
 * those that the system had free; so the well-known port stands in their place. Servers of this machine that differed by
 * their port then differ by their address: port 38551 (0x9697) of 127.0.0.1 is shown as 127.1.150.151.
 */
export function shownServer({ server, protocol }: Pick<TappedConnection, 'server' | 'protocol'>): TcpEndpoint {
  const host = shownHost(server.host);
  const port = protocol === undefined ? server.port : WELL_KNOWN_PORT[protocol];
  if (port === server.port || host !== LOOPBACK) return { host, port };
  return { host: `127.1.${server.port >> 8}.${server.port & 0xff}`, port };
}

/**
 * The address that a capture shows for a client: its own, but for a client of this machine one that belongs to the place
 * of the capture. One connection may be seen at two places (behind a link, and at the broker), and Wireshark, which looks
 * at addresses and not at interfaces, would take the second for a retransmission of the first.
 */
export function shownClient({ host, port }: TcpEndpoint, place: string): TcpEndpoint {
  const shown = shownHost(host);
  if (shown !== LOOPBACK) return { host: shown, port };
  const sum = numberOf(place);
  // From 127.2.0.0 on: below are servers.
  return { host: `127.${2 + ((sum >>> 16) % 250)}.${(sum >>> 8) & 0xff}.${sum & 0xff}`, port };
}

/** IPv4 as it is; `::1` as 127.0.0.1; for anything else an address of those kept for documentation (RFC 5737). */
function shownHost(host: string): string {
  const plain = host.replace(/^::ffff:/iu, '');
  if (isIPv4(plain)) return plain;
  if (plain === '::1' || plain === 'localhost') return LOOPBACK;
  return `192.0.2.${(numberOf(plain) % 254) + 1}`;
}

/** A number of 32 bits that depends on the name alone. */
function numberOf(name: string): number {
  return name.split('').reduce((before, letter) => (Math.imul(before, 31) + letter.charCodeAt(0)) >>> 0, 7);
}
