import type { ProtocolVersion } from '../../../protocols/mqtt/packet.ts';
import { NO_IDENTIFIERS, type Delivery } from './delivery.ts';
import { OutgoingAliases } from './topic-aliases.ts';

export interface CopyEncoderOptions {
  readonly version: ProtocolVersion;
  /** The client's Maximum Packet Size, bytes. */
  readonly packetBytesMax: number;
  /** Topic aliases to use; 0 for none, as always in 3.1.1. */
  readonly topicAliasesMax: number;
}

/** Makes the PUBLISH packets of one connection, in the order in which they are sent: aliases depend on it. */
export class CopyEncoder {
  readonly #version: ProtocolVersion;
  readonly #packetBytesMax: number;
  readonly #aliases: OutgoingAliases;

  constructor({ version, packetBytesMax, topicAliasesMax }: CopyEncoderOptions) {
    this.#version = version;
    this.#packetBytesMax = packetBytesMax;
    this.#aliases = new OutgoingAliases(topicAliasesMax);
  }

  /** @returns undefined when the packet is larger than the client takes (MQTT-3.1.2-24). */
  encode({ routed, qos, retain, subscriptionIdentifiers }: Delivery, packetId: number | undefined, dup: boolean, nowMs: number): Uint8Array | undefined {
    if (!dup && this.#aliases.isOff && (this.#version === 4 || (subscriptionIdentifiers.length === 0 && !routed.hasExpiry))) {
      const plain = routed.encodePlain(this.#version, qos, retain, packetId);
      return plain.byteLength > this.#packetBytesMax ? undefined : plain;
    }
    const { topic } = routed.message;
    const alias = this.#aliases.isOff ? undefined : this.#aliases.find(topic);
    const header = {
      version: this.#version,
      qos,
      retain,
      dup,
      packetId,
      subscriptionIdentifiers: this.#version === 4 ? NO_IDENTIFIERS : subscriptionIdentifiers,
      topicAlias: alias?.alias,
      topicIsKnown: alias?.isKnown === true,
    };
    const bytes = routed.encode(header, nowMs);
    if (bytes.byteLength > this.#packetBytesMax) return undefined;
    if (alias?.isKnown === false) this.#aliases.bind(topic, alias.alias);
    return bytes;
  }
}
