import type { Clock } from '../../hil/runtime/clock.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { SerialLine } from '../../hil/transport/byte-link.ts';
import type { RtuGroupOptions, TcpGroupOptions } from './plc-group-options.ts';
import { serveRtu } from './rtu-server.ts';
import { openPtyPair } from './serial-line/pty-pair.ts';
import { serveTcp, type TcpServer } from './tcp-server.ts';
import type { VirtualPlc } from './virtual-plc.ts';

/** Where a client finds a device. */
export type PlcEndpoint =
  | { readonly transport: 'modbus-tcp'; readonly host: string; readonly port: number }
  | ({ readonly transport: 'modbus-rtu'; readonly path: string } & SerialLine);

/** Devices on their lines. */
export interface PlcLines {
  /** One for each device, in their order. */
  readonly endpoints: readonly PlcEndpoint[];
  /** Closes every listener, connection and line. */
  stop(): Promise<void>;
}

/**
 * Gives each device a TCP port.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED; those opened before are closed again.
 */
export async function openTcpLines(plcs: readonly VirtualPlc[], options: TcpGroupOptions): Promise<PlcLines> {
  const { host = '127.0.0.1', port = 0, foreignUnit = 'silence' } = options;
  const servers: TcpServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    for (const [index, { unit, server }] of plcs.entries()) {
      servers.push(await serveTcp(server, { host, port: port === 0 ? 0 : port + index, unit, foreignUnit }));
    }
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { endpoints: servers.map((server) => ({ transport: 'modbus-tcp', host: server.host, port: server.port })), stop };
}

/**
 * Puts all devices on one pseudo-terminal.
 * @throws FieldproofError FP_SERIAL_UNSUPPORTED.
 */
export async function openRtuLine(
  plcs: readonly VirtualPlc[],
  options: RtuGroupOptions,
  deps: { readonly clock: Clock; readonly log: Logger },
): Promise<PlcLines> {
  const { baudRate = 19_200, parity = 'even', stopBits = 1 } = options;
  const pty = await openPtyPair(deps);
  const units = new Map(plcs.map(({ unit, server }) => [unit, server]));
  const rtu = serveRtu(pty.master, { baudRate, units }, deps);
  const endpoint: PlcEndpoint = { transport: 'modbus-rtu', path: pty.path, baudRate, parity, stopBits };
  return {
    endpoints: plcs.map(() => endpoint),
    stop: async () => {
      rtu.stop();
      pty.dispose();
      await pty.master.closed;
    },
  };
}
