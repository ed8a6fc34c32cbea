import { byteView } from './byte-view.ts';
import { decodePacket } from './decode.ts';
import { decodePlainAcknowledgement } from './decode-plain-acknowledgement.ts';
import { decodePlainPublish } from './decode-plain-publish.ts';
import { PACKET_BYTES_MAX } from './limits.ts';
import type { DecodeOptions, MqttDecode, MqttViolation } from './decode-result.ts';
import type { MqttPacket, ProtocolVersion } from './packet.ts';

/** Memory for the first bytes of a packet that is not complete; it doubles as they come. */
const FIRST_HOLD_BYTES = 256;

const NOTHING = new Uint8Array(0);
const PUBLISH = 3;

/** A packet, its bytes with it; or the violation that ends the stream, with all bytes from the start of the bad packet. */
export type PacketStreamEvent =
  | { readonly kind: 'packet'; readonly packet: MqttPacket; readonly bytes: Uint8Array }
  | { readonly kind: 'violation'; readonly violation: MqttViolation; readonly rest: Uint8Array };

export interface PacketStreamOptions extends DecodeOptions {
  /** Of the connection. Without it a client's CONNECT tells; what a server sends needs it, here or by `setVersion`. */
  readonly version?: ProtocolVersion;
}

/** Told of what a chunk held, in order. */
export interface PacketSink {
  packet(packet: MqttPacket): void;
  /** The last thing that a sink is told. */
  violation(violation: MqttViolation): void;
}

/** What a stream tells of inside: `bytes[start..end)`; a bad packet's end is that of all bytes. */
interface SpanSink {
  packet(packet: MqttPacket, bytes: Uint8Array, start: number, end: number): void;
  violation(violation: MqttViolation, bytes: Uint8Array, start: number): void;
}

/** One direction of a connection, however it was segmented, as packets. */
export interface PacketStream {
  /**
   * Takes the next bytes, which must not change afterwards: packets are views into them where possible. After a violation
   * no receiver may go on (3.1.1 section 4.8, 5.0 section 4.13), so it is the last event, and further bytes are ignored.
   */
  push(chunk: Uint8Array): PacketStreamEvent[];
  /** As `push`, for who needs the packets only: each is told as soon as it is decoded, and costs nothing besides. */
  read(chunk: Uint8Array, sink: PacketSink): void;
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
  const packetBytesMax = options.packetBytesMax ?? PACKET_BYTES_MAX;
  let version = given;
  let held = NOTHING;
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
  const note = (decoded: MqttDecode, bytes: Uint8Array, start: number, sink: SpanSink): number | undefined => {
    if (decoded.kind === 'incomplete') {
      missingBytes = decoded.missingBytesMin;
      return undefined;
    }
    if (decoded.kind === 'violation') {
      isOver = true;
      sink.violation(decoded, bytes, start);
      return undefined;
    }
    const { packet, byteCount } = decoded;
    if (packet.type === 'connect') version ??= packet.protocolLevel === 5 ? 5 : 4;
    sink.packet(packet, bytes, start, start + byteCount);
    return start + byteCount;
  };

  /** Continues the held packet. @returns where the bytes after it start in the chunk, or undefined when the stream is over. */
  const complete = (chunk: Uint8Array, sink: SpanSink): number | undefined => {
    let at = 0;
    while (heldBytes > 0 && at < chunk.length) {
      const end = Math.min(chunk.length, at + missingBytes);
      missingBytes -= end - at;
      hold(chunk.subarray(at, end));
      at = end;
      if (missingBytes > 0) return at;
      const decoded = decodePacket(held, version, options, 0, heldBytes);
      if (decoded.kind === 'violation') hold(chunk.subarray(at));
      const whole = held.subarray(0, heldBytes);
      if (decoded.kind !== 'incomplete') {
        // The packet is a view into these bytes, so the next one gets memory of its own.
        held = NOTHING;
        heldBytes = 0;
      }
      note(decoded, whole, 0, sink);
    }
    return isOver ? undefined : at;
  };

  const decode = (bytes: Uint8Array, start: number): MqttDecode => decodePlain(bytes, start) ?? decodePacket(bytes, version, options, start);

  /** The short ways of what comes most. */
  const decodePlain = (bytes: Uint8Array, start: number): MqttDecode | undefined => {
    if (version === undefined) return undefined;
    return (bytes[start] ?? 0) >> 4 === PUBLISH
      ? decodePlainPublish(bytes, version, packetBytesMax, start, bytes.length)
      : decodePlainAcknowledgement(bytes, packetBytesMax, start, bytes.length);
  };

  const take = (chunk: Uint8Array, sink: SpanSink): void => {
    if (isOver) return;
    let start = complete(chunk, sink);
    while (start !== undefined && start < chunk.length) {
      const next = note(decode(chunk, start), chunk, start, sink);
      if (next === undefined && !isOver) hold(chunk.subarray(start));
      start = next;
    }
  };

  return {
    version: () => version,
    setVersion: (agreed) => {
      version = agreed;
    },
    heldBytes: () => heldBytes,
    push: (chunk) => {
      const events: PacketStreamEvent[] = [];
      take(chunk, {
        packet: (packet, bytes, start, end) => events.push({ kind: 'packet', packet, bytes: byteView(bytes, start, end) }),
        violation: (violation, bytes, start) => events.push({ kind: 'violation', violation, rest: byteView(bytes, start) }),
      });
      return events;
    },
    read: take,
  };
}
