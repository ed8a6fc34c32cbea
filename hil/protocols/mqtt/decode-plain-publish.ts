import { byteView } from './byte-view.ts';
import type { ProtocolVersion, PublishPacket } from './packet.ts';
import { NO_PROPERTIES } from './properties.ts';
import { knownText } from './known-text.ts';

/** A PUBLISH and where the next packet starts. */
export interface PlainPublish {
  readonly kind: 'packet';
  readonly packet: PublishPacket;
  readonly byteCount: number;
}

const LENGTH_BYTES_MAX = 4;

/**
 * Reads what most packets are without building anything but the result: a whole and valid PUBLISH with a topic of plain ASCII
 * and without properties. For everything else, right or wrong, `decodePacket` has the word.
 * @param end - Where the received bytes end.
 * @returns undefined when it is none of that kind.
 * @see section 3.3
 */
export function decodePlainPublish(bytes: Uint8Array, version: ProtocolVersion, packetBytesMax: number, start: number, end: number): PlainPublish | undefined {
  const first = bytes[start] ?? 0;
  const bits = (first >> 1) & 3;
  const dup = (first & 0x08) !== 0;
  if (first >> 4 !== 3 || bits === 3 || (dup && bits === 0)) return undefined;
  let at = start + 1;
  let length = 0;
  let byte = 0x80;
  for (let shift = 0; byte >= 0x80; shift += 7) {
    if (at >= end || at - start > LENGTH_BYTES_MAX) return undefined;
    byte = bytes[at] ?? 0;
    length |= (byte & 0x7f) << shift;
    at += 1;
  }
  const packetEnd = at + length;
  // A longer length than needed ends in a zero byte.
  if ((byte === 0 && at - start > 2) || packetEnd > end || packetEnd - start > packetBytesMax || length < 2) return undefined;
  const topicBytes = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const topicEnd = at + 2 + topicBytes;
  const payloadStart = topicEnd + (bits === 0 ? 0 : 2) + (version === 5 ? 1 : 0);
  if (topicBytes === 0 || payloadStart > packetEnd) return undefined;
  if (version === 5 && bytes[payloadStart - 1] !== 0) return undefined;
  const packetId = bits === 0 ? undefined : ((bytes[topicEnd] ?? 0) << 8) | (bytes[topicEnd + 1] ?? 0);
  if (packetId === 0) return undefined;
  const topic = knownText(bytes, at + 2, topicEnd);
  if (topic === undefined) return undefined;
  const qos = bits === 1 || bits === 2 ? bits : 0;
  const payload = byteView(bytes, payloadStart, packetEnd);
  const packet: PublishPacket = { type: 'publish', dup, qos, retain: (first & 1) !== 0, topic, packetId, payload, properties: NO_PROPERTIES };
  return { kind: 'packet', packet, byteCount: packetEnd - start };
}
