import type { MqttViolation } from '../../../protocols/mqtt/decode-result.ts';
import type { MqttPacket } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../protocols/mqtt/properties.ts';
import { createPacketStream, type PacketSink, type PacketStream } from '../../../protocols/mqtt/packet-stream.ts';
import type { Timer } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { ByteLink } from '../../../transport/byte-link.ts';
import { Fifo } from '../../fifo.ts';
import type { BrokerParts } from './broker-parts.ts';
import type { Client, Ending, Wire } from './client.ts';
import { grantedExpiryS, keepAliveInForceS, RECEIVE_MAXIMUM_DEFAULT } from './connack-properties.ts';
import { CopyEncoder } from './copy-encoder.ts';
import type { Delivery } from './delivery.ts';
import type { Eventual } from './eventual.ts';
import { fittingPacket, type PacketWishes } from './fitting-packet.ts';
import { handlePacket } from './handle-packet.ts';
import { Handshake, type AcceptedConnect, type HandshakeWire } from './handshake.ts';
import { KeepAlive } from './keep-alive.ts';
import { LinkOutput } from './link-output.ts';
import type { Outbox } from './outbox.ts';
import { connectReturnCode, REASON } from './reason-code.ts';
import type { SessionPeer } from './session.ts';
import { IncomingAliases } from './topic-aliases.ts';
import { violationReason } from './violation-reason.ts';

/** What nobody has said yet: the version decides how a packet looks, so this is for what is sent before CONNECT. */
const UNKNOWN_CLIENT: PacketWishes = { version: 4, packetBytesMax: Infinity, problemInformation: true };

/**
 * One network connection, from its first byte to its end. `connecting` until CONNACK (with AUTH in between), `connected`
 * with a session, then `closed`: after that nothing that the client sent is processed (MQTT-3.1.4-6).
 */
export class Connection implements Wire, HandshakeWire, SessionPeer {
  readonly #link: ByteLink;
  readonly #parts: BrokerParts;
  readonly #stream: PacketStream;
  readonly #output: LinkOutput;
  readonly #handshake: Handshake;
  readonly #connectTimer: Timer;
  /** Decoded and not handled yet, while a handler waits: at most what one chunk held. */
  readonly #waiting = new Fifo<() => void>();
  #state: 'connecting' | 'connected' | 'closed' = 'connecting';
  #wishes = UNKNOWN_CLIENT;
  #encoder: CopyEncoder | undefined;
  #client: Client | undefined;
  #keepAlive: KeepAlive | undefined;
  readonly #sink: PacketSink = {
    packet: (packet) => {
      // The usual case makes no closure.
      if (!this.#isBusy && this.#state !== 'closed' && this.#waiting.length === 0) this.#handle(packet);
      else this.#inOrder(() => this.#handle(packet));
    },
    violation: (violation) => this.#inOrder(() => this.#violated(violation)),
  };
  /** A handler waits for an answer: the packets behind it wait too. */
  #isBusy = false;
  #isPaused = false;
  #isConnectTaken = false;

