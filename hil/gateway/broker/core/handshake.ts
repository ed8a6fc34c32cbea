import type { AuthPacket, ConnackPacket, ConnectPacket, MqttPacket, ProtocolVersion } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../protocols/mqtt/properties.ts';
import type { ClientIdentity, ConnectDecision } from './access-control.ts';
import { assignClientId } from './assign-client-id.ts';
import type { BrokerParts } from './broker-parts.ts';
import { acceptedProperties } from './connack-properties.ts';
import type { AuthenticationExchange, AuthenticationStep, EnhancedAuthenticator } from './enhanced-authentication.ts';
import { whenDone, type Eventual } from './eventual.ts';
import { ownedWill } from './message.ts';
import { isReservedTopic } from './publish.ts';
import { REASON } from './reason-code.ts';
import type { StoredWill } from './stored-will.ts';

/** What the connection does for the handshake. */
export interface HandshakeWire {
  readonly linkName: string;
  /** Sends an AUTH. */
  send(packet: MqttPacket): void;
  /** Answers CONNECT with a failure and closes. @param reason - Counted under this. */
  refuse(reason: string, reasonCode: number, properties?: MqttProperties): void;
  /** The CONNECT is accepted: opens the session and answers. */
  establish(accepted: AcceptedConnect): void;
}

/** A CONNECT that passed every check. */
export interface AcceptedConnect {
  readonly packet: ConnectPacket;
  readonly identity: ClientIdentity;
  readonly will: StoredWill | undefined;
  /** Of the answer; the session expiry interval is not among them. */
  readonly connack: (sessionPresent: boolean) => ConnackPacket;
  readonly authenticator: EnhancedAuthenticator | undefined;
}

/** From CONNECT to CONNACK, with the AUTH packets between them. @see MQTT 5.0, sections 3.1.4 and 4.12 */
export class Handshake {
  readonly #wire: HandshakeWire;
  readonly #parts: BrokerParts;
  #connect: ConnectPacket | undefined;
  #identity: ClientIdentity | undefined;
  #assignedId: string | undefined;
  #authenticator: EnhancedAuthenticator | undefined;
  #exchange: AuthenticationExchange | undefined;

  constructor(wire: HandshakeWire, parts: BrokerParts) {
    this.#wire = wire;
    this.#parts = parts;
  }

  /** Takes the CONNECT. */
  connect(packet: ConnectPacket): Eventual<void> {
    const version: ProtocolVersion = packet.protocolLevel === 5 ? 5 : 4;
    if (!this.#parts.options.versions.includes(version)) {
      this.#wire.refuse('protocol-version', REASON.unsupportedVersion);
      return undefined;
    }
    if (packet.clientId === '' && !this.#parts.options.emptyClientIdAllowed) {
      // MQTT-3.1.3-8; 3.1.1: MQTT-3.1.3-9, with return code 2.
      this.#wire.refuse('client-id', REASON.clientIdNotValid);
      return undefined;
    }
    this.#connect = packet;
    // MQTT-3.1.3-6: the client gets an identifier that no other session has.
    this.#assignedId = packet.clientId === '' ? assignClientId(this.#parts) : undefined;
    const identity = { clientId: this.#assignedId ?? packet.clientId, userName: packet.userName, version, linkName: this.#wire.linkName };
    this.#identity = identity;
    const method = packet.properties.authenticationMethod;
    if (method !== undefined) return this.#beginExchange(method, identity, packet.properties.authenticationData);
    const { userName, password } = packet;
    return whenDone(this.#parts.access.authenticate({ ...identity, userName, password }), (decision) => this.#decide(packet, identity, decision));
  }

  /** Takes an AUTH of the client before CONNACK. */
  auth({ reasonCode, properties }: AuthPacket): Eventual<void> {
    const isNext = reasonCode === REASON.continueAuthentication && properties.authenticationMethod === this.#authenticator?.method;
    if (this.#exchange === undefined || !isNext) {
      this.#wire.refuse('protocol-error', REASON.protocolError);
      return undefined;
    }
    return whenDone(this.#exchange.step(properties.authenticationData), (step) => this.#takeStep(step));
  }

  #beginExchange(method: string, identity: ClientIdentity, data: Uint8Array | undefined): Eventual<void> {
    this.#authenticator = this.#parts.authenticators.get(method);
    if (this.#authenticator === undefined) {
      // MQTT-4.12.0-1
      this.#wire.refuse('authentication-method', REASON.badAuthenticationMethod);
      return undefined;
    }
    this.#exchange = this.#authenticator.begin(identity);
    return whenDone(this.#exchange.step(data), (step) => this.#takeStep(step));
  }

  #takeStep(step: AuthenticationStep): Eventual<void> {
    const [packet, identity, authenticator] = [this.#connect, this.#identity, this.#authenticator];
    if (packet === undefined || identity === undefined || authenticator === undefined) return undefined;
    if (step.kind === 'refused') {
      const reasonString = step.reasonString === undefined ? {} : { reasonString: step.reasonString };
      this.#wire.refuse('not-authorized', step.reasonCode ?? REASON.notAuthorized, reasonString);
      return undefined;
    }
    // MQTT-4.12.0-5: every AUTH and the successful CONNACK name the method of CONNECT.
    const properties = { authenticationMethod: authenticator.method, ...(step.data === undefined ? {} : { authenticationData: step.data }) };
    if (step.kind === 'success') return this.#checkWill(packet, identity, properties);
    this.#wire.send({ type: 'auth', reasonCode: REASON.continueAuthentication, properties });
    return undefined;
  }

  #decide(packet: ConnectPacket, identity: ClientIdentity, decision: ConnectDecision): Eventual<void> {
    const { reasonCode, reasonString, serverReference, userProperties } = decision;
    if (reasonCode === REASON.success) return this.#checkWill(packet, identity, NO_PROPERTIES);
    this.#wire.refuse('not-authorized', reasonCode, {
      ...(reasonString === undefined ? {} : { reasonString }),
      ...(serverReference === undefined ? {} : { serverReference }),
      ...(userProperties === undefined ? {} : { userProperties }),
    });
    return undefined;
  }

