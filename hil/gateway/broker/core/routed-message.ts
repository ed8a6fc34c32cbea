import { encodeLoose } from '../../../protocols/mqtt/encode-loose.ts';
import type { ProtocolVersion, Qos } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../protocols/mqtt/properties.ts';
import { remainingExpiryS, type Message } from './message.ts';

/** What differs between the copies of one message. */
export interface CopyHeader {
  readonly version: ProtocolVersion;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Undefined with QoS 0. */
  readonly packetId: number | undefined;
  readonly subscriptionIdentifiers: readonly number[];
  /** Not 0: stands for the topic when `topicIsKnown`, else is bound to it. */
  readonly topicAlias: number | undefined;
  readonly topicIsKnown: boolean;
}

/**
 * A message on its way to several sessions. Copies that differ in nothing but their packet identifier are serialised once
 * for each version, QoS and RETAIN flag; the others (alias, subscription identifiers, expiry, DUP) on their own.
 */
export class RoutedMessage {
  readonly message: Message;
  /** The first template made, which is the only one for most messages, and the others by slot. */
  #firstTemplate: Uint8Array | undefined;
  #firstSlot = -1;
  #others: Map<number, Uint8Array> | undefined;

  constructor(message: Message) {
    this.message = message;
  }

  /** Whether what a 5.0 client is told depends on the instant. */
  get hasExpiry(): boolean {
    return this.message.properties.messageExpiryIntervalS !== undefined;
  }

  /**
   * The PUBLISH packet of a first sending without alias, subscription identifiers or expiry. The result may be shared: it must
   * not be written to.
   */
  encodePlain(version: ProtocolVersion, qos: Qos, retain: boolean, packetId: number | undefined): Uint8Array {
    const slot = (version === 5 ? 6 : 0) + qos * 2 + (retain ? 1 : 0);
    const template = slot === this.#firstSlot ? this.#firstTemplate : this.#others?.get(slot);
    if (template !== undefined) return packetId === undefined ? template : withPacketId(template, packetId);
    const { topic, payload, properties } = this.message;
    const made = encodeLoose({ type: 'publish', dup: false, qos, retain, topic, packetId, payload, properties: version === 4 ? NO_PROPERTIES : properties }, version);
    if (this.#firstTemplate === undefined) {
      this.#firstTemplate = made;
      this.#firstSlot = slot;
    } else (this.#others ??= new Map()).set(slot, made);
    return made;
  }

  /** A PUBLISH packet that is unlike those for others. */
  encode(header: CopyHeader, nowMs: number): Uint8Array {
    const { version, qos, retain, dup, packetId } = header;
    const { topic, payload } = this.message;
    const properties = version === 4 ? NO_PROPERTIES : this.#properties(header, nowMs);
    return encodeLoose({ type: 'publish', dup, qos, retain, topic: header.topicIsKnown ? '' : topic, packetId, payload, properties }, version);
  }

  #properties({ subscriptionIdentifiers, topicAlias }: CopyHeader, nowMs: number): MqttProperties {
    const remainingS = remainingExpiryS(this.message, nowMs);
    if (remainingS === undefined && topicAlias === undefined && subscriptionIdentifiers.length === 0) return this.message.properties;
    return {
      ...this.message.properties,
      ...(remainingS === undefined ? {} : { messageExpiryIntervalS: remainingS }),
      ...(topicAlias === undefined ? {} : { topicAlias }),
      ...(subscriptionIdentifiers.length === 0 ? {} : { subscriptionIdentifiers }),
    };
  }
}

/** A copy of a PUBLISH of QoS 1 or 2 under another identifier, which stands behind the topic. */
function withPacketId(template: Uint8Array, packetId: number): Uint8Array {
  const copy = Buffer.allocUnsafe(template.byteLength);
  copy.set(template);
  let topicAt = 1;
  while ((copy[topicAt] ?? 0) >= 0x80) topicAt += 1;
  topicAt += 1;
  copy.writeUInt16BE(packetId, topicAt + 2 + copy.readUInt16BE(topicAt));
  return copy;
}
