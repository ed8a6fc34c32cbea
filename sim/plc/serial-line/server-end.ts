import type { SerialLine } from '../../../hil/transport/byte-link.ts';
import type { TcpAddress } from '../../../hil/transport/tcp-link.ts';
import { openSerialServer } from '../../line/serial-server.ts';
import { faultedSerialLine } from '../faulted-lines.ts';
import { PROBE_TIMEOUT_MS } from '../probe-group.ts';
import { tappedSerialEnd } from '../tapped-plcs.ts';
import type { VirtualPlc } from '../virtual-plc.ts';
import type { LineEnd, SerialLineDeps } from './line-end.ts';

export interface ServerEndOptions extends TcpAddress {
  readonly group: string;
  readonly serial: SerialLine;
}

/** The servers' end of a serial line that clients reach through a raw serial server. */
export interface ServerEnd extends Omit<LineEnd, 'path'>, TcpAddress {}

/** @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED. */
export async function openServerEnd(plcs: readonly VirtualPlc[], { group, serial, host, port }: ServerEndOptions, { lineFaults, wire }: SerialLineDeps): Promise<ServerEnd> {
  const server = await openSerialServer({ host, port });
  const common = { host, port: server.port, carrier: 'instant', dispose: () => server.link.close() } as const;
  const wired = tappedSerialEnd(server.link, group, 'rtu', wire);
  if (lineFaults === undefined) return { ...common, link: wired };
  const link = faultedSerialLine(wired, { group, framing: 'rtu', serial, plcs, plug: server }, lineFaults);
  return { ...common, link, ask: async (unit, pdu) => (server.isPlugged ? link.relay.ask(unit, pdu, PROBE_TIMEOUT_MS) : undefined) };
}
