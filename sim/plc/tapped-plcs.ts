import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { tappedLink } from '../../hil/transport/tapped-link.ts';
import type { TcpPeer } from '../../hil/transport/tcp-link.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import type { VirtualPlc } from './virtual-plc.ts';

/**
 * Devices whose connections a tap is told of: outermost, so that it sees what faults have made of the frames.
 * @param group - Names the interface of the capture; one for all devices, which differ by their address.
 */
export function tappedTcpDevices(plcs: readonly VirtualPlc[], group: string, wire: WireTap | undefined): readonly VirtualPlc[] {
  if (wire === undefined) return plcs;
  return plcs.map((plc) => ({ ...plc, wrapLink: (link, peer) => (plc.wrapLink ?? unchanged)(tappedTcpLink(link, peer, group, wire), peer) }));
}

/** A connection that a Modbus server accepted. */
export function tappedTcpLink(link: ByteLink, { host, port, localHost, localPort }: TcpPeer, place: string, wire: WireTap): ByteLink {
  const tap = wire.connection(place, { client: { host, port }, server: { host: localHost, port: localPort }, protocol: 'modbus-tcp' });
  return tappedLink(link, tap, 'server');
}

/** The far end of a serial line; it has to be tapped before faults are put on it, so that the capture has what they do. */
export function tappedSerialEnd(link: ByteLink, place: string, framing: 'rtu' | 'ascii', wire: WireTap | undefined): ByteLink {
  return wire === undefined ? link : tappedLink(link, wire.line(place, { framing }), 'server');
}

function unchanged(link: ByteLink): ByteLink {
  return link;
}
