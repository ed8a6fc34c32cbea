import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import type { ByteLink, LinkListener } from '../../hil/transport/byte-link.ts';
import { listenTcp, type TcpAddress } from '../../hil/transport/tcp-link.ts';
import { listenWebSocket } from '../../hil/transport/websocket-listener.ts';
import { Arrivals } from './arrivals.ts';
import { keptAuthority } from './kept-authority.ts';
import { tlsBench, type TlsBench } from './tls-bench.ts';

/** Where devices come in: TCP from the start, TLS and WebSocket when a case asks for them, or on ports that are fixed. */
export interface DeviceListeners {
  readonly tcpPort: number;
  /** PEM file of the authority that a device has to trust; it is there once TLS listens. */
  readonly caFile: string;
  /** Links that came in at the listener that is meant, the oldest first. */
  readonly links: Arrivals<ByteLink>;
  /** Outcomes of TLS handshakes. */
  readonly handshakes: Arrivals<JsonValue>;
  /** What clients of the WebSocket asked for. */
  readonly offers: Arrivals<JsonValue>;
  /** The port of a kind: `tcp`, `websocket`, or one of `tlsBench`. @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED. */
  portOf(kind: string): Promise<number>;
  /** From now on the device is meant to come in here; whatever came before is forgotten. */
  expectAt(kind: string): void;
  close(): Promise<void>;
}

export interface DeviceListenersOptions {
  readonly listen: TcpAddress;
  /** What the device calls its broker. */
  readonly publicHost: string;
  /** Fixed ports, listened on from the start; left out: any free one, once it is needed. */
  readonly tlsPort?: number;
  readonly websocketPort?: number;
  /** Folder of an authority that is kept (`keptAuthority`); left out: a new one for this run. */
  readonly authorityFolder?: string;
  readonly clock: Clock;
}

/** @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED; FP_FILE_UNREADABLE for the folder of the authority. */
export async function deviceListeners({ listen, publicHost, tlsPort, websocketPort, authorityFolder, clock }: DeviceListenersOptions): Promise<DeviceListeners> {
  const links = new Arrivals<ByteLink>(clock, (link) => link.destroy());
  const handshakes = new Arrivals<JsonValue>(clock);
  const offers = new Arrivals<JsonValue>(clock);
  const kept = authorityFolder === undefined ? undefined : await keptAuthority(authorityFolder, clock);
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-device-'));
  const caFile = kept?.certificateFile ?? join(folder, 'ca.pem');
  let current = 'tcp';
  let tls: TlsBench | undefined;
  let webSocket: LinkListener | undefined;
  const take = (isMeant: boolean, link: ByteLink): void => (isMeant ? links.add(link) : link.destroy());

  const secured = async (): Promise<TlsBench> => {
    const names = [...new Set([publicHost, 'localhost', '127.0.0.1'])];
    const bench = await tlsBench({ host: listen.host, port: tlsPort ?? 0, names, clock, handshakes, onLink: (link) => take(current.startsWith('tls'), link), ...(kept === undefined ? {} : { authority: kept.authority }) });
    if (kept === undefined) writeFileSync(caFile, bench.rootPem);
    return bench;
  };
  const upgraded = (): Promise<LinkListener> =>
    listenWebSocket({ host: listen.host, port: websocketPort ?? 0 }, 'mqtt', (link, offer) => {
      offers.add({ protocols: [...offer.protocols], path: offer.path });
      take(current === 'websocket', link);
    });
  let tcp: LinkListener | undefined;
  const close = async (): Promise<void> => {
    links.clear();
    await Promise.all([tcp?.close(), tls?.close(), webSocket?.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    tcp = await listenTcp(listen, (link) => take(current === 'tcp', link));
    if (tlsPort !== undefined) tls = await secured();
    if (websocketPort !== undefined) webSocket = await upgraded();
  } catch (cause) {
    await close();
    throw cause;
  }
  const { port: tcpPort } = tcp;
  return {
    tcpPort,
    caFile,
    links,
    handshakes,
    offers,
    portOf: async (kind) => {
      if (kind === 'tcp') return tcpPort;
      if (kind === 'websocket') {
        webSocket ??= await upgraded();
        return webSocket.port;
      }
      tls ??= await secured();
      return tls.show(kind);
    },
    expectAt: (kind) => {
      for (const arrivals of [links, handshakes, offers]) arrivals.clear();
      current = kind;
    },
    close,
  };
}
