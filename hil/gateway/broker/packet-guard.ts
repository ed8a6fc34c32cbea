/** Why a connection is ended before its bytes reach the parser. */
export type GuardRefusal = 'malformed' | 'packet-too-large' | 'no-connect';

const CONNECT = 1;
/** CONNACK, SUBACK, UNSUBACK, PINGRESP and the reserved 0 and 15 never come from a client (MQTT 3.1.1 table 2.1). */
const NEVER_FROM_CLIENT: ReadonlySet<number> = new Set([0, 2, 9, 11, 13, 15]);
/** Five strings of 65535 bytes with their lengths, and the ten fixed bytes: no well-formed CONNECT is longer. */
export const CONNECT_BYTES_MAX = 5 * 65_537 + 10 + 5;
const LENGTH_BYTES_MAX = 4;

/**
 * Watches the packet boundaries of one connection's bytes, so that an oversized packet is refused when its fixed header
 * has arrived and not when all of it lies in memory. It copies nothing and holds no bytes.
 * @param packetBytesMax - Largest packet, fixed header included.
 * @returns A function to be called with each chunk in order; undefined = go on. After a refusal it must not be called again.
 * @see MQTT 3.1.1, section 2.2
 */
export function createPacketGuard(packetBytesMax: number): (chunk: Uint8Array) => GuardRefusal | undefined {
  let bodyBytesLeft = 0;
  let lengthBytes = 0;
  let length = 0;
  let inHeader = false;
  let isFirst = true;

  const startPacket = (byte: number): GuardRefusal | undefined => {
    const type = byte >> 4;
    if (isFirst && type !== CONNECT) return 'no-connect';
    if (NEVER_FROM_CLIENT.has(type)) return 'malformed';
    inHeader = true;
    length = 0;
    lengthBytes = 0;
    return undefined;
  };

  const continueLength = (byte: number): GuardRefusal | undefined => {
    length += (byte & 0x7f) * 128 ** lengthBytes;
    lengthBytes += 1;
    if (byte >= 0x80) return lengthBytes < LENGTH_BYTES_MAX ? undefined : 'malformed';
    const packetBytes = 1 + lengthBytes + length;
    if (packetBytes > packetBytesMax || (isFirst && packetBytes > CONNECT_BYTES_MAX)) return 'packet-too-large';
    bodyBytesLeft = length;
    inHeader = false;
    isFirst = false;
    return undefined;
  };

  return (chunk) => {
    let at = 0;
    while (at < chunk.byteLength) {
      if (bodyBytesLeft > 0) {
        const skipped = Math.min(bodyBytesLeft, chunk.byteLength - at);
        bodyBytesLeft -= skipped;
        at += skipped;
      } else {
        const byte = chunk[at] ?? 0;
        const refusal = inHeader ? continueLength(byte) : startPacket(byte);
        if (refusal !== undefined) return refusal;
        at += 1;
      }
    }
    return undefined;
  };
}