  constructor(link: ByteLink, parts: BrokerParts) {
    this.#link = link;
    this.#parts = parts;
    this.#stream = createPacketStream({ from: 'client', packetBytesMax: parts.options.packetBytesMax });
    this.#output = new LinkOutput(link, parts.options.unsentBytesMax, {
      fill: () => this.sendQueued(),
      drained: () => this.#drained(),
      revoked: () => this.#revoked(),
    });
    this.#handshake = new Handshake(this, parts);
    this.#connectTimer = parts.clock.setTimer(parts.options.connectTimeoutMs, () => this.end({ reason: 'connect-timeout', keepsWill: true }));
    link.onBytes((chunk) => this.#receive(chunk));
    void link.closed.then(() => this.#close({ keepsWill: true }));
  }

  get linkName(): string {
    return this.#link.name;
  }

  send(packet: MqttPacket): void {
    if (this.#state === 'closed') return;
    const bytes = fittingPacket(packet, this.#wishes);
    if (bytes === undefined) this.#parts.counters.refuse('too-large-for-client');
    else this.#output.push(bytes);
    this.#parts.gate.touch(this.#output);
    if (this.#output.isCongested) this.#steer();
  }

  sendQueued(): void {
    const [client, encoder] = [this.#client, this.#encoder];
    if (client === undefined || encoder === undefined || this.#state !== 'connected') return;
    const { outbox } = client.session;
    const nowMs = this.#parts.clock.nowMs();
    while (this.#output.hasRoom) {
      const next = outbox.next(nowMs);
      if (next === undefined) return;
      if (next.kind === 'pubrel') {
        this.send({ type: 'pubrel', packetId: next.packetId, reasonCode: REASON.success, properties: NO_PROPERTIES });
        continue;
      }
      this.#sendCopy(encoder, outbox, next.delivery, next.packetId, next.dup, nowMs);
    }
  }

  deliver(delivery: Delivery): boolean {
    const [client, encoder] = [this.#client, this.#encoder];
    if (client === undefined || encoder === undefined || this.#state !== 'connected' || !this.#output.hasRoom) return false;
    // What may have expired takes the long way, where that is looked at.
    if (delivery.routed.hasExpiry) return false;
    const { outbox } = client.session;
    const packetId = delivery.qos === 0 ? undefined : outbox.beginAtOnce(delivery);
    if (packetId === undefined && delivery.qos > 0) return false;
    this.#sendCopy(encoder, outbox, delivery, packetId, false, 0);
    this.wake();
    return true;
  }

  wake(): void {
    this.#parts.gate.touch(this.#output);
  }

  takeOver(): void {
    this.end({ reasonCode: REASON.sessionTakenOver, keepsWill: true });
  }

  refuse(reason: string, reasonCode: number, properties: MqttProperties = NO_PROPERTIES): void {
    const code = this.#wishes.version === 5 ? reasonCode : connectReturnCode(reasonCode);
    if (code !== undefined) this.send({ type: 'connack', sessionPresent: false, reasonCode: code, properties });
    this.#output.refuse();
    this.end({ reason, keepsWill: true });
  }

  establish({ packet, identity, will, connack, authenticator }: AcceptedConnect): void {
    if (this.#state !== 'connecting') return;
    const { options, registry, clock, counters } = this.#parts;
    this.#connectTimer.cancel();
    const { session, isPresent } = registry.open(identity.clientId, packet.cleanStart, grantedExpiryS(packet, options));
    this.#state = 'connected';
    this.#client = {
      wire: this,
      identity,
      session,
      aliases: new IncomingAliases(options.topicAliasMaximum),
      unfinished: new Set(),
      requestedExpiryS: packet.properties.sessionExpiryIntervalS ?? 0,
      authentication: authenticator === undefined ? undefined : { authenticator, exchange: undefined },
    };
    counters.connectedClients += 1;
    if (will !== undefined) registry.setWill(session, will);
    this.#encoder = new CopyEncoder({
      version: identity.version,
      packetBytesMax: this.#wishes.packetBytesMax,
      topicAliasesMax: identity.version === 4 ? 0 : Math.min(packet.properties.topicAliasMaximum ?? 0, options.outgoingTopicAliasesMax),
    });
    this.send(connack(isPresent));
    const keepAliveS = keepAliveInForceS(packet, options);
    if (keepAliveS > 0) this.#keepAlive = new KeepAlive(clock, keepAliveS, () => this.#silent());
    session.join(this, { inFlightMax: Math.min(packet.properties.receiveMaximum ?? RECEIVE_MAXIMUM_DEFAULT, options.inFlightMax) });
  }

  end(ending: Ending): void {
    if (this.#state === 'closed') return;
    const { reason, reasonCode, because } = ending;
    if (reason !== undefined) {
      this.#parts.counters.refuse(reason);
      this.#parts.log.debug('connection ended', { link: this.#link.name, reason, because });
    }
    // MQTT-3.14.0-1: never before CONNACK. 3.1.1 has no DISCONNECT from the server.
    if (this.#state === 'connected' && reasonCode !== undefined && this.#wishes.version === 5) {
      this.send({ type: 'disconnect', reasonCode, properties: because === undefined ? NO_PROPERTIES : { reasonString: because } });
    }
    this.#output.end();
    this.#parts.gate.touch(this.#output);
    this.#close(ending);
  }

  #sendCopy(encoder: CopyEncoder, outbox: Outbox, delivery: Delivery, packetId: number | undefined, dup: boolean, nowMs: number): void {
    const bytes = encoder.encode(delivery, packetId, dup, nowMs);
    if (bytes === undefined) {
      this.#parts.counters.refuse('too-large-for-client');
      outbox.discard(packetId);
      return;
    }
    this.#output.push(bytes);
    if (!dup) this.#parts.counters.messagesDelivered += 1;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#stream.read(chunk, this.#sink);
    const isLarge = this.#stream.heldBytes() > this.#parts.options.connectPacketBytesMax;
    if (!this.#isConnectTaken && isLarge) this.end({ reason: 'packet-too-large', keepsWill: true });
  }

  /** Takes something that came, now or behind what waits. */
  #inOrder(take: () => void): void {
    if (this.#state === 'closed') return;
    if (this.#isBusy || this.#waiting.length > 0) this.#waiting.push(take);
    else take();
  }

  #handleWaiting(): void {
    while (!this.#isBusy && this.#state !== 'closed') {
      const take = this.#waiting.shift();
      if (take === undefined) return;
      take();
    }
  }

  #handle(packet: MqttPacket): void {
    this.#keepAlive?.touch();
    try {
      const result = this.#dispatch(packet);
      if (result instanceof Promise) this.#waitFor(result);
    } catch (error) {
      this.#failed(error);
    }
  }

  #dispatch(packet: MqttPacket): Eventual<void> {
    if (this.#client !== undefined) return handlePacket(this.#client, packet, this.#parts);
    if (packet.type === 'connect' && !this.#isConnectTaken) {
      this.#isConnectTaken = true;
      const { properties, protocolLevel } = packet;
      this.#wishes = {
        version: protocolLevel === 5 ? 5 : 4,
        packetBytesMax: properties.maximumPacketSizeBytes ?? Infinity,
        problemInformation: properties.requestProblemInformation !== false,
      };
      return this.#handshake.connect(packet);
    }
    if (packet.type === 'auth') return this.#handshake.auth(packet);
    if (packet.type === 'disconnect') return this.end({ keepsWill: false });
    // MQTT-3.1.2-30: before CONNACK only AUTH and DISCONNECT come from a client that authenticates.
    return this.refuse('protocol-error', REASON.protocolError);
  }

  #waitFor(result: Promise<void>): void {
    this.#isBusy = true;
    this.#steer();
    const goOn = (): void => {
      this.#isBusy = false;
      this.#steer();
      this.#handleWaiting();
    };
    result.then(goOn, (error: unknown) => {
      this.#failed(error);
      goOn();
    });
  }

  /** A port or a handler failed: that is our fault, and only this connection feels it (MQTT-4.8.0-2). */
  #failed(error: unknown): void {
    this.#parts.log.error('a packet could not be handled', { link: this.#link.name, error: messageOf(error) });
    const reason = 'internal';
    if (this.#state === 'connecting' && this.#isConnectTaken) this.refuse(reason, REASON.serverUnavailable);
    else this.end({ reason, reasonCode: REASON.implementationSpecific, keepsWill: true });
  }

  /** Section 4.8 of 3.1.1 and 4.13 of 5.0. */
  #violated(violation: MqttViolation): void {
    const reason = violationReason(violation);
    const { reasonCode, returnCode, because, version, packetType } = violation;
    if (this.#state === 'connected') {
      // A second CONNECT is a protocol error whatever is wrong in it: DISCONNECT has no code for its version.
      this.end({ reason, reasonCode: packetType === 'connect' ? REASON.protocolError : reasonCode, because, keepsWill: true });
      return;
    }
    if (!this.#isConnectTaken && packetType === 'connect') {
      // MQTT-3.1.2-2: a level that nobody knows is answered in the form that every level has had.
      const code = version === 5 ? reasonCode : returnCode;
      this.#wishes = { ...UNKNOWN_CLIENT, version: version === 5 ? 5 : 4 };
      if (code !== undefined) this.send({ type: 'connack', sessionPresent: false, reasonCode: code, properties: NO_PROPERTIES });
      this.end({ reason, keepsWill: true });
      return;
    }
    if (this.#isConnectTaken && this.#wishes.version === 5) this.refuse(reason, reasonCode ?? REASON.protocolError);
    else this.end({ reason, keepsWill: true });
  }

  #silent(): void {
    this.end({ reason: 'keepalive-timeout', reasonCode: REASON.keepAliveTimeout, keepsWill: true });
  }

  #revoked(): void {
    this.#close({ reason: 'store-failed', keepsWill: true });
    this.#link.destroy();
  }

  #drained(): void {
    if (this.#state === 'closed') return;
    this.#steer();
    if (this.#client !== undefined && this.#client.session.outbox.queuedCount > 0) this.wake();
  }

  /** Reads no further while a handler waits, or while the peer does not take our answers. */
  #steer(): void {
    const shouldPause = this.#state !== 'closed' && (this.#isBusy || this.#output.isCongested);
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#link.pause();
    else this.#link.resume();
  }

  #close({ reason, keepsWill }: Ending): void {
    if (this.#state === 'closed') return;
    const client = this.#client;
    this.#state = 'closed';
    if (reason === 'store-failed') this.#parts.counters.refuse(reason);
    this.#connectTimer.cancel();
    this.#keepAlive?.stop();
    this.#waiting.clear();
    this.#steer();
    if (client === undefined) return;
    this.#parts.counters.connectedClients -= 1;
    this.#parts.registry.leave(client.session, keepsWill);
  }
}
