import { encodePacket } from '../../../hil/protocols/mqtt/encode.ts';
import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';

/** A payload of the load: `publisher u32 | instant f64, milliseconds | filler`. */
export const LOAD_PAYLOAD_BYTES_MIN = 12;
const INSTANT_AT = 4;
const PACKET_ID_MAX = 65_535;

/** CONNECT of MQTT 3.1.1 with a clean session and without a keep alive. */
export function connectBytes(clientId: string): Uint8Array {
  return encodePacket(
    { type: 'connect', protocolName: 'MQTT', protocolLevel: 4, cleanStart: true, keepAliveS: 0, clientId, properties: NO_PROPERTIES },
    4,
  );
}

/** SUBSCRIBE for one filter, under packet identifier 1. */
export function subscribeBytes(filter: string, qos: Qos): Uint8Array {
  const subscription = { filter, qos, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  return encodePacket({ type: 'subscribe', packetId: 1, subscriptions: [subscription], properties: NO_PROPERTIES }, 4);
}

/** Who published a payload of the load. @param at - Where the payload starts. */
export function publisherOf(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

/** The instant that `PublishTemplate.stamped` wrote, milliseconds. @param at - Where the payload starts. */
export function instantOf(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at + INSTANT_AT, 8).getFloat64(0);
}

export interface PublishTemplateOptions {
  readonly topic: string;
  readonly qos: Qos;
  /** At least `LOAD_PAYLOAD_BYTES_MIN`. */
  readonly payloadBytes: number;
  readonly publisher: number;
  /** Packets made beforehand: the most that `next` gives at once. */
  readonly batchMax: number;
}

/** The PUBLISH packets of one publisher, serialised once: what differs from one to the next is patched. */
export class PublishTemplate {
  readonly #batch: Buffer;
  readonly #packetBytes: number;
  /** Undefined at QoS 0, which has no identifiers. */
  readonly #packetIdAt: number | undefined;
  readonly #instantAt: number;
  #lastId = 0;

  constructor({ topic, qos, payloadBytes, publisher, batchMax }: PublishTemplateOptions) {
    const payload = Buffer.alloc(payloadBytes, 'x');
    payload.writeUInt32BE(publisher);
    const packetId = qos === 0 ? undefined : 1;
    const packet = encodePacket({ type: 'publish', dup: false, qos, retain: false, topic, packetId, payload, properties: NO_PROPERTIES }, 4);
    this.#packetBytes = packet.byteLength;
    const payloadAt = packet.byteLength - payloadBytes;
    this.#packetIdAt = qos === 0 ? undefined : payloadAt - 2;
    this.#instantAt = payloadAt + INSTANT_AT;
    this.#batch = Buffer.concat(Array.from({ length: batchMax }, () => packet));
  }

  /** The next `count` packets; at QoS 0 always the same memory, as nothing in them changes. */
  next(count: number): Uint8Array {
    const whole = this.#batch.subarray(0, count * this.#packetBytes);
    if (this.#packetIdAt === undefined) return whole;
    const copy = Buffer.allocUnsafe(whole.byteLength);
    copy.set(whole);
    for (let at = this.#packetIdAt; at < copy.byteLength; at += this.#packetBytes) copy.writeUInt16BE(this.#nextId(), at);
    return copy;
  }

  /** One packet that says when it was due. @param dueMs - Of the clock that the receiver will look at. */
  stamped(dueMs: number): Uint8Array {
    const copy = Buffer.allocUnsafe(this.#packetBytes);
    copy.set(this.#batch.subarray(0, this.#packetBytes));
    if (this.#packetIdAt !== undefined) copy.writeUInt16BE(this.#nextId(), this.#packetIdAt);
    copy.writeDoubleBE(dueMs, this.#instantAt);
    return copy;
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % PACKET_ID_MAX) + 1;
    return this.#lastId;
  }
}
