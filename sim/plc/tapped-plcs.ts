import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { tappedLink, tappedPeer } from '../../hil/transport/tapped-link.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import type { VirtualPlc } from './virtual-plc.ts';

/**
 * Devices whose connections a tap is told of: outermost, so that it sees what faults have made of the frames.
 * @param group - Names the interface of the capture; one for all devices, which differ by their address.
 */
export function tappedTcpDevices(plcs: readonly VirtualPlc[], group: string, wire: WireTap | undefined): readonly VirtualPlc[] {
  if (wire === undefined) return plcs;
  return plcs.map((plc) => ({ ...plc, wrapLink: (link, peer) => (plc.wrapLink ?? unchanged)(tappedPeer(link, peer, { place: group, protocol: 'modbus-tcp' }, wire), peer) }));
}

/** The far end of a serial line; it has to be tapped before faults are put on it, so that the capture has what they do. */
export function tappedSerialEnd(link: ByteLink, place: string, framing: 'rtu' | 'ascii', wire: WireTap | undefined): ByteLink {
  return wire === undefined ? link : tappedLink(link, wire.line(place, { framing }), 'server');
}

function unchanged(link: ByteLink): ByteLink {
  return link;
}
