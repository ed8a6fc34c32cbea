import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import type { Random } from '../../../hil/runtime/random.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../hil/protocols/mqtt/properties.ts';
import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import { DeviceLink } from './device-link.ts';
import type { DeviceOptions } from './device-options.ts';
import { DeviceSession } from './device-session.ts';

export interface GoodDeviceDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Opens a connection to the broker. */
  dial(): Promise<ByteLink>;
}

/**
 * A small MQTT client that keeps both standards: the reference of the device suite. It subscribes, publishes at every QoS
 * when it connects to a new session, obeys commands (`publish <qos> <count>`, `retain`, `unsubscribe`, `disconnect`,
 * `reauthenticate`, `large <bytes>`), and comes back after every end with a growing, drawn delay.
 */
export class GoodDevice {
  readonly #options: DeviceOptions;
  readonly #deps: GoodDeviceDeps;
  readonly #session = new DeviceSession();
  readonly #stop = new AbortController();
  #link: DeviceLink | undefined;
  #open: ByteLink | undefined;
  #count = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DeviceOptions, deps: GoodDeviceDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** @param gentle - With DISCONNECT, as a device does that is shut down; else it is gone from one moment to the next. */
  async stop(gentle = false): Promise<void> {
    this.#stop.abort();
    if (gentle) this.#link?.disconnect();
    else this.#open?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#deps;
    const { backoffMs, backoffMaxMs, backoffJitter, reconnects } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      if (await this.#once()) attempt = 0;
      if (!reconnects) return;
      const delayMs = Math.min(backoffMaxMs, backoffMs * 2 ** attempt);
      if (!this.#stop.signal.aborted) await sleep(clock, delayMs * (1 - backoffJitter * random.next()), this.#stop.signal);
    }
  }

  /** One connection. @returns whether a broker had accepted it. */
  async #once(): Promise<boolean> {
    const link = await this.#deps.dial().catch(() => undefined);
    if (link === undefined) return false;
    if (this.#stop.signal.aborted) {
      link.destroy();
      return false;
    }
    this.#open = link;
    this.#link = new DeviceLink(link, {
      clock: this.#deps.clock,
      options: this.#options,
      session: this.#session,
      onMessage: ({ payload }) => this.#obey(new TextDecoder().decode(payload)),
      onConnected: () => this.#greet(),
    });
    return this.#link.run();
  }

  /** Something at every QoS, so that each connection has something to judge. */
  #greet(): void {
    if (this.#session.out.length > 0) return;
    this.#publish(0, false);
    this.#publish(1, false);
    this.#publish(2, false);
  }

  #obey(command: string): void {
    const [word = '', first = '', second = ''] = command.split(' ');
    if (word === 'publish') for (let index = 0; index < Math.min(100, Number(second)); index += 1) this.#publish(qosOf(first), false);
    if (word === 'retain') this.#publish(1, true);
    if (word === 'unsubscribe') this.#link?.unsubscribe();
    if (word === 'reauthenticate') this.#link?.reauthenticate();
    if (word === 'disconnect') this.#link?.disconnect();
    if (word === 'large') this.#publish(1, false, Math.min(1_000_000, Number(first)));
    this.#link?.flush();
  }

  #publish(qos: Qos, retain: boolean, bytes = 0): void {
    this.#count += 1;
    const payload = new TextEncoder().encode(`reading ${this.#count}${'.'.repeat(bytes)}`);
    this.#session.queue({ topic: this.#options.telemetryTopic, payload, qos, retain, properties: this.#options.version === 5 ? PROPERTIES : NO_PROPERTIES });
  }
}

const PROPERTIES: MqttProperties = {
  payloadFormatIndicator: 1,
  messageExpiryIntervalS: 1,
  contentType: 'text/plain',
  responseTopic: 'fieldproof/device/answers',
  userProperties: [['site', 'a']],
};

function qosOf(text: string): Qos {
  return text === '1' ? 1 : text === '2' ? 2 : 0;
}
