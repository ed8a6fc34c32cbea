import { every, type Timer } from '../../hil/runtime/clock.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import { encodeDevicePayload } from './device-payload.ts';
import { CONNECT_TIMEOUT_MS, KEEPALIVE_MS, RECONNECT, type FleetDeps } from './fleet-deps.ts';
import type { PublisherOptions } from './fleet-options.ts';

/** One virtual device: a client that publishes numbered messages at a steady rate. */
export interface Publisher {
  readonly client: string;
  readonly connected: boolean;
  readonly sent: number;
  readonly acked: number;
  /** Turns on which nothing was sent: QoS 0 without a connection, or too many messages under way. */
  readonly skipped: number;
  /** Handed over and not acknowledged yet. */
  readonly inFlight: number;
  /** Publishes nothing new from now on; what is under way goes on. */
  quiesce(): void;
  stop(): Promise<void>;
}

/** Messages of one client that may wait for their acknowledgement; then it skips turns, as a device with a full buffer does. */
export const IN_FLIGHT_MAX = 1_000;

/**
 * Connects one device and lets it publish once it is connected, from a random instant of its first period on, so that
 * the devices of a group do not speak in chorus.
 * @param index - 0 for `<group>-1`; its QoS is the next of the group's list.
 */
export function startPublisher(options: PublisherOptions, index: number, deps: FleetDeps): Publisher {
  return new VirtualDevice(options, index, deps);
}

class VirtualDevice implements Publisher {
  readonly client: string;
  readonly #options: PublisherOptions;
  readonly #deps: FleetDeps;
  readonly #observe;
  readonly #session;
  readonly #topic: string;
  readonly #qos: 0 | 1 | 2;
  readonly #periodMs: number;
  readonly #phaseMs: number;
  #timer: Timer | undefined;
  #quiesced = false;
  sent = 0;
  acked = 0;
  skipped = 0;
  inFlight = 0;

  constructor(options: PublisherOptions, index: number, deps: FleetDeps) {
    const random = deps.random.child(`publisher/${options.group}`, index);
    this.client = `${options.group}-${index + 1}`;
    this.#options = options;
    this.#deps = deps;
    this.#observe = deps.observerFor(options.group);
    this.#topic = options.topic.replace('{client}', this.client);
    this.#qos = options.qos[index % options.qos.length] ?? 0;
    this.#periodMs = 1_000 / options.ratePerSecond;
    this.#phaseMs = random.next() * this.#periodMs;
    this.#session = deps.openSession(
      {
        url: options.url,
        clientId: this.client,
        protocolVersion: options.protocolVersion,
        clean: false,
        keepaliveMs: KEEPALIVE_MS,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        reconnect: RECONNECT,
      },
      { clock: deps.clock, random },
    );
    this.#session.onConnected(() => this.#connected());
    this.#session.onClosed((reason) => this.#observe('mqtt.closed', { client: this.client, at: options.at, reason }));
  }

  get connected(): boolean {
    return this.#session.connected;
  }

  quiesce(): void {
    this.#quiesced = true;
    this.#timer?.cancel();
  }

  async stop(): Promise<void> {
    this.quiesce();
    await this.#session.end();
  }

  #connected(): void {
    this.#observe('mqtt.connected', { client: this.client, at: this.#options.at });
    if (this.#timer !== undefined || this.#quiesced) return;
    this.#timer = this.#deps.clock.setTimer(this.#phaseMs, () => {
      this.#publish();
      this.#timer = every(this.#deps.clock, this.#periodMs, () => this.#publish());
    });
  }

  #publish(): void {
    // A QoS 0 message without a connection is none: no number is used, so that what is missing later was lost on its way.
    if (this.#qos === 0 ? !this.#session.connected : this.inFlight >= IN_FLIGHT_MAX) {
      this.skipped += 1;
      return;
    }
    this.sent += 1;
    this.inFlight += 1;
    const n = this.sent;
    const facts = { client: this.client, n, qos: this.#qos };
    this.#observe('mqtt.sent', facts);
    const payload = encodeDevicePayload(this.client, n, this.#deps.clock.nowMs(), this.#options.payloadBytes);
    void this.#handOver(payload, facts);
  }

  async #handOver(payload: Uint8Array, facts: { readonly client: string; readonly n: number; readonly qos: number }): Promise<void> {
    try {
      await this.#session.publish(this.#topic, payload, { qos: this.#qos, retain: false });
      this.acked += 1;
      this.#observe('mqtt.acked', facts);
    } catch (reason) {
      // It stays without acknowledgement in the journal: nobody promised that it arrives.
      this.#deps.log.debug('a message was not acknowledged', { ...facts, because: messageOf(reason) });
    } finally {
      this.inFlight -= 1;
    }
  }
}
