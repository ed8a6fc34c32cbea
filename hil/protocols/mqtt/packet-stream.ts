import { byteView } from './byte-view.ts';
import { decodePacket } from './decode.ts';
import type { DecodeOptions, MqttDecode, MqttViolation } from './decode-result.ts';
import type { MqttPacket, ProtocolVersion } from './packet.ts';

/** Memory for the first bytes of a packet that is not complete; it doubles as they come. */
const FIRST_HOLD_BYTES = 256;

/** A packet, its bytes with it; or the violation that ends the stream, with all bytes from the start of the bad packet. */
export type PacketStreamEvent =
  | { readonly kind: 'packet'; readonly packet: MqttPacket; readonly bytes: Uint8Array }
  | { readonly kind: 'violation'; readonly violation: MqttViolation; readonly rest: Uint8Array };

export interface PacketStreamOptions extends DecodeOptions {
  /** Of the connection. Without it a client's CONNECT tells; what a server sends needs it, here or by `setVersion`. */
  readonly version?: ProtocolVersion;
}

/** One direction of a connection, however it was segmented, as packets. */
export interface PacketStream {
  /**
   * Takes the next bytes, which must not change afterwards: packets are views into them where possible. After a violation
   * no receiver may go on (3.1.1 section 4.8, 5.0 section 4.13), so it is the last event, and further bytes are ignored.
   */
  push(chunk: Uint8Array): PacketStreamEvent[];
  /** What was given, or what CONNECT told. */
  version(): ProtocolVersion | undefined;
  setVersion(version: ProtocolVersion): void;
  /** Bytes of a packet that is not complete yet, at most `packetBytesMax` (or 4, for a fixed header whose length is not there). */
  heldBytes(): number;
}

/**
 * A splitter that copies only packets that come in several chunks. What a fixed header announces takes no memory before it
 * arrives.
 */
export function createPacketStream({ version: given, ...options }: PacketStreamOptions): PacketStream {
  let version = given;
  let held = new Uint8Array(0);
  let heldBytes = 0;
  /** Bytes that the held packet needs before it is worth looking at again. */
  let missingBytes = 0;
  let isOver = false;

  const hold = (bytes: Uint8Array): void => {
    const needed = heldBytes + bytes.length;
    if (needed > held.length) {
      const grown = new Uint8Array(Math.max(FIRST_HOLD_BYTES, 2 * held.length, needed));
      grown.set(held.subarray(0, heldBytes));
      held = grown;
    }
    held.set(bytes, heldBytes);
    heldBytes = needed;
  };

  /** Notes what the bytes from `start` on are. @returns where the next packet starts, or undefined when there is none. */
  const note = (decoded: MqttDecode, bytes: Uint8Array, start: number, events: PacketStreamEvent[]): number | undefined => {
    if (decoded.kind === 'incomplete') {
      missingBytes = decoded.missingBytesMin;
      return undefined;
    }
    if (decoded.kind === 'violation') {
      isOver = true;
      events.push({ kind: 'violation', violation: decoded, rest: byteView(bytes, start) });
      return undefined;
    }
    const { packet, byteCount } = decoded;
    if (packet.type === 'connect') version ??= packet.protocolLevel === 5 ? 5 : 4;
    events.push({ kind: 'packet', packet, bytes: byteView(bytes, start, start + byteCount) });
    return start + byteCount;
  };

  /** Continues the held packet. @returns where the bytes after it start in the chunk, or undefined when the stream is over. */
  const complete = (chunk: Uint8Array, events: PacketStreamEvent[]): number | undefined => {
    let at = 0;
    while (heldBytes > 0 && at < chunk.length) {
      const end = Math.min(chunk.length, at + missingBytes);
      missingBytes -= end - at;
      hold(chunk.subarray(at, end));
      at = end;
      if (missingBytes > 0) return at;
      const decoded = decodePacket(held, version, options, 0, heldBytes);
      if (decoded.kind === 'violation') hold(chunk.subarray(at));
      if (note(decoded, held.subarray(0, heldBytes), 0, events) === undefined && !isOver) continue;
      // The packet is a view into these bytes, so the next one gets memory of its own.
      held = new Uint8Array(0);
      heldBytes = 0;
    }
    return isOver ? undefined : at;
  };

  return {
    version: () => version,
    setVersion: (agreed) => {
      version = agreed;
    },
    heldBytes: () => heldBytes,
    push: (chunk) => {
      const events: PacketStreamEvent[] = [];
      if (isOver) return events;
      let start = complete(chunk, events);
      while (start !== undefined && start < chunk.length) {
        const next = note(decodePacket(chunk, version, options, start), chunk, start, events);
        if (next === undefined && !isOver) hold(chunk.subarray(start));
        start = next;
      }
      return events;
    },
  };
}
