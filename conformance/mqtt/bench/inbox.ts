import type { MqttPacket, PacketType, PublishPacket, SubackPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { isOfType } from './heard.ts';
import { acknowledgement, textOf, type ConnectFields, type MqttBench, type PublishFields, type SubscriptionFields } from './mqtt-bench.ts';
import { told, type Peer } from './peer.ts';

/** Whether something that does not come fails the case or ends it as inconclusive. */
type Weight = 'judged' | 'needed';

/**
 * A connection whose deliveries and answers may come in any order, as the standard lets them (a PUBLISH may precede its
 * SUBACK, a PUBACK may stand between PUBREC and PUBREL). Deliveries are kept until they are asked for and acknowledged as
 * they come; packets that nobody asks for are let go.
 */
export class Inbox {
  readonly peer: Peer;
  readonly #bench: MqttBench;
  readonly #unread: PublishPacket[] = [];
  #packetId = 100;

  constructor(bench: MqttBench, peer: Peer) {
    this.#bench = bench;
    this.peer = peer;
  }

  /** Subscribed, whatever was granted short of a failure; inconclusive otherwise. */
  async subscribed(...subscriptions: readonly SubscriptionFields[]): Promise<SubackPacket> {
    const packetId = this.nextPacketId();
    await this.peer.send(this.#bench.subscribePacket(packetId, subscriptions));
    const suback = await this.answer('suback', packetId, 'SUBSCRIBE', 'needed');
    if (suback.reasonCodes.some((code) => code >= 0x80)) inconclusiveCase(`${this.peer.name}: the SUT refuses the subscription`);
    return suback;
  }

  /** Has asked to unsubscribe and was answered, or inconclusive. */
  async unsubscribed(...filters: readonly string[]): Promise<void> {
    const packetId = this.nextPacketId();
    await this.peer.send({ type: 'unsubscribe', packetId, filters, properties: NO_PROPERTIES });
    await this.answer('unsuback', packetId, 'UNSUBSCRIBE', 'needed');
  }

  /** Published, to the end of the handshake, or inconclusive; QoS 1 unless another is given. QoS 0 waits for a PINGRESP. */
  async published(topic: string, fields: PublishFields = {}): Promise<void> {
    const qos = fields.qos ?? 1;
    const packetId = fields.packetId ?? this.nextPacketId();
    await this.peer.send(this.#bench.publishPacket(topic, qos === 0 ? { ...fields, qos } : { ...fields, qos, packetId }));
    if (qos === 0) await this.#ping('PUBLISH', 'needed');
    if (qos === 1) await this.answer('puback', packetId, 'PUBLISH', 'needed');
    if (qos !== 2) return;
    await this.answer('pubrec', packetId, 'PUBLISH', 'needed');
    await this.peer.send(acknowledgement('pubrel', packetId));
    await this.answer('pubcomp', packetId, 'PUBREL', 'needed');
  }

  /** The delivery with this payload, which has to come; others before it stay unread. */
  async expectDelivery(after: string, payload: string): Promise<PublishPacket> {
    return this.#delivery(after, payload, 'judged');
  }

  /** As `expectDelivery`, for what the case does not judge. */
  async needDelivery(after: string, payload: string): Promise<PublishPacket> {
    return this.#delivery(after, payload, 'needed');
  }

  /** What was delivered and not asked for, up to the answer to a PINGREQ; the connection has to live. */
  async settled(after: string): Promise<readonly PublishPacket[]> {
    await this.#ping(after, 'judged');
    return this.unread();
  }

  /** What has been delivered so far and nobody asked for, in the order in which it came. */
  unread(): readonly PublishPacket[] {
    return this.#unread.splice(0);
  }

  /** Waits for an answer with this packet id. */
  async answer<Type extends 'suback' | 'unsuback' | 'puback' | 'pubrec' | 'pubcomp'>(type: Type, packetId: number, after: string, weight: Weight): Promise<Extract<MqttPacket, { type: Type }>> {
    return this.#until(`${after}, waiting for ${type.toUpperCase()} ${packetId}`, weight, type, (packet) => 'packetId' in packet && packet.packetId === packetId);
  }

  /** A packet id that this connection has not used yet: 101 and up. */
  nextPacketId(): number {
    this.#packetId += 1;
    return this.#packetId;
  }

  async #delivery(after: string, payload: string, weight: Weight): Promise<PublishPacket> {
    for (;;) {
      const at = this.#unread.findIndex((publish) => textOf(publish.payload) === payload);
      const [found] = at < 0 ? [] : this.#unread.splice(at, 1);
      if (found !== undefined) return found;
      await this.#hear(`${after}, waiting for the message "${payload}"`, weight);
    }
  }

  async #ping(after: string, weight: Weight): Promise<void> {
    await this.peer.send({ type: 'pingreq' });
    await this.#until(`${after}, with a PINGREQ behind it`, weight, 'pingresp', () => true);
  }

  async #until<Type extends PacketType>(after: string, weight: Weight, type: Type, holds: (packet: Extract<MqttPacket, { type: Type }>) => boolean): Promise<Extract<MqttPacket, { type: Type }>> {
    for (;;) {
      const packet = await this.#hear(after, weight);
      if (isOfType(packet, type) && holds(packet)) return packet;
    }
  }

  async #hear(after: string, weight: Weight): Promise<MqttPacket> {
    const heard = await this.peer.next();
    if (heard.kind !== 'packet') {
      const because = `${this.peer.name}: after ${after}, ${told(heard)}`;
      if (weight === 'needed') return inconclusiveCase(because);
      return failCase(because, heard.kind === 'malformed' ? [heard.violation.statement] : []);
    }
    await this.#take(heard.packet);
    return heard.packet;
  }

  async #take(packet: MqttPacket): Promise<void> {
    if (packet.type === 'pubrel') await this.peer.send(acknowledgement('pubcomp', packet.packetId));
    if (packet.type !== 'publish') return;
    this.#unread.push(packet);
    if (packet.qos !== 0) await this.peer.send(acknowledgement(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId ?? 0));
  }
}

/** Connected, with an inbox. */
export async function inboxOf(bench: MqttBench, label: string, fields: ConnectFields = {}): Promise<Inbox> {
  const { peer } = await bench.connected(label, fields);
  return new Inbox(bench, peer);
}

/** Fails the case when one of these payloads is among the deliveries. */
export function refuseDeliveries(deliveries: readonly PublishPacket[], forbidden: readonly string[], because: string): void {
  const found = deliveries.map(({ payload }) => textOf(payload)).find((payload) => forbidden.includes(payload));
  if (found !== undefined) failCase(`"${found}" was delivered: ${because}`);
}
