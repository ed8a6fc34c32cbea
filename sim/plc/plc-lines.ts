import type { SerialLine } from '../../hil/transport/byte-link.ts';
import { requireOpenFiles } from '../../hil/runtime/open-files-limit.ts';
import { serveAscii } from './ascii-server.ts';
import { loopbackRange } from './loopback-range.ts';
import { addressModeOf, type AsciiGroupOptions, type RtuGroupOptions, type RtuTcpGroupOptions, type TcpGroupOptions } from './plc-group-options.ts';
import type { AskDevice } from './probe-group.ts';
import { serveRtu } from './rtu-server.ts';
import { openLineEnd, type SerialLineDeps } from './serial-line/line-end.ts';
import { openServerEnd } from './serial-line/server-end.ts';
import { CONNECTIONS_MAX, serveTcp, type TcpServer, type TcpServerOptions } from './tcp-server.ts';
import type { VirtualPlc } from './virtual-plc.ts';
import { serveWildcard } from './wildcard-server.ts';

/** Where a client finds a device. */
export type PlcEndpoint =
  | { readonly transport: 'modbus-tcp'; readonly host: string; readonly port: number }
  | ({ readonly transport: 'modbus-rtu' | 'modbus-ascii'; readonly path: string } & SerialLine)
  | ({ readonly transport: 'modbus-rtu-tcp'; readonly host: string; readonly port: number } & SerialLine);

/** Devices on their lines. */
export interface PlcLines {
  /** One for each device, in their order. */
  readonly endpoints: readonly PlcEndpoint[];
  /** Asks a unit of a serial line with faults, which only one client can open; on TCP a probe is a client of its own. */
  readonly ask?: AskDevice;
  /** Closes every listener, connection and line. */
  stop(): Promise<void>;
}

/** A device has at least the listener or connection of its own; a client that polls it makes that two with a listener. */
const FILES_PER_DEVICE = { 'per-port': 2, 'loopback-range': 1 } as const;

/**
 * Gives each device a TCP port or a loopback address.
 * @throws FieldproofError FP_LIMIT when the process may not have that many sockets; FP_PORT_IN_USE, FP_BIND_FAILED; those
 *   opened before are closed again.
 */
export async function openTcpLines(plcs: readonly VirtualPlc[], options: TcpGroupOptions): Promise<PlcLines> {
  const mode = addressModeOf(options, plcs.length);
  requireOpenFiles(plcs.length * FILES_PER_DEVICE[mode], `PLC group ${options.group}: ${plcs.length} devices with a client each`);
  return mode === 'per-port' ? openPorts(plcs, options) : openLoopbackRange(plcs, options);
}

async function openLoopbackRange(plcs: readonly VirtualPlc[], options: TcpGroupOptions): Promise<PlcLines> {
  const { host = '127.0.0.1', port = 0 } = options;
  const range = loopbackRange(host, plcs.length);
  const server = await serveWildcard(plcs, { range, port, ...connectionRules(options) });
  return {
    endpoints: plcs.map((_plc, index) => ({ transport: 'modbus-tcp', host: range.hostOf(index), port: server.port })),
    stop: () => server.stop(),
  };
}

async function openPorts(plcs: readonly VirtualPlc[], options: TcpGroupOptions): Promise<PlcLines> {
  const { host = '127.0.0.1', port = 0 } = options;
  const servers: TcpServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    for (const [index, { unit, server, wrapLink }] of plcs.entries()) {
      const place = { host, port: port === 0 ? 0 : port + index, unit };
      servers.push(await serveTcp(server, { ...place, ...connectionRules(options), ...(wrapLink === undefined ? {} : { wrapLink }) }));
    }
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { endpoints: servers.map((server) => ({ transport: 'modbus-tcp', host: server.host, port: server.port })), stop };
}

function connectionRules({ foreignUnit = 'silence', connectionsMax = CONNECTIONS_MAX }: TcpGroupOptions): Pick<TcpServerOptions, 'foreignUnit' | 'connectionsMax'> {
  return { foreignUnit, connectionsMax };
}

/**
 * Puts all devices on one serial line: a pseudo-terminal of its own, or a port that exists. With faults the path of a
 * pseudo-terminal is a link that stays when the plug is pulled and put back.
 * @throws FieldproofError FP_SERIAL_UNSUPPORTED; FP_LINK_OPEN for a port that cannot be opened.
 */
export async function openSerialLine(plcs: readonly VirtualPlc[], options: RtuGroupOptions | AsciiGroupOptions, deps: SerialLineDeps): Promise<PlcLines> {
  const { group, transport, serialPath } = options;
  const serial = lineSettingsOf(options);
  const { baudRate } = serial;
  const framing = transport === 'modbus-rtu' ? 'rtu' : 'ascii';
  const units = new Map(plcs.map(({ unit, server }) => [unit, server]));
  const end = await openLineEnd(plcs, { group, framing, serial, serialPath }, deps);
  const serve = framing === 'rtu' ? serveRtu : serveAscii;
  const line = serve(deps.wrapLink === undefined ? end.link : deps.wrapLink(end.link), { baudRate, units, carrier: end.carrier }, deps);
  const endpoint: PlcEndpoint = { transport, path: end.path, ...serial };
  return {
    endpoints: plcs.map(() => endpoint),
    ...(end.ask === undefined ? {} : { ask: end.ask }),
    stop: async () => {
      line.stop();
      await end.dispose();
    },
  };
}

/**
 * Puts all devices on one serial line behind a raw serial server.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export async function openServedLine(plcs: readonly VirtualPlc[], options: RtuTcpGroupOptions, deps: SerialLineDeps): Promise<PlcLines> {
  const { group, transport, host = '127.0.0.1', port = 0 } = options;
  const serial = lineSettingsOf(options);
  const units = new Map(plcs.map(({ unit, server }) => [unit, server]));
  const end = await openServerEnd(plcs, { group, serial, host, port }, deps);
  const line = serveRtu(deps.wrapLink === undefined ? end.link : deps.wrapLink(end.link), { baudRate: serial.baudRate, units, carrier: end.carrier }, deps);
  const endpoint: PlcEndpoint = { transport, host, port: end.port, ...serial };
  return {
    endpoints: plcs.map(() => endpoint),
    ...(end.ask === undefined ? {} : { ask: end.ask }),
    stop: async () => {
      line.stop();
      await end.dispose();
    },
  };
}

function lineSettingsOf({ baudRate = 19_200, parity = 'even', stopBits }: Partial<SerialLine>): SerialLine {
  // Without parity a second stop bit keeps the length of a character (Modbus over Serial Line V1.02, section 2.5.1).
  return { baudRate, parity, stopBits: stopBits ?? (parity === 'none' ? 2 : 1) };
}
