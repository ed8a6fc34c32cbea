import { LINK_TYPE, type LinkType } from './link-type.ts';
import type { CapturedInterface, CapturedPacket } from './pcapng-blocks.ts';
import { paddedTo4 } from './pcapng-option.ts';

const OPTION = { end: 0, comment: 1, interfaceName: 2, packetFlags: 2 } as const;

/**
 * An interface description block that `interfaceDescriptionBlock` made.
 * @param block - The whole block, both lengths included.
 */
export function readInterface(block: Buffer): CapturedInterface {
  const options = readOptions(block, 16);
  const comment = options.get(OPTION.comment);
  const described = { linkType: linkTypeOf(block.readUInt16LE(8)), name: options.get(OPTION.interfaceName)?.toString('utf8') ?? '' };
  return comment === undefined ? described : { ...described, comment: comment.toString('utf8') };
}

/** An enhanced packet block that `enhancedPacketBlock` made; a packet that was too long stays cut off. */
export function readPacket(block: Buffer): CapturedPacket {
  const byteCount = Math.min(block.readUInt32LE(20), block.length - 32);
  const options = readOptions(block, 28 + paddedTo4(byteCount));
  const comment = options.get(OPTION.comment);
  const flags = options.get(OPTION.packetFlags)?.[0] ?? 0;
  return {
    interfaceId: block.readUInt32LE(8),
    wallMs: (block.readUInt32LE(12) * 2 ** 32 + block.readUInt32LE(16)) / 1_000,
    bytes: block.subarray(28, 28 + byteCount),
    ...(flags === 1 ? { direction: 'inbound' as const } : flags === 2 ? { direction: 'outbound' as const } : {}),
    ...(comment === undefined ? {} : { comment: comment.toString('utf8') }),
  };
}

function linkTypeOf(number: number): LinkType {
  return Object.values(LINK_TYPE).find((known) => known === number) ?? LINK_TYPE.exportedPdu;
}

/** The first option of each code; stops at what makes no sense. */
function readOptions(block: Buffer, start: number): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  const end = block.length - 4;
  for (let at = start; at + 4 <= end; ) {
    const [code, length] = [block.readUInt16LE(at), block.readUInt16LE(at + 2)];
    if (code === OPTION.end || at + 4 + length > end) break;
    if (!options.has(code)) options.set(code, block.subarray(at + 4, at + 4 + length));
    at += 4 + paddedTo4(length);
  }
  return options;
}
