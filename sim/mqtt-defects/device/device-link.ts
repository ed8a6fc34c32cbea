import type { Clock, Timer } from '../../../hil/runtime/clock.ts';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { ConnackPacket, MqttPacket, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { createPacketStream } from '../../../hil/protocols/mqtt/packet-stream.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { DeviceOptions } from './device-options.ts';
import { publishOf, type DeviceSession, type OutMessage } from './device-session.ts';

export interface DeviceLinkDeps {
  readonly clock: Clock;
  readonly options: DeviceOptions;
  readonly session: DeviceSession;
  /** A message that the broker delivered. */
  onMessage(packet: PublishPacket): void;
  onConnected(): void;
}

/** One connection of the virtual device, from CONNECT to its end. */
export class DeviceLink {
  readonly #link: ByteLink;
  readonly #deps: DeviceLinkDeps;
  readonly #aliases = new Map<number, string>();
  #connack: ConnackPacket | undefined;
  #keepAliveMs: number;
  #lastSentMs = 0;
  #timers: Timer[] = [];
  #pingTimer: Timer | undefined;
  #aliasSent = false;
  #over = false;

  constructor(link: ByteLink, deps: DeviceLinkDeps) {
    this.#link = link;
    this.#deps = deps;
    this.#keepAliveMs = deps.options.keepAliveS * 1_000;
  }

  /** @returns When the connection has ended: whether a broker had accepted it. */
  async run(): Promise<boolean> {
    const { clock, options } = this.#deps;
    const stream = createPacketStream({ from: 'server', version: options.version, packetBytesMax: options.packetBytesMax });
    this.#link.onBytes((chunk) => {
      for (const event of stream.push(chunk)) {
        if (this.#over) return;
        if (event.kind === 'violation') this.#quit(event.violation.reasonCode ?? 0x81);
        else this.#take(event.packet);
      }
    });
    this.#sendConnect();
    this.#timers.push(clock.setTimer(options.answerTimeoutMs, () => this.#connack === undefined && this.#end()));
    await this.#link.closed;
    this.#over = true;
    for (const timer of [...this.#timers, this.#pingTimer]) timer?.cancel();
    return this.#connack?.reasonCode === 0;
  }

  /** Ends in good order. @param reasonCode - For DISCONNECT. */
  disconnect(reasonCode = 0): void {
    if (this.#connack?.reasonCode === 0) this.send({ type: 'disconnect', reasonCode, properties: NO_PROPERTIES });
    this.#end();
  }

  send(packet: MqttPacket): void {
    if (this.#over) return;
    this.#lastSentMs = this.#deps.clock.nowMs();
    this.#link.send(encodeLoose(packet, this.#deps.options.version)).catch(() => this.#end());
  }

  unsubscribe(): void {
    const { options, session } = this.#deps;
    this.send({ type: 'unsubscribe', packetId: session.freeId(), filters: options.subscriptions.slice(1, 2).map(({ filter }) => filter), properties: NO_PROPERTIES });
  }

  reauthenticate(): void {
    const { authenticationMethod } = this.#deps.options;
    if (authenticationMethod !== undefined) this.send({ type: 'auth', reasonCode: 0x19, properties: { authenticationMethod } });
  }

  #end(): void {
    this.#over = true;
    void this.#link.close();
  }

  #quit(reasonCode: number): void {
    if (this.#deps.options.version === 5 && this.#connack !== undefined) this.send({ type: 'disconnect', reasonCode, properties: NO_PROPERTIES });
    this.#end();
  }

  #sendConnect(): void {
    const { version, clientId, cleanStart, sessionExpiryIntervalS, keepAliveS, will, userName, password, authenticationMethod, receiveMaximum, topicAliasMaximum, packetBytesMax } = this.#deps.options;
    const method = authenticationMethod === undefined ? {} : { authenticationMethod };
    this.send({
      type: 'connect',
      protocolName: 'MQTT',
      protocolLevel: version,
      cleanStart,
      keepAliveS,
      clientId,
      will,
      userName,
      password: password === undefined ? undefined : new TextEncoder().encode(password),
      properties: version === 4 ? NO_PROPERTIES : { sessionExpiryIntervalS, receiveMaximum, topicAliasMaximum, maximumPacketSizeBytes: packetBytesMax, ...method },
    });
  }

  #take(packet: MqttPacket): void {
    const { version } = this.#deps.options;
    if (packet.type === 'auth') return this.#authenticate(packet.properties.authenticationMethod, packet.reasonCode);
    if (this.#connack === undefined) return packet.type === 'connack' ? this.#connected(packet) : this.#quit(0x82);
    switch (packet.type) {
      case 'connack':
        return this.#quit(0x82);
      case 'publish':
        return this.#receive(packet);
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        return this.#acknowledged(packet.type, packet.packetId, packet.reasonCode);
      case 'pubrel':
        this.#deps.session.inbound.delete(packet.packetId);
        return this.send({ type: 'pubcomp', packetId: packet.packetId, reasonCode: 0, properties: NO_PROPERTIES });
      case 'pingresp':
        this.#pingTimer?.cancel();
        return undefined;
      case 'disconnect':
        return version === 5 ? this.#end() : this.#quit(0x82);
      case 'connect':
      case 'subscribe':
      case 'suback':
      case 'unsubscribe':
      case 'unsuback':
      case 'pingreq':
      default:
        return undefined;
    }
  }

  #authenticate(method: string | undefined, reasonCode: number): void {
    const { authenticationMethod } = this.#deps.options;
    if (authenticationMethod === undefined || method !== authenticationMethod) return this.#quit(0x82);
    if (reasonCode === 0x18) this.send({ type: 'auth', reasonCode: 0x18, properties: { authenticationMethod } });
    return undefined;
  }

  #connected(connack: ConnackPacket): void {
    const { options, session } = this.#deps;
    this.#connack = connack;
    if (connack.reasonCode !== 0) return this.#end();
    const { authenticationMethod } = connack.properties;
    if (authenticationMethod !== options.authenticationMethod) return this.#quit(0x82);
    const mayResume = !options.cleanStart && session.exists;
    if (connack.sessionPresent && !mayResume && options.version === 5) return this.#quit(0x82);
    this.#keepAliveMs = (connack.properties.serverKeepAliveS ?? options.keepAliveS) * 1_000;
    if (!connack.sessionPresent || !mayResume) session.discard();
    session.exists = true;
    if (this.#keepAliveMs > 0) this.#armPing();
    this.#resend();
    if (!connack.sessionPresent) this.send({ type: 'subscribe', packetId: session.freeId(), subscriptions: options.subscriptions, properties: NO_PROPERTIES });
    this.#deps.onConnected();
    return this.flush();
  }

  #resend(): void {
    for (const message of this.#deps.session.inFlight()) {
      if (message.state === 'released') this.send({ type: 'pubrel', packetId: message.packetId, reasonCode: 0, properties: NO_PROPERTIES });
      else if (this.#fits(message)) this.send(publishOf(this.#withinLimits(message), true));
    }
  }

  /** Sends what waits, as far as the broker's limits let it. */
  flush(): void {
    const { session } = this.#deps;
    if (this.#over || this.#connack?.reasonCode !== 0) return;
    const receiveMaximum = this.#connack.properties.receiveMaximum ?? 65_535;
    for (const message of session.out.slice()) {
      if (message.state !== 'waiting') continue;
      const limited = this.#withinLimits(message);
      if (limited.qos > 0 && session.inFlight().length >= receiveMaximum) return;
      if (!this.#fits(message)) {
        session.remove(message);
        continue;
      }
      if (limited.qos > 0) message.packetId = session.freeId();
      this.send(this.#aliased(publishOf({ ...limited, packetId: message.packetId }, false)));
      if (limited.qos === 0) session.remove(message);
      else session.out.splice(session.out.indexOf(message), 1, { ...limited, packetId: message.packetId, state: 'published' });
    }
  }

  #withinLimits(message: OutMessage): OutMessage {
    const { maximumQos = 2, retainAvailable = true } = this.#connack?.properties ?? {};
    const qos = message.qos > maximumQos ? maximumQos : message.qos;
    return { ...message, qos, retain: message.retain && retainAvailable };
  }

  #fits(message: OutMessage): boolean {
    const { maximumPacketSizeBytes = Number.MAX_SAFE_INTEGER } = this.#connack?.properties ?? {};
    return encodeLoose(publishOf({ ...message, packetId: 1 }, false), this.#deps.options.version).length + 3 <= maximumPacketSizeBytes;
  }

  /** The first publication of a connection sets an alias, the others use it. */
  #aliased(packet: PublishPacket): PublishPacket {
    if ((this.#connack?.properties.topicAliasMaximum ?? 0) < 1 || packet.topic !== this.#deps.options.telemetryTopic) return packet;
    const topic = this.#aliasSent ? '' : packet.topic;
    this.#aliasSent = true;
    return { ...packet, topic, properties: { ...packet.properties, topicAlias: 1 } };
  }

  #acknowledged(type: 'puback' | 'pubrec' | 'pubcomp', packetId: number, reasonCode: number): void {
    const { session } = this.#deps;
    const message = session.find(packetId);
    if (type === 'pubrec' && reasonCode < 0x80) {
      if (message !== undefined) message.state = 'released';
      const code = message === undefined && this.#deps.options.version === 5 ? 0x92 : 0;
      this.send({ type: 'pubrel', packetId, reasonCode: code, properties: NO_PROPERTIES });
      return;
    }
    if (message !== undefined) session.remove(message);
    this.flush();
  }

  #receive(packet: PublishPacket): void {
    const { options, session } = this.#deps;
    const { topicAlias } = packet.properties;
    if (topicAlias !== undefined && topicAlias > options.topicAliasMaximum) return this.#quit(0x94);
    if (topicAlias !== undefined && packet.topic !== '') this.#aliases.set(topicAlias, packet.topic);
    const topic = packet.topic === '' ? this.#aliases.get(topicAlias ?? 0) : packet.topic;
    if (topic === undefined) return this.#quit(0x82);
    const { packetId = 0, qos } = packet;
    if (qos === 2 && !session.inbound.has(packetId) && session.inbound.size >= options.receiveMaximum && options.version === 5) return this.#quit(0x93);
    const isNew = qos < 2 || !session.inbound.has(packetId);
    const refused = options.version === 5 && topic.endsWith('/refused');
    if (qos === 2 && !refused) session.inbound.add(packetId);
    const reasonCode = refused ? 0x87 : 0;
    if (qos > 0) this.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode, properties: NO_PROPERTIES });
    if (isNew) this.#deps.onMessage({ ...packet, topic });
    return undefined;
  }

  #armPing(): void {
    const { clock, options } = this.#deps;
    // Early enough for a timer that is late and for a packet that takes its time.
    const dueMs = Math.max(0, this.#lastSentMs + 0.7 * this.#keepAliveMs - clock.nowMs());
    const timer = clock.setTimer(Math.max(1, dueMs), () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
      if (this.#over) return;
      if (clock.nowMs() >= this.#lastSentMs + 0.7 * this.#keepAliveMs) {
        this.send({ type: 'pingreq' });
        this.#pingTimer?.cancel();
        this.#pingTimer = clock.setTimer(options.answerTimeoutMs, () => this.#end());
      }
      this.#armPing();
    });
    this.#timers.push(timer);
  }
}
