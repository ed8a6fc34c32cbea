import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { LinkType } from './link-type.ts';
import { encodeOptions, paddedTo4, type PcapngOption } from './pcapng-option.ts';

/** Bytes kept of one packet; of a longer one the rest is cut off and only its length is told. Wireshark reads no more. */
export const PACKET_BYTES_MAX = 262_144;

/** Types of the blocks that a capture consists of. */
export const BLOCK = { sectionHeader: 0x0a0d0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const;
const OPTION = { comment: 1, application: 4, interfaceName: 2, packetFlags: 2, timeResolution: 9 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** The instants of packets count microseconds: 10 to the power of minus 6. */
const MICROSECONDS = Uint8Array.of(6);
const NO_OPTIONS = new Uint8Array(0);
const DIRECTION = { inbound: 1, outbound: 2 } as const;

/**
 * The block that begins a capture. All blocks here are little-endian; a file is one section header, then the interfaces
 * in the order of their numbers, then packets, simply one after another.
 * @param application - The program that wrote the file.
 * @see draft-ietf-opsawg-pcapng, section 4.1
 */
export function sectionHeaderBlock({ application, comment }: { readonly application: string; readonly comment?: string }): Uint8Array {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  body.writeUInt16LE(1, 4);
  body.writeUInt16LE(0, 6);
  // The length of the section is not told, so that a run can append to it.
  body.writeBigInt64LE(-1n, 8);
  return block(BLOCK.sectionHeader, body, [...commentOption(comment), { code: OPTION.application, value: application }]);
}

/** What packets are captured on. */
export interface CapturedInterface {
  readonly linkType: LinkType;
  /** Shown by Wireshark with each packet: `uplink`, `/dev/ttyUSB0`. */
  readonly name: string;
  readonly comment?: string;
}

/**
 * An interface: the first one in a file has the number 0.
 * @see draft-ietf-opsawg-pcapng, section 4.2
 */
export function interfaceDescriptionBlock({ linkType, name, comment }: CapturedInterface): Uint8Array {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(linkType, 0);
  body.writeUInt32LE(PACKET_BYTES_MAX, 4);
  return block(BLOCK.interfaceDescription, body, [
    ...commentOption(comment),
    { code: OPTION.interfaceName, value: name },
    { code: OPTION.timeResolution, value: MICROSECONDS },
  ]);
}

/** A packet as an interface saw it. */
export interface CapturedPacket {
  /** The number of an interface that was described before. */
  readonly interfaceId: number;
  /** Wall-clock time in milliseconds since 1970-01-01 UTC, kept to the microsecond. */
  readonly wallMs: number;
  readonly bytes: Uint8Array;
  readonly direction?: keyof typeof DIRECTION;
  /** What a reader should know about this packet, such as the fault that was in force. */
  readonly comment?: string;
}

/**
 * @throws FieldproofError FP_INTERNAL when the time is before 1970, no number, or beyond the year 2255.
 * @see draft-ietf-opsawg-pcapng, section 4.3
 */
export function enhancedPacketBlock({ interfaceId, wallMs, bytes, direction, comment }: CapturedPacket): Uint8Array {
  const microseconds = Math.round(wallMs * 1_000);
  if (!Number.isSafeInteger(microseconds) || microseconds < 0) {
    throw new FieldproofError('FP_INTERNAL', `a packet of ${bytes.byteLength} bytes was captured at ${wallMs} ms, which is no instant`);
  }
  const kept = bytes.subarray(0, PACKET_BYTES_MAX);
  const flags = direction === undefined ? [] : [{ code: OPTION.packetFlags, value: Uint8Array.of(DIRECTION[direction], 0, 0, 0) }];
  const options = direction === undefined && comment === undefined ? NO_OPTIONS : encodeOptions([...commentOption(comment), ...flags]);
  // In one piece and not by `block`, which would copy every byte that passes once more.
  const byteCount = 32 + paddedTo4(kept.byteLength) + options.byteLength;
  const encoded = Buffer.allocUnsafe(byteCount).fill(0, 28 + kept.byteLength);
  encoded.writeUInt32LE(BLOCK.enhancedPacket, 0);
  encoded.writeUInt32LE(byteCount, 4);
  encoded.writeUInt32LE(interfaceId, 8);
  encoded.writeUInt32LE(Math.floor(microseconds / 2 ** 32), 12);
  encoded.writeUInt32LE(microseconds % 2 ** 32, 16);
  encoded.writeUInt32LE(kept.byteLength, 20);
  encoded.writeUInt32LE(bytes.byteLength, 24);
  encoded.set(kept, 28);
  encoded.set(options, 28 + paddedTo4(kept.byteLength));
  encoded.writeUInt32LE(byteCount, byteCount - 4);
  return encoded;
}

function commentOption(comment: string | undefined): PcapngOption[] {
  return comment === undefined ? [] : [{ code: OPTION.comment, value: comment }];
}

/** `type u32 | length u32 | body | options | length u32`; the length counts all of it. */
function block(type: number, body: Uint8Array, options: readonly PcapngOption[]): Uint8Array {
  const tail = encodeOptions(options);
  const byteCount = 12 + body.byteLength + tail.byteLength;
  const encoded = Buffer.alloc(byteCount);
  encoded.writeUInt32LE(type, 0);
  encoded.writeUInt32LE(byteCount, 4);
  encoded.set(body, 8);
  encoded.set(tail, 8 + body.byteLength);
  encoded.writeUInt32LE(byteCount, byteCount - 4);
  return encoded;
}
