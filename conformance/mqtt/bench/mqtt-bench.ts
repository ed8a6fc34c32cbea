import type { LooseExtras, LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { ConnackPacket, PacketType, ProtocolVersion, PublishPacket, Qos, SubackPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import type { CaseContext } from '../../framework/conformance-case.ts';
import { caseNames, type CaseNames } from './case-names.ts';
import { Peer } from './peer.ts';

type LooseOf<Type extends PacketType> = Extract<LoosePacket, { type: Type }>;

/** What a case gives of a packet; the rest is filled in with what is usual. */
export type ConnectFields = Partial<Omit<LooseOf<'connect'>, 'type'>>;
export type PublishFields = Partial<Omit<LooseOf<'publish'>, 'type'>>;
export type SubscriptionFields = LooseOf<'subscribe'>['subscriptions'][number];

/** A connection that the SUT has accepted, with what it said. */
export interface Session {
  readonly peer: Peer;
  readonly connack: ConnackPacket;
  readonly clientId: string;
}

/**
 * What a case against a broker works with: connections, packets with the usual fields filled in, and whole exchanges
 * that are preconditions of what is judged (`subscribed`, `published`: inconclusive when they do not come about).
 */
export class MqttBench {
  readonly version: ProtocolVersion;
  readonly context: CaseContext;
  readonly wire: CaseWire;
  readonly names: CaseNames;
  readonly #persistent = new Set<string>();
  readonly #retained = new Set<string>();
  #opened = 0;

  constructor(version: ProtocolVersion, wire: CaseWire, context: CaseContext) {
    this.version = version;
    this.wire = wire;
    this.context = context;
    const prefix = context.pixit.values['topicPrefix'];
    this.names = caseNames(context.seedHex, typeof prefix === 'string' ? prefix : 'fieldproof');
  }

  clientId(label: string): string {
    return this.names.clientId(label);
  }

  topic(label: string): string {
    return this.names.topic(label);
  }

  /** A connection without CONNECT; inconclusive when the SUT does not take it. @param label - Used again, it replaces the old. */
  async open(label: string): Promise<Peer> {
    this.#opened += 1;
    if ((await this.wire.open(label)) === 'refused') inconclusiveCase(`${label}: the SUT refuses the connection`);
    return this.peer(label);
  }

  /** The peer of a connection that is open already. */
  peer(label: string): Peer {
    const { answerTimeoutMs, quietMs } = this.context.pixit;
    return new Peer(label, this.wire, { version: this.version, sut: 'server', answerTimeoutMs, quietMs });
  }

  /** A CONNECT as the SUT should accept it: clean start, no keep alive, credentials of the PIXIT. */
  connectPacket(label: string, fields: ConnectFields = {}): LooseOf<'connect'> {
    const { credentials } = this.context.pixit;
    const usual = {
      type: 'connect',
      protocolName: 'MQTT',
      protocolLevel: this.version,
      cleanStart: true,
      keepAliveS: 0,
      clientId: this.clientId(label),
      userName: credentials?.userName,
      password: credentials === undefined ? undefined : new TextEncoder().encode(credentials.password),
      properties: NO_PROPERTIES,
    } as const;
    const packet = { ...usual, ...fields };
    if (leavesSession(packet) && typeof packet.clientId === 'string' && packet.clientId !== '') this.#persistent.add(packet.clientId);
    if (packet.will?.retain === true && typeof packet.will.topic === 'string') this.#retained.add(packet.will.topic);
    return packet;
  }

  /** Opens and sends CONNECT; the answer is the caller's to judge. */
  async openAndConnect(label: string, fields: ConnectFields = {}): Promise<Peer> {
    const peer = await this.open(label);
    await peer.send(this.connectPacket(label, fields));
    return peer;
  }

  /** Connected, or inconclusive. */
  async connected(label: string, fields: ConnectFields = {}): Promise<Session> {
    const peer = await this.openAndConnect(label, fields);
    const connack = await peer.needPacket('CONNECT', 'connack', 'that accepts', ({ reasonCode }) => reasonCode === 0);
    const clientId = typeof fields.clientId === 'string' ? fields.clientId : this.clientId(label);
    return { peer, connack, clientId };
  }

  publishPacket(topic: LooseOf<'publish'>['topic'], fields: PublishFields = {}): LooseOf<'publish'> {
    const packet = { type: 'publish', dup: false, qos: 0, retain: false, topic, payload: text('x'), properties: NO_PROPERTIES, ...fields } as const;
    if (packet.retain && typeof topic === 'string' && packet.payload.length > 0) this.#retained.add(topic);
    return packet;
  }

  subscribePacket(packetId: number, subscriptions: readonly SubscriptionFields[], extras: LooseExtras & { readonly properties?: LooseOf<'subscribe'>['properties'] } = {}): LooseOf<'subscribe'> {
    return { type: 'subscribe', packetId, subscriptions, properties: NO_PROPERTIES, ...extras };
  }

  /** Subscribed with the QoS that was asked for, or inconclusive. */
  async subscribed(peer: Peer, ...subscriptions: readonly SubscriptionFields[]): Promise<SubackPacket> {
    const packetId = 60_000 + this.#opened;
    await peer.send(this.subscribePacket(packetId, subscriptions));
    const asked = subscriptions.map(({ qos }) => qos ?? 0);
    return peer.needPacket('SUBSCRIBE', 'suback', 'that grants what was asked', (suback) => asked.every((qos, index) => suback.reasonCodes[index] === qos));
  }

  /**
   * Publishes and completes the handshake of its QoS, or inconclusive. For a connection without subscriptions: anything
   * else that comes meanwhile is in the way. QoS 0 waits for a PINGRESP, so that the SUT has it.
   */
  async published(peer: Peer, topic: string, fields: PublishFields & { readonly qos?: Qos } = {}): Promise<void> {
    const packetId = fields.packetId ?? 50_000;
    const qos = fields.qos ?? 0;
    await peer.send(this.publishPacket(topic, qos === 0 ? fields : { ...fields, packetId }));
    if (qos === 0) await this.#pinged(peer);
    if (qos === 1) await peer.needPacket('PUBLISH', 'puback', `for packet id ${packetId}`, (puback) => puback.packetId === packetId);
    if (qos === 2) await this.#completed(peer, packetId);
  }

  async #pinged(peer: Peer): Promise<void> {
    await peer.send({ type: 'pingreq' });
    await peer.needPacket('PUBLISH with a PINGREQ behind it', 'pingresp');
  }

  async #completed(peer: Peer, packetId: number): Promise<void> {
    await peer.needPacket('PUBLISH', 'pubrec', `for packet id ${packetId}`, (pubrec) => pubrec.packetId === packetId);
    await peer.send(acknowledgement('pubrel', packetId));
    await peer.needPacket('PUBREL', 'pubcomp', `for packet id ${packetId}`, (pubcomp) => pubcomp.packetId === packetId);
  }

  /** Answers a PUBLISH of the SUT as its QoS asks, to the end of the handshake; inconclusive when the SUT does not go on. */
  async acknowledge(peer: Peer, { qos, packetId }: Pick<PublishPacket, 'qos' | 'packetId'>): Promise<void> {
    if (qos === 0 || packetId === undefined) return;
    await peer.send(acknowledgement(qos === 1 ? 'puback' : 'pubrec', packetId));
    if (qos === 1) return;
    await peer.needPacket('PUBREC', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
    await peer.send(acknowledgement('pubcomp', packetId));
  }

  /** Removes sessions and retained messages that the case made; a SUT that is gone is left alone. */
  async cleanUp(): Promise<void> {
    if (this.#persistent.size === 0 && this.#retained.size === 0) return;
    this.wire.note('cleaning up: sessions and retained messages of this case');
    for (const clientId of [...this.#persistent, this.clientId('cleaner')]) {
      if ((await this.wire.open('cleaner')) === 'refused') return;
      const peer = this.peer('cleaner');
      await peer.send(this.connectPacket('cleaner', { clientId, cleanStart: true }));
      await peer.next();
      if (clientId === this.clientId('cleaner')) {
        for (const topic of this.#retained) await peer.send(this.publishPacket(topic, { retain: true, payload: new Uint8Array(0) }));
        await peer.send({ type: 'pingreq' });
        await peer.next();
      }
      await peer.disconnect();
    }
  }
}

/** Whether the SUT keeps a session after the connection: 3.1.1 by Clean Session, 5.0 by the expiry interval. */
function leavesSession({ cleanStart, protocolLevel, properties }: LooseOf<'connect'>): boolean {
  if (protocolLevel !== 5) return !cleanStart;
  return properties instanceof Uint8Array || (properties.sessionExpiryIntervalS ?? 0) > 0;
}

/** An acknowledgement in its shortest form. */
export function acknowledgement(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): LooseOf<'puback' | 'pubrec' | 'pubrel' | 'pubcomp'> {
  return { type, packetId, reasonCode: 0, properties: NO_PROPERTIES };
}

/** The UTF-8 of a text, as a payload. */
export function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

/** A payload as text, for comparing. */
export function textOf(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}
