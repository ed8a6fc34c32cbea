import type { Socket } from 'node:net';
import { MqttClient, Store, type IClientOptions } from 'mqtt';
import type { MqttPacketIds } from './mqtt-packet-ids.ts';

/** What mqtt.js is used for: packets on the wire, keep-alive, and the receiving half of the session. */
export interface MqttJsOptions {
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly clean: boolean;
  readonly keepaliveMs: number;
  readonly connectTimeoutMs: number;
  readonly username?: string;
  readonly password?: string;
}

/** "Does not expire" (MQTT 5.0 section 3.1.2.11.2), which is what an unclean session of 3.1.1 does. */
const SESSION_NEVER_EXPIRES = 0xffff_ffff;

/**
 * An mqtt.js client that is not connected yet; each `connect()` makes one attempt with a socket from `openSocket`.
 * The sending half of the session is not left to mqtt.js 5.16: it resends after a reconnect one message at a time, each
 * after the acknowledgement of the one before, never sets DUP, and rejects what was published in the meantime when the
 * connection is lost again.
 */
export function createMqttJsClient(options: MqttJsOptions, ids: MqttPacketIds, openSocket: () => Socket): MqttClient {
  const settings: IClientOptions = {
    clientId: options.clientId,
    protocolVersion: options.protocolVersion,
    clean: options.clean,
    // Whole seconds on the wire (MQTT 3.1.1 section 3.1.2.10).
    keepalive: Math.ceil(options.keepaliveMs / 1_000),
    connectTimeout: options.connectTimeoutMs,
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    messageIdProvider: ids,
    outgoingStore: new ForgetfulStore(),
    // Without it mqtt.js prints whenever the environment variable DEBUG says so.
    log: () => undefined,
  };
  if (options.username !== undefined) settings.username = options.username;
  if (options.password !== undefined) settings.password = options.password;
  if (options.protocolVersion === 5 && !options.clean) settings.properties = { sessionExpiryInterval: SESSION_NEVER_EXPIRES };
  return new MqttClient(openSocket, settings);
}

/** Keeps nothing, so that mqtt.js finds nothing to resend when it connects. */
class ForgetfulStore extends Store {
  override put(...[, stored]: Parameters<Store['put']>): this {
    stored();
    return this;
  }

  override del(...[, removed]: Parameters<Store['del']>): this {
    removed();
    return this;
  }
}
