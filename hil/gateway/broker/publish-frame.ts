import type { BrokerMessage, QualityOfService } from './broker-engine.ts';

const PUBLISH = 0x30;
const DUP = 0x08;
const RETAIN = 0x01;

/** How one delivery of a message differs from the next. */
export interface Delivery {
  readonly qos: QualityOfService;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Packet identifier, 1 to 65535; ignored for QoS 0, which has none. */
  readonly packetId: number;
}

/**
 * A PUBLISH packet: `0011 DUP QoS RETAIN | remaining length | topic length u16 | topic | packet id u16 (QoS > 0) |
 * payload`. The topic must be at most 65535 bytes long.
 * @see MQTT 3.1.1, section 3.3
 */
export function encodePublish(message: BrokerMessage, { qos, retain, dup, packetId }: Delivery): Uint8Array {
  const topicBytes = Buffer.byteLength(message.topic);
  const remaining = 2 + topicBytes + (qos > 0 ? 2 : 0) + message.payload.byteLength;
  const headerBytes = 1 + variableLengthBytes(remaining);
  const frame = Buffer.allocUnsafe(headerBytes + remaining);
  frame[0] = PUBLISH | (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0);
  let at = writeVariableLength(frame, 1, remaining);
  at = frame.writeUInt16BE(topicBytes, at);
  at += frame.write(message.topic, at);
  if (qos > 0) at = frame.writeUInt16BE(packetId, at);
  frame.set(message.payload, at);
  return frame;
}

/** A PUBREL packet: `0x62 0x02 | packet id u16`. @see MQTT 3.1.1, section 3.6 */
export function encodePubrel(packetId: number): Uint8Array {
  return Uint8Array.of(0x62, 2, packetId >> 8, packetId & 0xff);
}

/** Writes a remaining length: 7 bits a byte, least significant first (MQTT 3.1.1 section 2.2.3). @returns the next offset. */
function writeVariableLength(frame: Uint8Array, offset: number, length: number): number {
  let at = offset;
  let rest = length;
  do {
    frame[at] = (rest % 128) | (rest >= 128 ? 0x80 : 0);
    rest = Math.floor(rest / 128);
    at += 1;
  } while (rest > 0);
  return at;
}

function variableLengthBytes(length: number): number {
  return length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
}
