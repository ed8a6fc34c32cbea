import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveWireDeps } from '../../conformance/framework/live-wire.ts';
import { wordOf } from '../../conformance/mqtt/device/device-bench.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import type { ByteLink, LinkListener } from '../../hil/transport/byte-link.ts';
import { listenTcp, type TcpAddress } from '../../hil/transport/tcp-link.ts';
import { listenWebSocket } from '../../hil/transport/websocket-listener.ts';
import { Arrivals } from './arrivals.ts';
import type { DeviceStarter } from './device-starter.ts';
import { tlsBench, type TlsBench } from './tls-bench.ts';

/** The broker's side of a run against a device: where it listens, and how the device is started. */
export interface DeviceHost extends Pick<LiveWireDeps, 'accept' | 'act'> {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface DeviceHostOptions {
  readonly listen: TcpAddress;
  /** Where the device is told to connect to, when that is another name than that of the listener. */
  readonly publicHost?: string;
  readonly starter: DeviceStarter;
  readonly clock: Clock;
}

/**
 * Listens for a device and starts it. Actions: `restart` with `variant`, `version` and `listener` (`tcp`, `websocket`, or a
 * kind of `tlsBench`), `stop`, `handshake` with `waitMs`.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export async function createDeviceHost({ listen, publicHost = listen.host, starter, clock }: DeviceHostOptions): Promise<DeviceHost> {
  const links = new Arrivals<ByteLink>(clock, (link) => link.destroy());
  let current = 'tcp';
  const offers = new Arrivals<JsonValue>(clock);
  const take = (kind: string) => (link: ByteLink) => (current === kind ? links.add(link) : link.destroy());
  const tcp = await listenTcp(listen, take('tcp'));
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-device-'));
  let tls: TlsBench | undefined;
  let webSocket: LinkListener | undefined;

  const portOf = async (kind: string): Promise<number> => {
    if (kind === 'tcp') return tcp.port;
    if (kind === 'websocket') {
      webSocket ??= await listenWebSocket({ host: listen.host, port: 0 }, 'mqtt', (link, offer) => {
        offers.add({ protocols: [...offer.protocols], path: offer.path });
        take('websocket')(link);
      });
      return webSocket.port;
    }
    tls ??= await tlsBench({ host: listen.host, names: [publicHost, 'localhost', '127.0.0.1'], clock, onLink: (link) => (current.startsWith('tls') ? links.add(link) : link.destroy()) });
    writeFileSync(join(folder, 'ca.pem'), tls.rootPem);
    return tls.show(kind);
  };

  const restart = async (params: { readonly [key: string]: JsonValue }): Promise<JsonValue> => {
    const listener = wordOf(params, 'listener') || 'tcp';
    const port = await portOf(listener);
    const fresh = (): void => {
      links.clear();
      offers.clear();
      tls?.handshakes.clear();
      current = listener;
    };
    const version = Number(params['version'] ?? 4);
    return starter.restart({ host: publicHost, port, version, variant: wordOf(params, 'variant') || 'usual', listener, caFile: join(folder, 'ca.pem') }, fresh);
  };

  return {
    port: tcp.port,
    accept: (waitMs) => links.next(waitMs),
    act: async (action, params) => {
      if (action === 'restart') return restart(params);
      if (action === 'stop') return starter.stop();
      if (action === 'handshake') return (await tls?.handshakes.next(Number(params['waitMs'] ?? 0))) ?? { kind: 'none' };
      if (action === 'offer') return (await offers.next(Number(params['waitMs'] ?? 0))) ?? { kind: 'none' };
      throw new FieldproofError('FP_INTERNAL', `nothing here can ${action} the device`);
    },
    stop: async () => {
      await starter.end();
      links.clear();
      await Promise.all([tcp.close(), tls?.close(), webSocket?.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
