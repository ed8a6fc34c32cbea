import { encodeException } from '../../hil/protocols/modbus/exception.ts';
import { DIRECT_UNIT_ID, type UnitId } from '../../hil/protocols/modbus/unit-id.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { listenTcp, type TcpAddress, type TcpPeer } from '../../hil/transport/tcp-link.ts';
import { serveMbap, type MbapResponder } from './mbap-session.ts';
import type { ModbusServer } from './modbus-server.ts';

/** Connections one device serves at once, unless its options say otherwise. */
export const CONNECTIONS_MAX = 16;
/** V1.1b3, section 7: gateway target device failed to respond. */
const TARGET_FAILED_TO_RESPOND = 0x0b;

export interface TcpServerOptions extends TcpAddress {
  /** Unit id of the device, 1 to 247. It answers to this, to 0 and to 255 (V1.0b, section 4.4.1.2). */
  readonly unit: number;
  /** What another unit id gets: nothing (default), or exception 0B as from a gateway whose serial unit is not there. */
  readonly foreignUnit?: 'silence' | 'exception-0b';
  /** 1 to 1,000. One more connection closes the one that has been quiet for longest (V1.0b, section 4.2.1.1). */
  readonly connectionsMax?: number;
  /** Puts something between the device and each connection that it accepts: faults, a capture. */
  readonly wrapLink?: (link: ByteLink, peer: TcpPeer) => ByteLink;
}

/** A device on a TCP port. */
export interface TcpServer {
  readonly host: string;
  /** The bound port. */
  readonly port: number;
  /** Stops listening and cuts every connection. */
  stop(): Promise<void>;
}

/**
 * Puts one device on a TCP port of its own.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export async function serveTcp(server: ModbusServer, options: TcpServerOptions): Promise<TcpServer> {
  const { host, connectionsMax = CONNECTIONS_MAX, wrapLink = unchanged } = options;
  const respond = responderOf(server, options);
  // A Map keeps its order of insertion, so a connection that is taken out and put back is the one used last.
  const links = new Map<ByteLink, true>();
  const touch = (link: ByteLink): void => {
    links.delete(link);
    links.set(link, true);
  };
  const listener = await listenTcp({ host, port: options.port }, (link, peer) => {
    if (links.size >= connectionsMax) closeQuietest(links);
    touch(link);
    void link.closed.then(() => links.delete(link));
    serveMbap(wrapLink(link, peer), respond, () => touch(link));
  });
  return {
    host,
    port: listener.port,
    stop: async () => {
      await listener.close();
      for (const link of links.keys()) link.destroy();
      await Promise.all([...links.keys()].map((link) => link.closed));
    },
  };
}

/** Cuts the connection that has been quiet for longest: the first, when the one used last is always put last. */
export function closeQuietest(links: Map<ByteLink, true>): void {
  const [quietest] = links.keys();
  if (quietest === undefined) return;
  // Gone from the count at once: `closed` may resolve only after more connections have come.
  links.delete(quietest);
  quietest.destroy();
}

/** What a device does with a request by the unit id that it names. */
export function responderOf(
  server: ModbusServer,
  { unit, foreignUnit = 'silence' }: Pick<TcpServerOptions, 'unit' | 'foreignUnit'>,
): MbapResponder {
  const isOurs = (unitId: UnitId): boolean => unitId === unit || unitId === 0 || unitId === DIRECT_UNIT_ID;
  return (unitId, pdu) => {
    if (isOurs(unitId)) return server.answer(pdu);
    return foreignUnit === 'silence' ? undefined : encodeException(pdu[0] ?? 0, TARGET_FAILED_TO_RESPOND);
  };
}

function unchanged(link: ByteLink): ByteLink {
  return link;
}
