import { createConnection, type Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import type { Clock } from '../runtime/clock.ts';
import { FieldproofError } from '../runtime/errors.ts';
import { reasonOf } from './link-closed-error.ts';
import { createMqttJsClient, type MqttJsOptions } from './mqtt-js-client.ts';
import type { OutboundMessage } from './mqtt-outbox.ts';
import type { MqttPacketIds } from './mqtt-packet-ids.ts';
import type { SubscriptionRequest } from './mqtt-subscriptions.ts';
import type { TcpAddress } from './tcp-link.ts';

/** A message as it was received. The payload must not be changed. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** That of the delivery. */
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Set by the broker on a delivery that it repeats. QoS 2 messages are handed over once all the same. */
  readonly dup: boolean;
}

/** What happens on the connections of a session. */
export interface MqttConnectionEvents {
  /** The broker accepted. @param receiveMaximum - PUBLISH packets it takes unacknowledged. */
  up(sessionPresent: boolean, receiveMaximum: number): void;
  /** A connection ended, or an attempt at one failed. */
  down(reason: string): void;
  /** @returns False when the acknowledgement does not fit its message, which ends the connection. */
  acknowledged(kind: 'puback' | 'pubrec' | 'pubcomp', packetId: number, reasonCode: number): boolean;
  message(message: ReceivedMessage): void;
}

/** How long the broker may take to close after DISCONNECT before the connection is cut, milliseconds. */
const DISCONNECT_WAIT_MS = 2_000;
/** QoS 0 messages that may wait for a socket that takes no bytes; the next one is refused with FP_LIMIT. */
const UNSENT_MESSAGES_MAX = 10_000;
/** MQTT 3.1.1 section 3.14; in MQTT 5.0 section 3.14.2.1 the same bytes mean "normal disconnection". */
const DISCONNECT_PACKET = Uint8Array.of(0xe0, 0x00);

/** The connections of one MQTT session to its broker, one after another, each by one mqtt.js attempt. */
export class MqttConnection {
  readonly #events: MqttConnectionEvents;
  readonly #clock: Clock;
  readonly #ids: MqttPacketIds;
  readonly #client: MqttClient;
  /** Of the present connection or attempt; undefined between two. */
  #socket: Socket | undefined;
  #isUp = false;
  #reason: string | undefined;
  /** What to do with each QoS 0 message that the socket has not taken yet. */
  #unsent: { readonly resolve: () => void; readonly reject: () => void }[] = [];

  constructor(address: TcpAddress, options: MqttJsOptions, ids: MqttPacketIds, clock: Clock, events: MqttConnectionEvents) {
    this.#events = events;
    this.#clock = clock;
    this.#ids = ids;
    this.#client = createMqttJsClient(options, ids, () => this.#openSocket(address));
    this.#listen();
  }

  /** Between `up` and `down`. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether there is a connection or an attempt at one, so that a `down` is still to come. */
  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  /** Makes one attempt; only when none is open. */
  connect(): void {
    this.#client.connect();
  }

  /** Sends a message of QoS 1 or 2 with the identifier given. */
  publish(packetId: number, { topic, payload, qos, retain }: OutboundMessage, dup: boolean): void {
    this.#ids.choose(packetId);
    this.#client.publish(topic, bufferOver(payload), { qos, retain, dup });
  }

  /** Sends PUBREL. MQTT 3.1.1 section 3.6; in MQTT 5.0 section 3.6.2.1 the same bytes mean "success". */
  release(packetId: number): void {
    this.#socket?.write(Uint8Array.of(0x62, 0x02, packetId >> 8, packetId & 0xff));
  }

  /**
   * Sends a message of QoS 0. Resolves when the socket has taken it.
   * @throws FieldproofError FP_LINK_CLOSED without a connection or when it ends first, FP_LIMIT.
   */
  publishAtMostOnce(topic: string, payload: Uint8Array, retain: boolean): Promise<void> {
    const socket = this.#socket;
    if (!this.#isUp || socket?.writable !== true) return Promise.reject(notSentError(topic, 'there is no connection'));
    if (this.#unsent.length >= UNSENT_MESSAGES_MAX) {
      return Promise.reject(new FieldproofError('FP_LIMIT', `${UNSENT_MESSAGES_MAX} messages wait for a connection that takes no bytes`));
    }
    this.#client.publish(topic, bufferOver(payload), { qos: 0, retain });
    if (!socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#unsent.push({ resolve, reject: () => reject(notSentError(topic, 'the connection was lost')) });
    });
  }

