import type { Clock, Timer } from '../runtime/clock.ts';
import { FieldproofError } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import { MqttConnection, type ReceivedMessage } from './mqtt-connection.ts';
import type { MqttJsOptions } from './mqtt-js-client.ts';
import { MqttOutbox } from './mqtt-outbox.ts';
import { MqttSubscriptions, type SubscriptionRequest } from './mqtt-subscriptions.ts';
import { parseMqttUrl } from './mqtt-url.ts';
import { reconnectDelayMs, type ReconnectBounds } from './reconnect-delay.ts';

export interface MqttSessionOptions extends MqttJsOptions {
  /** `mqtt://host:port`; the port is 1883 when it is left out. */
  readonly url: string;
  /**
   * PUBLISH packets of QoS 1 and 2 that may be unacknowledged at once, 1 to 32,767, which is also the default. A smaller
   * receive maximum of an MQTT 5.0 broker goes first; brokers of 3.1.1 have such limits too, and cannot tell.
   */
  readonly inFlightMax?: number;
  /** Without it the session ends with its first connection, or with the first attempt at one. */
  readonly reconnect?: ReconnectBounds;
}

export interface MqttSessionDeps {
  readonly clock: Clock;
  /** Spreads the attempts to reconnect. */
  readonly random: Random;
}

export interface PublishOptions {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** One MQTT session, over as many connections as it takes. Listeners must not throw; each `on` adds one. */
export interface MqttSession {
  readonly connected: boolean;
  /**
   * QoS 0: resolves when the connection has taken the message; rejects at once while there is none. QoS 1 and 2: resolves
   * at PUBACK or PUBCOMP; while there is no connection the message waits, and what was in flight is sent again after a
   * reconnect, in order (see `MqttOutbox`). The payload must not change before that.
   * @throws FieldproofError FP_LINK_CLOSED, FP_BROKER_REFUSED (MQTT 5.0), FP_LIMIT when too many messages are pending.
   */
  publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void>;
  /**
   * Resolves when all are granted; waits for a connection if there is none. Done again by itself after a reconnect to a
   * broker that has lost the session.
   * @throws FieldproofError FP_BROKER_REFUSED naming the filters that were refused, FP_LINK_CLOSED, FP_LIMIT.
   */
  subscribe(requests: readonly SubscriptionRequest[]): Promise<void>;
  onMessage(listener: (message: ReceivedMessage) => void): void;
  onConnected(listener: (info: { readonly sessionPresent: boolean }) => void): void;
  /** Called for each connection that ends and for each attempt that fails, with the reason in words. */
  onClosed(listener: (reason: string) => void): void;
  /** Disconnects in good order and for good; what is not acknowledged yet is rejected. Safe to call again. */
  end(): Promise<void>;
  /** Cuts the connection without DISCONNECT and for good, so that the broker publishes the will. */
  abort(): void;
}

/**
 * Starts a session; it connects by itself. Set the listeners before the next await, or early events are missed.
 * @throws FieldproofError FP_LINK_OPEN when the URL is none of MQTT over TCP.
 */
export function openMqttSession(options: MqttSessionOptions, deps: MqttSessionDeps): MqttSession {
  return new ReconnectingSession(options, deps);
}

/** Largest topic name, bytes of UTF-8 (MQTT 3.1.1 section 1.5.3). */
const TOPIC_BYTES_MAX = 65_535;

class ReconnectingSession implements MqttSession {
  readonly #reconnect: ReconnectBounds | undefined;
  readonly #deps: MqttSessionDeps;
  readonly #connection: MqttConnection;
  readonly #outbox: MqttOutbox;
  readonly #subscriptions = new MqttSubscriptions();
  readonly #messageListeners: ((message: ReceivedMessage) => void)[] = [];
  readonly #connectedListeners: ((info: { readonly sessionPresent: boolean }) => void)[] = [];
  readonly #closedListeners: ((reason: string) => void)[] = [];
  /** Attempts in a row that did not lead to a connection. */
  #failures = 0;
  #retry: Timer | undefined;
  #isOver = false;
  readonly #over: Promise<void>;
  #settleOver: () => void = () => undefined;

