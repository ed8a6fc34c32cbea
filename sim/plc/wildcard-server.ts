import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { listenTcp } from '../../hil/transport/tcp-link.ts';
import type { LoopbackRange } from './loopback-range.ts';
import { serveMbap, type MbapResponder } from './mbap-session.ts';
import { closeQuietest, CONNECTIONS_MAX, responderOf, type TcpServerOptions } from './tcp-server.ts';
import type { VirtualPlc } from './virtual-plc.ts';

export interface WildcardServerOptions extends Pick<TcpServerOptions, 'foreignUnit' | 'connectionsMax'> {
  /** Device `index` is at `range.hostOf(index)`. */
  readonly range: LoopbackRange;
  /** The one port of all of them; 0: any free one. */
  readonly port: number;
}

/** Many devices behind one listener. */
export interface WildcardServer {
  /** The bound port. */
  readonly port: number;
  /** Stops listening and cuts every connection. */
  stop(): Promise<void>;
}

/** The connections of one device; exists from its first connection on. */
interface Station {
  readonly respond: MbapResponder;
  /** The one used last stands last. */
  readonly links: Map<ByteLink, true>;
  readonly wrapLink: VirtualPlc['wrapLink'];
}

/**
 * Serves many devices from one listener on all addresses: a client finds each at its own address of 127.0.0.0/8, and the
 * address that it connected to (`localHost`) tells which one it meant. A device costs no file descriptor, only its
 * connections do, so ten thousand fit where a listener each would not. A connection to any other address, as from
 * another machine, is cut at once and unread.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export async function serveWildcard(plcs: readonly VirtualPlc[], options: WildcardServerOptions): Promise<WildcardServer> {
  const { range, connectionsMax = CONNECTIONS_MAX } = options;
  const stations = new Map<number, Station>();
  const stationAt = (localHost: string): Station | undefined => {
    const index = range.indexOf(localHost);
    const plc = index === undefined ? undefined : plcs[index];
    if (index === undefined || plc === undefined) return undefined;
    const station = stations.get(index) ?? { respond: responderOf(plc.server, { ...options, unit: plc.unit }), links: new Map<ByteLink, true>(), wrapLink: plc.wrapLink };
    stations.set(index, station);
    return station;
  };

  const listener = await listenTcp({ host: '0.0.0.0', port: options.port }, (link, peer) => {
    const station = stationAt(peer.localHost);
    if (station === undefined) {
      link.destroy();
      return;
    }
    const { respond, links, wrapLink } = station;
    if (links.size >= connectionsMax) closeQuietest(links);
    links.set(link, true);
    void forgetWhenClosed(link, links);
    serveMbap(wrapLink === undefined ? link : wrapLink(link, peer), respond, () => {
      // A Map keeps its order of insertion; with one connection there is no order to keep.
      if (links.size === 1 || !links.delete(link)) return;
      links.set(link, true);
    });
  });
  return {
    port: listener.port,
    stop: async () => {
      await listener.close();
      const open = [...stations.values()].flatMap(({ links }) => [...links.keys()]);
      for (const link of open) link.destroy();
      await Promise.all(open.map((link) => link.closed));
    },
  };
}

async function forgetWhenClosed(link: ByteLink, links: Map<ByteLink, true>): Promise<void> {
  await link.closed;
  links.delete(link);
}
