import { acknowledgement } from '../bench/mqtt-bench.ts';
import { connectionEnd, packetOf, type Heard, type Reaction } from '../bench/heard.ts';
import { told, type Peer } from '../bench/peer.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { ConnectPacket, MqttPacket, PacketType, ProtocolVersion, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';

/** What the tester leaves out although it is due. */
export type Withheld = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'pingresp' | 'suback';

/** Events that one connection may bring to a case; a device that floods is cut there. */
const HEARD_MAX = 20_000;

/**
 * A connection that the device opened. The tester is a broker that answers whatever comes as the standard has it, save what
 * the case withholds, so that a case only says what it waits for: devices publish and ping when they like.
 */
export class DeviceConnection {
  readonly name: string;
  readonly connect: ConnectPacket;
  /** Everything that came, in its order. */
  readonly heard: Heard[] = [];
  readonly withheld = new Set<Withheld>();
  /** What the device is subscribed to, with the QoS that it was granted. */
  readonly subscriptions = new Map<string, Qos>();
  ended = false;
  readonly #peer: Peer;
  readonly #wire: CaseWire;
  readonly #version: ProtocolVersion;
  readonly #answerTimeoutMs: number;
  #nowMs = 0;

  constructor(peer: Peer, connect: ConnectPacket, wire: CaseWire, version: ProtocolVersion, answerTimeoutMs: number) {
    this.#peer = peer;
    this.name = peer.name;
    this.connect = connect;
    this.#wire = wire;
    this.#version = version;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  async send(packet: LoosePacket): Promise<void> {
    await this.#peer.send(packet);
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.#peer.sendBytes(bytes);
  }

  note(text: string): void {
    this.#peer.note(text);
  }

  /** The next event, answered. */
  async hear(waitMs: number): Promise<Heard> {
    const heard = await this.#peer.next(waitMs);
    this.#nowMs = Math.max(this.#nowMs, heard.tMs);
    if (heard.kind === 'closed') this.ended = true;
    if (heard.kind === 'silence') return heard;
    if (this.heard.length >= HEARD_MAX) inconclusiveCase(`${this.name}: the device sent more than ${HEARD_MAX} packets`);
    this.heard.push(heard);
    if (heard.kind === 'packet') await this.#answer(heard.packet);
    return heard;
  }

  /** Serves the device until something comes that is waited for. @returns Undefined when it did not, in time or at all. */
  async until(accepts: (heard: Heard) => boolean, waitMs: number = this.#answerTimeoutMs): Promise<Heard | undefined> {
    this.#nowMs = this.#wire.nowMs();
    const endMs = this.#nowMs + waitMs;
    while (!this.ended) {
      const leftMs = endMs - this.#nowMs;
      if (leftMs <= 0) return undefined;
      const heard = await this.hear(Math.ceil(leftMs));
      if (accepts(heard)) return heard;
      if (heard.kind === 'silence') return undefined;
    }
    return undefined;
  }

  /** Serves the device for so long, or until it ends the connection. @returns what came. */
  async serve(ms: number): Promise<readonly Heard[]> {
    const before = this.heard.length;
    await this.until(() => false, ms);
    return this.heard.slice(before);
  }

  /** One of these has to come, whatever else comes before it; else the case fails. */
  async expect(after: string, ...reactions: readonly [Reaction, ...Reaction[]]): Promise<Heard> {
    return (await this.#await(after, reactions)) ?? failCase(this.#missing(after, reactions));
  }

  /** As `expect`, for a precondition. */
  async need(after: string, reaction: Reaction, waitMs?: number): Promise<Heard> {
    return (await this.#await(after, [reaction], waitMs)) ?? inconclusiveCase(this.#missing(after, [reaction]));
  }

  async expectPacket<Type extends PacketType>(after: string, type: Type, says = '', holds: (packet: Extract<MqttPacket, { type: Type }>) => boolean = () => true): Promise<Extract<MqttPacket, { type: Type }>> {
    return packetIn(type, await this.expect(after, packetOf(type, says, holds)));
  }

  async needPacket<Type extends PacketType>(after: string, type: Type, says = '', holds: (packet: Extract<MqttPacket, { type: Type }>) => boolean = () => true, waitMs?: number): Promise<Extract<MqttPacket, { type: Type }>> {
    return packetIn(type, await this.need(after, packetOf(type, says, holds), waitMs));
  }

  /** The device has to end the connection; what it sends before is not judged here. */
  async expectEnd(after: string): Promise<void> {
    if (!this.ended) await this.expect(after, connectionEnd);
  }

  async close(how: 'fin' | 'reset'): Promise<void> {
    this.ended = true;
    await this.#wire.close(this.name, how);
  }

  async #await(after: string, reactions: readonly Reaction[], waitMs?: number): Promise<Heard | undefined> {
    this.#peer.note(`after ${after}: ${reactions.map(({ says }) => says).join(' or ')}`);
    return this.until((heard) => reactions.some(({ accepts }) => accepts(heard)), waitMs);
  }

  #missing(after: string, reactions: readonly Reaction[]): string {
    const last = this.heard.at(-1);
    const expected = reactions.map(({ says }) => says).join(' or ');
    return `${this.name}: after ${after} expected ${expected}, which did not come; last ${last === undefined ? 'nothing came' : told(last)}`;
  }

  async #answer(packet: MqttPacket): Promise<void> {
    switch (packet.type) {
      case 'publish':
        if (packet.qos === 1) return this.#give('puback', acknowledgement('puback', packet.packetId ?? 0));
        return packet.qos === 2 ? this.#give('pubrec', acknowledgement('pubrec', packet.packetId ?? 0)) : undefined;
      case 'pubrec':
        return packet.reasonCode >= 0x80 ? undefined : this.#give('pubrel', acknowledgement('pubrel', packet.packetId));
      case 'pubrel':
        return this.#give('pubcomp', acknowledgement('pubcomp', packet.packetId));
      case 'pingreq':
        return this.#give('pingresp', { type: 'pingresp' });
      case 'subscribe':
        for (const { filter, qos } of packet.subscriptions) this.subscriptions.set(filter, qos);
        return this.#give('suback', { type: 'suback', packetId: packet.packetId, reasonCodes: packet.subscriptions.map(({ qos }) => qos), properties: NO_PROPERTIES });
      case 'unsubscribe':
        for (const filter of packet.filters) this.subscriptions.delete(filter);
        return this.send({ type: 'unsuback', packetId: packet.packetId, reasonCodes: this.#version === 5 ? packet.filters.map(() => 0) : [], properties: NO_PROPERTIES });
      case 'connect':
      case 'connack':
      case 'puback':
      case 'pubcomp':
      case 'suback':
      case 'unsuback':
      case 'pingresp':
      case 'disconnect':
      case 'auth':
      default:
        return undefined;
    }
  }

  async #give(answer: Withheld, packet: LoosePacket): Promise<void> {
    if (!this.withheld.has(answer)) await this.send(packet);
  }
}

function packetIn<Type extends PacketType>(type: Type, heard: Heard): Extract<MqttPacket, { type: Type }> {
  if (heard.kind === 'packet' && isType(heard.packet, type)) return heard.packet;
  throw new TypeError(`a reaction that accepts only ${type} accepted ${heard.kind}`);
}

function isType<Type extends PacketType>(packet: MqttPacket, type: Type): packet is Extract<MqttPacket, { type: Type }> {
  return packet.type === type;
}
