import { internetChecksum } from './internet-checksum.ts';

/** One end of a TCP connection. */
export interface TcpEndpoint {
  /** IPv4 address, dotted: `127.0.0.1`. */
  readonly host: string;
  readonly port: number;
}

export const TCP_FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

export interface TcpSegment {
  readonly from: TcpEndpoint;
  readonly to: TcpEndpoint;
  /** Number of the first byte of the payload, 0 to 2^32 - 1. */
  readonly sequence: number;
  /** Number of the byte that is expected next from the other side. */
  readonly acknowledgment: number;
  /** A sum of `TCP_FLAG`. */
  readonly flags: number;
  /** Counts the datagrams of the sender, 0 to 65,535. */
  readonly identification: number;
  /** At most 65,495 bytes, so that the datagram fits its length field. */
  readonly payload: Uint8Array;
}

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const TCP_BYTES = 20;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;
const WINDOW_BYTES = 65_535;

/**
 * The segment as a frame that a network card could have seen, with right checksums:
 * Ethernet II (14 bytes) | IPv4 (20, RFC 791 section 3.1) | TCP (20, RFC 9293 section 3.1) | payload.
 * The hardware addresses are made from the IPv4 addresses and marked as locally administered.
 */
export function encodeTcpFrame(segment: TcpSegment): Uint8Array {
  const source = addressOf(segment.from);
  const destination = addressOf(segment.to);
  const tcpBytes = TCP_BYTES + segment.payload.byteLength;
  // One allocation for a frame, from the pool: a capture makes one for everything that passes.
  const frame = Buffer.allocUnsafe(ETHERNET_BYTES + IPV4_BYTES + tcpBytes).fill(0, 0, ETHERNET_BYTES + IPV4_BYTES + TCP_BYTES);
  frame[0] = 0x02;
  frame.set(destination, 2);
  frame[6] = 0x02;
  frame.set(source, 8);
  frame.writeUInt16BE(ETHERTYPE_IPV4, 12);
  writeIpv4(frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + IPV4_BYTES), segment.identification, source, destination, tcpBytes);
  writeTcp(frame.subarray(ETHERNET_BYTES + IPV4_BYTES), segment, source, destination);
  return frame;
}

function writeIpv4(header: Buffer, identification: number, source: Uint8Array, destination: Uint8Array, payloadBytes: number): void {
  header[0] = 0x45;
  header.writeUInt16BE(IPV4_BYTES + payloadBytes, 2);
  header.writeUInt16BE(identification, 4);
  // Do not fragment.
  header.writeUInt16BE(0x4000, 6);
  header[8] = 64;
  header[9] = PROTOCOL_TCP;
  header.set(source, 12);
  header.set(destination, 16);
  header.writeUInt16BE(internetChecksum(header), 10);
}

function writeTcp(tcp: Buffer, { from, to, sequence, acknowledgment, flags, payload }: TcpSegment, source: Uint8Array, destination: Uint8Array): void {
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledgment, 8);
  tcp[12] = (TCP_BYTES / 4) << 4;
  tcp[13] = flags;
  tcp.writeUInt16BE(WINDOW_BYTES, 14);
  tcp.set(payload, TCP_BYTES);
  tcp.writeUInt16BE(internetChecksum(source, destination, protocolAndLength(tcp.byteLength), tcp), 16);
}

/** What the checksum of TCP covers beside the addresses and the segment (RFC 9293, section 3.1). */
function protocolAndLength(segmentBytes: number): Uint8Array {
  const header = Buffer.allocUnsafe(4);
  header.writeUInt16BE(PROTOCOL_TCP, 0);
  header.writeUInt16BE(segmentBytes, 2);
  return header;
}

/** An endpoint is that of a connection, so its address is worked out once. */
const addresses = new WeakMap<TcpEndpoint, Uint8Array>();

function addressOf(endpoint: TcpEndpoint): Uint8Array {
  const known = addresses.get(endpoint);
  if (known !== undefined) return known;
  const bytes = Uint8Array.from(endpoint.host.split('.'), Number);
  addresses.set(endpoint, bytes);
  return bytes;
}