  constructor(options: MqttSessionOptions, deps: MqttSessionDeps) {
    this.#reconnect = options.reconnect;
    this.#deps = deps;
    this.#outbox = new MqttOutbox(options.inFlightMax);
    this.#over = new Promise((resolve) => (this.#settleOver = resolve));
    this.#connection = new MqttConnection(parseMqttUrl(options.url), options, this.#outbox.ids, deps.clock, {
      up: (sessionPresent, receiveMaximum) => this.#onUp(sessionPresent, receiveMaximum),
      down: (reason) => this.#onDown(reason),
      acknowledged: (kind, packetId, reasonCode) => this.#outbox.acknowledged(kind, packetId, reasonCode),
      message: (message) => {
        for (const listener of this.#messageListeners) listener(message);
      },
    });
    this.#connection.connect();
  }

  get connected(): boolean {
    return this.#connection.isUp;
  }

  publish(topic: string, payload: Uint8Array, { qos, retain }: PublishOptions): Promise<void> {
    const topicBytes = Buffer.byteLength(topic);
    if (topicBytes === 0 || topicBytes > TOPIC_BYTES_MAX) {
      return Promise.reject(new FieldproofError('FP_LIMIT', `a topic has 1 to ${TOPIC_BYTES_MAX} bytes, not ${topicBytes}`));
    }
    if (qos === 0) return this.#connection.publishAtMostOnce(topic, payload, retain);
    return this.#outbox.publish({ topic, payload, qos, retain });
  }

  subscribe(requests: readonly SubscriptionRequest[]): Promise<void> {
    return this.#subscriptions.subscribe(requests);
  }

  onMessage(listener: (message: ReceivedMessage) => void): void {
    this.#messageListeners.push(listener);
  }

  onConnected(listener: (info: { readonly sessionPresent: boolean }) => void): void {
    this.#connectedListeners.push(listener);
  }

  onClosed(listener: (reason: string) => void): void {
    this.#closedListeners.push(listener);
  }

  async end(): Promise<void> {
    const reason = 'the session was ended';
    if (!this.#isOver) {
      this.#finish(reason);
      this.#connection.disconnect(reason);
    }
    await this.#over;
  }

  abort(): void {
    const reason = 'the session was aborted';
    this.#finish(reason);
    this.#connection.reset(reason);
  }

  #onUp(sessionPresent: boolean, receiveMaximum: number): void {
    this.#failures = 0;
    const connection = this.#connection;
    const resubscriptionRefused = (reason: string): void => connection.cut(reason);
    this.#subscriptions.connected((requests) => connection.subscribe(requests), sessionPresent, resubscriptionRefused);
    this.#outbox.connected(connection, sessionPresent, receiveMaximum);
    for (const listener of this.#connectedListeners) listener({ sessionPresent });
  }

  #onDown(reason: string): void {
    this.#outbox.disconnected();
    this.#subscriptions.disconnected();
    if (this.#isOver) this.#settleOver();
    else if (this.#reconnect === undefined) this.#finish(reason);
    else this.#retryLater(this.#reconnect);
    for (const listener of this.#closedListeners) listener(reason);
  }

  #retryLater(bounds: ReconnectBounds): void {
    const delayMs = reconnectDelayMs(this.#failures, bounds, this.#deps.random);
    this.#failures += 1;
    this.#retry = this.#deps.clock.setTimer(delayMs, () => this.#connection.connect());
  }

  /** From here on there is no further attempt, and nothing more is sent. */
  #finish(reason: string): void {
    this.#isOver = true;
    this.#retry?.cancel();
    this.#outbox.fail(reason);
    this.#subscriptions.fail(reason);
    if (!this.#connection.isOpen) this.#settleOver();
  }
}