  /** The will is checked when it is set, and again when it is published. */
  #checkWill(packet: ConnectPacket, identity: ClientIdentity, properties: MqttProperties): Eventual<void> {
    const { will } = packet;
    const { options, access } = this.#parts;
    if (will === undefined) return this.#establish(packet, identity, properties);
    // MQTT-3.2.2-12, MQTT-3.2.2-13
    if (will.qos > options.maximumQos) return this.#wire.refuse('unsupported', REASON.qosNotSupported);
    if (will.retain && !options.retainAvailable) return this.#wire.refuse('unsupported', REASON.retainNotSupported);
    if (isReservedTopic(will.topic)) return this.#wire.refuse('reserved-topic', REASON.notAuthorized);
    return whenDone(access.mayPublish(identity, will.topic, will.retain), (isAllowed) => {
      if (isAllowed) return this.#establish(packet, identity, properties);
      return this.#wire.refuse('not-authorized', REASON.notAuthorized);
    });
  }

  /** Whether the store has no room for what this connection would add; if so, it was refused. */
  #isObstructed({ cleanStart, properties }: ConnectPacket, { clientId, version }: ClientIdentity): boolean {
    const { obstacle, registry } = this.#parts;
    const reason = obstacle();
    if (reason === undefined) return false;
    const isKept = version === 4 ? !cleanStart : (properties.sessionExpiryIntervalS ?? 0) > 0;
    // A session that is there may go on, so that its queue gets shorter.
    if (reason === 'store-full' && (!isKept || (!cleanStart && registry.has(clientId)))) return false;
    this.#wire.refuse(reason, reason === 'store-full' ? REASON.quotaExceeded : REASON.serverUnavailable);
    return true;
  }

  #establish(packet: ConnectPacket, identity: ClientIdentity, properties: MqttProperties): Eventual<void> {
    return whenDone(this.#parts.registry.prepare(identity.clientId, packet.cleanStart), () => this.#open(packet, identity, properties));
  }

  #open(packet: ConnectPacket, identity: ClientIdentity, properties: MqttProperties): void {
    const { options } = this.#parts;
    if (this.#isObstructed(packet, identity)) return;
    const assignedId = this.#assignedId;
    const answered = identity.version === 5 ? { ...acceptedProperties(packet, assignedId, options), ...properties } : NO_PROPERTIES;
    this.#wire.establish({
      packet,
      identity,
      will: packet.will === undefined ? undefined : { will: ownedWill(packet.will), delayS: packet.will.properties.willDelayIntervalS ?? 0, owner: identity },
      connack: (sessionPresent) => ({ type: 'connack', sessionPresent, reasonCode: REASON.success, properties: answered }),
      authenticator: this.#authenticator,
    });
  }
}
