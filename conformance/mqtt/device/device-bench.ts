import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { ConnackPacket, ConnectPacket, ProtocolVersion, PublishPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { JsonValue } from '../../../hil/runtime/observation.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import type { CaseContext } from '../../framework/conformance-case.ts';
import type { Heard } from '../bench/heard.ts';
import { text, type PublishFields } from '../bench/mqtt-bench.ts';
import { Peer, told } from '../bench/peer.ts';
import { DeviceConnection } from './device-connection.ts';

/** What the device is to be started as, and what it is to meet. */
export interface DeviceStart {
  /** A way to start it beside the usual one: PIXIT value `command:<variant>`. */
  readonly variant?: string;
  /** `tcp` by default; `tls...`, `websocket`: see the listeners of the device host. */
  readonly listener?: string;
}

export type ConnackFields = Partial<Omit<ConnackPacket, 'type'>>;

/** What a case against a device works with: the tester is the broker. */
export class DeviceBench {
  readonly version: ProtocolVersion;
  readonly wire: CaseWire;
  readonly context: CaseContext;
  #connections = 0;
  #nextPacketId = 1_000;

  constructor(version: ProtocolVersion, wire: CaseWire, context: CaseContext) {
    this.version = version;
    this.wire = wire;
    this.context = context;
  }

  /** A value of the PIXIT that is a number. */
  numberOf(name: string, byDefault: number): number {
    const value = this.context.pixit.values[name];
    return typeof value === 'number' ? value : byDefault;
  }

  textOf(name: string): string | undefined {
    const value = this.context.pixit.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Longest wait for a connection of the device, from its start or from the end of the last one, milliseconds. */
  get connectWaitMs(): number {
    return this.numberOf('connectWaitMs', 30_000);
  }

  /** Longest wait for a publication that the device makes by itself or is triggered to make, milliseconds. */
  get publishWaitMs(): number {
    return this.numberOf('publishWaitMs', 15_000);
  }

  /** The same bench on the wire of a shared stretch. */
  on(wire: CaseWire): DeviceBench {
    return new DeviceBench(this.version, wire, this.context);
  }

  /** (Re)starts the device; inconclusive when nobody can. */
  async start({ variant = 'usual', listener = 'tcp' }: DeviceStart = {}): Promise<void> {
    const result = await this.wire.act('restart', { variant, listener, version: this.version });
    if (memberOf(result, 'done') !== true) inconclusiveCase(`the device was not started: ${wordOf(result, 'because')}`);
  }

  /** Has the device end by itself (a stop command, SIGTERM, the operator); false when that cannot be had. */
  async stop(): Promise<boolean> {
    return memberOf(await this.wire.act('stop', {}), 'done') === true;
  }

  /** The next connection of the device up to its CONNECT, which is not answered; undefined when none comes in time. */
  async tryOpen(waitMs: number = this.connectWaitMs): Promise<{ readonly peer: Peer; readonly first: Heard } | undefined> {
    this.#connections += 1;
    const name = `device${this.#connections}`;
    if ((await this.wire.accept(name, waitMs)) === 'silence') return undefined;
    const { answerTimeoutMs, quietMs } = this.context.pixit;
    const peer = new Peer(name, this.wire, { version: this.version, sut: 'client', answerTimeoutMs, quietMs });
    return { peer, first: await peer.next() };
  }

  /** As `tryOpen`; inconclusive when no well-formed CONNECT of this version comes. */
  async open(waitMs?: number): Promise<DeviceConnection> {
    const opened = await this.tryOpen(waitMs);
    if (opened === undefined) return inconclusiveCase(`the device did not connect within ${waitMs ?? this.connectWaitMs} ms`);
    const { peer, first } = opened;
    if (first.kind !== 'packet' || first.packet.type !== 'connect') return inconclusiveCase(`${peer.name}: waiting for CONNECT, but ${told(first)}`);
    const connect: ConnectPacket = first.packet;
    if (connect.protocolLevel !== this.version) inconclusiveCase(`the device speaks protocol level ${connect.protocolLevel}, this case is about ${this.version}`);
    return this.connectionOf(peer, first, connect);
  }

  /** A connection whose CONNECT has come. */
  connectionOf(peer: Peer, first: Heard, connect: ConnectPacket): DeviceConnection {
    const connection = new DeviceConnection(peer, connect, this.wire, this.version, this.context.pixit.answerTimeoutMs);
    connection.heard.push(first);
    return connection;
  }

  /** Connected and accepted. */
  async accept(fields: ConnackFields = {}, waitMs?: number): Promise<DeviceConnection> {
    const connection = await this.open(waitMs);
    await this.connack(connection, fields);
    return connection;
  }

  /** CONNACK as it is usual for the CONNECT that came. */
  async connack(connection: DeviceConnection, fields: ConnackFields = {}): Promise<void> {
    const { connect } = connection;
    const assigned = this.version === 5 && connect.clientId === '' ? { assignedClientIdentifier: 'fieldproof-assigned' } : {};
    const method = connect.properties.authenticationMethod;
    const usual = this.version === 4 ? NO_PROPERTIES : { ...assigned, ...(method === undefined ? {} : { authenticationMethod: method }) };
    await connection.send({ type: 'connack', sessionPresent: false, reasonCode: 0, ...fields, properties: { ...usual, ...fields.properties } });
  }

  /** Started afresh, connected and accepted. */
  async fresh(fields: ConnackFields = {}, start: DeviceStart = {}): Promise<DeviceConnection> {
    await this.start(start);
    return this.accept(fields);
  }

  /** A topic that the device is subscribed to with this QoS at least; inconclusive when it does not subscribe. */
  async subscribedTopic(connection: DeviceConnection, qos: Qos): Promise<string> {
    const fitting = (): string | undefined => [...connection.subscriptions].find(([, granted]) => granted >= qos)?.[0];
    if (fitting() === undefined) await connection.until(() => fitting() !== undefined, this.publishWaitMs);
    const filter = fitting();
    if (filter === undefined) return inconclusiveCase(`the device did not subscribe at QoS ${qos}`);
    return topicFor(filter);
  }

  /** A packet id that the tester has not used. */
  packetId(): number {
    this.#nextPacketId += 1;
    return this.#nextPacketId;
  }

  publishPacket(topic: string, fields: PublishFields = {}): LoosePublish {
    return { type: 'publish', dup: false, qos: 0, retain: false, topic, payload: text('fieldproof'), properties: NO_PROPERTIES, ...fields };
  }

  /** Packets as bytes, one after the other. */
  encoded(...packets: readonly LoosePacket[]): Uint8Array {
    return new Uint8Array(Buffer.concat(packets.map((packet) => encodeLoose(packet, this.version))));
  }

  /** Delivers a message to a topic that the device listens to. @returns its packet id. */
  async deliver(connection: DeviceConnection, qos: 1 | 2, fields: PublishFields = {}): Promise<number> {
    const packetId = fields.packetId ?? this.packetId();
    const topic = typeof fields.topic === 'string' ? fields.topic : await this.subscribedTopic(connection, qos);
    await connection.send(this.publishPacket(topic, { qos, ...fields, packetId }));
    return packetId;
  }

  /** Tells the device to do something, by a message that the PIXIT names; false when it names none. */
  async trigger(connection: DeviceConnection, what: string): Promise<boolean> {
    const payload = this.textOf(what);
    if (payload === undefined) return false;
    const topic = this.textOf('triggerTopic') ?? (await this.subscribedTopic(connection, 0));
    await connection.until(() => connection.subscriptions.size > 0, this.context.pixit.answerTimeoutMs);
    await connection.send(this.publishPacket(topic, { payload: text(payload) }));
    return true;
  }

  /** A publication of the device at this QoS, that was sent anew; triggered when it comes not by itself. Inconclusive without. */
  async publication(connection: DeviceConnection, qos: Qos, holds: (packet: PublishPacket) => boolean = () => true): Promise<PublishPacket> {
    const isMeant = (heard: Heard): boolean => heard.kind === 'packet' && heard.packet.type === 'publish' && heard.packet.qos === qos && holds(heard.packet);
    const known = connection.heard.find(isMeant);
    if (known === undefined) await this.trigger(connection, `triggerQos${qos}`);
    const heard = known ?? (await connection.until(isMeant, this.publishWaitMs));
    if (heard?.kind === 'packet' && heard.packet.type === 'publish') return heard.packet;
    return inconclusiveCase(`the device published nothing at QoS ${qos} within ${this.publishWaitMs} ms`);
  }
}

type LoosePublish = Extract<LoosePacket, { type: 'publish' }>;

/** A topic name that a filter matches. */
export function topicFor(filter: string): string {
  return filter.replace(/^\$share\/[^/]*\//u, '').replaceAll('+', 'x').replace(/#$/u, 'x');
}

/** A member that is text; empty for anything else. */
export function wordOf(value: JsonValue, name: string): string {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : '';
}

/** A member of a JSON object; undefined for anything else. */
export function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}
