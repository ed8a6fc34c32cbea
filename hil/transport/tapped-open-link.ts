import type { LinkAddress, OpenLink } from './byte-link.ts';
import { tappedLink } from './tapped-link.ts';
import type { TappedLine, WireTap } from './wire-tap.ts';

/** What is on the links to an address: Modbus/TCP, or the frames of a serial line, whatever carries them. */
export interface TappedPlace {
  /** Name of the interface of the capture. */
  readonly place: string;
  readonly framing: 'tcp' | TappedLine['framing'];
}

/** A socket does not tell the port that it was given; a capture needs one for each connection that tells it from the others. */
const CLIENT_PORT_FIRST = 49_152;
const CLIENT_PORTS = 16_384;

/**
 * Opens links that a tap is told of.
 * @param placeOf - Undefined for addresses that are of no interest.
 */
export function tappedOpenLink(openLink: OpenLink, wire: WireTap, placeOf: (address: LinkAddress) => TappedPlace | undefined): OpenLink {
  let opened = 0;
  return async (address, signal) => {
    const link = await openLink(address, signal);
    const found = placeOf(address);
    if (found === undefined) return link;
    const { place, framing } = found;
    if (framing !== 'tcp') return tappedLink(link, wire.line(place, { framing }), 'client');
    opened += 1;
    const client = { host: '127.0.0.1', port: CLIENT_PORT_FIRST + (opened % CLIENT_PORTS) };
    const server = address.kind === 'tcp' ? address : { host: '', port: 0 };
    return tappedLink(link, wire.connection(place, { client, server, protocol: 'modbus-tcp' }), 'client');
  };
}
