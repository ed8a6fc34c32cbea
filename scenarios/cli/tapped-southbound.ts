import type { SouthboundLineConfig } from '../../hil/gateway/config/gateway-config.ts';
import type { LinkAddress, OpenLink } from '../../hil/transport/byte-link.ts';
import { tappedOpenLink } from '../../hil/transport/tapped-open-link.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import { FRAMING_OF } from './tapped-framing.ts';

/** Opens the lines of a gateway; a tap is told of these. Each is an interface of its id. */
export function tappedSouthbound(openLink: OpenLink, wire: WireTap, lines: readonly SouthboundLineConfig[]): OpenLink {
  return tappedOpenLink(openLink, wire, (address) => {
    const line = lines.find((one) => isAt(one, address));
    return line === undefined ? undefined : { place: line.id, framing: FRAMING_OF[line.transport] };
  });
}

function isAt(line: SouthboundLineConfig, address: LinkAddress): boolean {
  if ('path' in line) return address.kind === 'serial' && address.path === line.path;
  return address.kind === 'tcp' && address.host === line.host && address.port === line.port;
}