  /** Sends one SUBSCRIBE for each QoS that is asked for; as `AskForSubscriptions` says. */
  async subscribe(requests: readonly SubscriptionRequest[]): Promise<ReadonlyMap<string, number> | undefined> {
    const filtersAt = (wanted: number): string[] => requests.filter(({ qos }) => qos === wanted).map(({ filter }) => filter);
    const answers = await Promise.all(([0, 1, 2] as const).map((qos) => this.#subscribeAt(qos, filtersAt(qos))));
    return answers.includes(undefined) ? undefined : new Map(answers.flatMap((codes) => codes ?? []));
  }

  /** Ends the connection or attempt because of `reason`. */
  cut(reason: string): void {
    this.#reason ??= reason;
    this.#socket?.destroy();
  }

  /** Sends DISCONNECT and lets the broker close. */
  disconnect(reason: string): void {
    const socket = this.#socket;
    if (!this.#isUp || socket === undefined) {
      this.cut(reason);
      return;
    }
    this.#reason = reason;
    const timer = this.#clock.setTimer(DISCONNECT_WAIT_MS, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.end(DISCONNECT_PACKET);
  }

  /** Sends RST: the broker learns at once that the client is gone without DISCONNECT. */
  reset(reason: string): void {
    if (this.#socket?.connecting !== false) {
      this.cut(reason);
      return;
    }
    this.#reason = reason;
    this.#socket.resetAndDestroy();
  }

  /** @returns Each filter with its code; undefined when the connection was lost first. */
  #subscribeAt(qos: 0 | 1 | 2, filters: string[]): Promise<(readonly [string, number])[] | undefined> {
    if (filters.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.#client.subscribe(filters, { qos }, (_error, _grants, suback) => {
        resolve(suback && filters.map((filter, index) => [filter, Number(suback.granted[index] ?? 0x80)] as const));
      });
    });
  }

  #openSocket({ host, port }: TcpAddress): Socket {
    const socket = createConnection({ host, port, noDelay: true });
    socket.on('drain', () => {
      for (const { resolve } of this.#unsent.splice(0)) resolve();
    });
    this.#socket = socket;
    return socket;
  }

  #listen(): void {
    this.#client.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') this.#onConnack(packet.sessionPresent, packet.properties?.receiveMaximum ?? 65_535);
      if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec' && packet.cmd !== 'pubcomp') return;
      const fits = this.#events.acknowledged(packet.cmd, packet.messageId ?? 0, packet.reasonCode ?? 0);
      if (!fits) this.cut(`protocol error: ${packet.cmd.toUpperCase()} does not fit the QoS of message ${packet.messageId}`);
    });
    this.#client.on('message', (topic, payload, { qos, retain, dup }) => this.#events.message({ topic, payload, qos, retain, dup }));
    this.#client.on('disconnect', ({ reasonCode }) => {
      this.#reason ??= `the broker sent DISCONNECT with reason code 0x${(reasonCode ?? 0).toString(16)}`;
    });
    // mqtt.js only reports a malformed packet; the connection that carried it is of no use any more.
    this.#client.on('error', (error) => this.cut(withReasonCode(error)));
    this.#client.on('close', () => this.#onClose());
  }

  /** mqtt.js sends packets only after it has handled CONNACK itself; by the next tick it has, and no further packet. */
  #onConnack(sessionPresent: boolean, receiveMaximum: number): void {
    const socket = this.#socket;
    process.nextTick(() => {
      if (this.#isUp || socket !== this.#socket || socket?.writable !== true || !this.#client.connected) return;
      this.#isUp = true;
      this.#events.up(sessionPresent, receiveMaximum);
    });
  }

  #onClose(): void {
    const reason = this.#reason ?? (this.#isUp ? 'the broker closed the connection' : 'the broker closed before it sent CONNACK');
    this.#socket = undefined;
    this.#isUp = false;
    this.#reason = undefined;
    for (const { reject } of this.#unsent.splice(0)) reject();
    this.#events.down(reason);
  }
}

/** mqtt.js puts the return or reason code of a CONNACK beside the message. */
function withReasonCode(error: Error): string {
  return 'code' in error && typeof error.code === 'number' ? `${error.message} (code ${error.code})` : reasonOf(error);
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notSentError(topic: string, reason: string): FieldproofError {
  return new FieldproofError('FP_LINK_CLOSED', `a QoS 0 message to '${topic}' was not sent: ${reason}`);
}
