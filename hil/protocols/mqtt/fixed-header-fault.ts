import type { PacketSender } from './decode-result.ts';
import type { FixedHeader } from './fixed-header.ts';
import type { ProtocolVersion } from './packet.ts';
import { PACKET_TYPES, type PacketTypeEntry } from './packet-type.ts';
import type { PacketFault } from './packet-reader.ts';
import { RULES, type Rule } from './rules.ts';

/**
 * What the fixed header alone breaks; undefined for nothing.
 * @param agreed - The version of the connection; undefined before CONNECT.
 * @param version - That by which the packet is judged: CONNECT brings its own.
 */
export function fixedHeaderFault(
  header: FixedHeader,
  agreed: ProtocolVersion | undefined,
  version: ProtocolVersion | undefined,
  from: PacketSender,
  packetBytesMax: number,
): PacketFault | undefined {
  if (header.isTooLong) return { rule: RULES['length-too-long'], because: 'remaining length goes on after 4 bytes' };
  const entry = PACKET_TYPES[header.typeNumber];
  if (agreed === undefined && header.typeNumber !== 1) {
    return { rule: RULES['connect-first'], because: `${entry?.type.toUpperCase() ?? 'reserved packet type 0'} came before CONNECT` };
  }
  if (entry === undefined || (version === 4 && !entry.inV4)) {
    return { rule: RULES['packet-type-reserved'], because: `packet type ${header.typeNumber} is reserved` };
  }
  if (!mayCome(entry, version, from)) {
    return { rule: RULES['packet-type-direction'], because: `a ${from} may not send ${entry.type.toUpperCase()}` };
  }
  if (entry.flags !== undefined && entry.flags !== header.flags) {
    return { rule: flagsRule(entry), because: `flags of ${entry.type.toUpperCase()} are ${bits(header.flags)}, not ${bits(entry.flags)}` };
  }
  if (header.isPadded && version === 5) return { rule: RULES['length-not-minimal'], because: 'remaining length takes more bytes than it needs' };
  if (header.byteCount > packetBytesMax) {
    return { rule: RULES['packet-too-large'], because: `the packet has ${header.byteCount} bytes, more than ${packetBytesMax}` };
  }
  return undefined;
}

function mayCome(entry: PacketTypeEntry, version: ProtocolVersion | undefined, from: PacketSender): boolean {
  if (from === 'client') return entry.fromClient;
  return entry.fromServer && !(entry.fromServerOnlyInV5 === true && version === 4);
}

function flagsRule({ type }: PacketTypeEntry): Rule {
  switch (type) {
    case 'pubrel':
    case 'subscribe':
    case 'unsubscribe':
    case 'disconnect':
    case 'auth':
      return RULES[`flags-${type}`];
    case 'connect':
    case 'connack':
    case 'publish':
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
    case 'suback':
    case 'unsuback':
    case 'pingreq':
    case 'pingresp':
    default:
      return RULES['flags-reserved'];
  }
}

function bits(flags: number): string {
  return flags.toString(2).padStart(4, '0');
}
