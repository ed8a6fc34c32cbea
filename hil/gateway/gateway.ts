import { every, type Clock, type Timer } from '../runtime/clock.ts';
import { FieldproofError, messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import type { Observe } from '../runtime/observation.ts';
import type { Random } from '../runtime/random.ts';
import type { OpenLink } from '../transport/byte-link.ts';
import type { openMqttSession } from '../transport/mqtt-session.ts';
import type { WireTap } from '../transport/wire-tap.ts';
import { createApi } from './api/api.ts';
import { createBrokerEngine } from './broker/create-broker-engine.ts';
import type { GatewayConfig } from './config/gateway-config.ts';
import { createDeviceCommands } from './device-commands.ts';
import type { DeviceProfile } from './southbound/device-profile.ts';
import { createSouthbound } from './southbound/southbound.ts';
import { createTelemetryPublisher } from './telemetry-publisher.ts';
import { createUplink } from './uplink/uplink.ts';

export interface GatewayDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** New at each start: 8 hexadecimal digits. */
  readonly bootId: string;
  readonly openLink: OpenLink;
  readonly openSession: typeof openMqttSession;
  readonly observe: Observe;
  readonly log: Logger;
  /** @throws FieldproofError FP_PROFILE_UNKNOWN and what else reading a profile may give. */
  readonly loadProfile: (nameOrPath: string) => DeviceProfile;
  readonly configSha256: string;
  /** A capture of what MQTT clients and the broker say to each other; that of lines is a matter of `openLink`. */
  readonly wire?: WireTap | undefined;
}

/** The bound ports; `websocketPort` when the configuration asks for one. */
export type GatewayPorts = {
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly websocketPort?: number;
};

/** The reference gateway: southbound -> broker -> uplink, and an HTTP face. It starts once and stops once. */
export interface Gateway {
  /**
   * Binds its listeners, then begins to connect upwards and to poll without waiting for either.
   * @param options - With `holdPolling` the devices are left alone until `startPolling`: whoever must see the first
   *   report subscribes in between.
   * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED; nothing stays open then.
   */
  start(options?: { readonly holdPolling?: boolean }): Promise<GatewayPorts>;
  /** Begins to poll; without effect when that has begun already, or when the gateway is stopping. */
  startPolling(): void;
  /**
   * Stops polling, lets the uplink drain for at most `DRAIN_MS_MAX`, then closes broker and HTTP. Safe to call again.
   * @param reason - For the journal: `SIGTERM`, `parent gone`.
   */
  stop(reason: string): Promise<void>;
}

/** Longest wait for stored messages to go up when the gateway stops, milliseconds. */
export const DRAIN_MS_MAX = 3_000;
const SAMPLE_PERIOD_MS = 500;

/** @throws FieldproofError what `deps.loadProfile` throws; nothing has been opened then. */
export function createGateway(config: GatewayConfig, deps: GatewayDeps): Gateway {
  const { clock, random, observe, log } = deps;
  const engine = createBrokerEngine(config.broker, { clock, random: random.child('broker'), log, observe, wire: deps.wire, place: `${config.id} mqtt` });
  const uplinkDeps = { ...deps, random: random.child('uplink') };
  const uplink = config.uplink === undefined ? undefined : createUplink(config.uplink, config.id, uplinkDeps);
  const onReport = createTelemetryPublisher(config.telemetry, deps.bootId, { engine, observe, log });
  const southbound = createSouthbound(config.southbound, { ...deps, random: random.child('southbound'), onReport });
  let isMqttListening = false;
  const api = createApi({
    clock,
    log,
    configSha256: deps.configSha256,
    status: () => ({ isMqttListening, broker: engine.stats(), southbound: southbound.stats(), uplink: uplink?.stats() }),
  });
  if (uplink !== undefined) engine.onAccepted((message) => uplink.offer(message));
  if (config.southbound.commands.enabled) engine.onAccepted(createDeviceCommands({ southbound, engine, observe, log }));
  let samples: Timer | undefined;
  let stopped: Promise<void> | undefined;
  let isPolling = false;
  const startPolling = (): void => {
    if (isPolling || stopped !== undefined) return;
    isPolling = true;
    southbound.start();
  };

  const closeListeners = async (): Promise<void> => {
    isMqttListening = false;
    await engine.close();
    await api.close();
  };
  const bindWebSocket = async (): Promise<Pick<GatewayPorts, 'websocketPort'>> => {
    const { host, websocket } = config.mqtt;
    if (websocket === undefined) return {};
    const bound = await engine.listenWebSocket?.(host, websocket.port);
    if (bound === undefined) throw new FieldproofError('FP_INTERNAL', `the engine ${engine.name} takes no WebSockets`);
    return { websocketPort: bound.port };
  };
  const bind = async (): Promise<GatewayPorts> => {
    const { port: mqttPort } = await engine.listen(config.mqtt.host, config.mqtt.port);
    const webSocket = await bindWebSocket();
    isMqttListening = true;
    const { port: httpPort } = await api.listen(config.http.host, config.http.port);
    return { mqttPort, httpPort, ...webSocket };
  };
  const stopAll = async (reason: string): Promise<void> => {
    observe('gateway.stopping', { reason });
    log.info('stopping', { reason });
    await southbound.stop();
    await uplink?.stop(DRAIN_MS_MAX);
    samples?.cancel();
    await closeListeners();
  };

  return {
    startPolling,
    async start({ holdPolling = false } = {}) {
      const ports = await bind().catch(async (cause: unknown) => {
        log.error('the gateway does not start', { cause: messageOf(cause) });
        await closeListeners();
        throw cause;
      });
      observe('gateway.started', { ...ports, configSha256: deps.configSha256 });
      log.info('started', ports);
      samples = every(clock, SAMPLE_PERIOD_MS, () => {
        const { connectedClients: clients, messagesAccepted: accepted, messagesDelivered: delivered } = engine.stats();
        observe('broker.sample', { clients, accepted, delivered });
      });
      uplink?.start();
      if (!holdPolling) startPolling();
      return ports;
    },
    stop(reason) {
      stopped ??= stopAll(reason);
      return stopped;
    },
  };
}
