import type { LinkAddress, SerialLine } from '../transport/byte-link.ts';
import type { TcpAddress } from '../transport/tcp-link.ts';
import type { Dut } from './hardware-map.ts';

/** What a serial line is set to when nobody says otherwise (Modbus over Serial Line V1.02, section 2.5.1). */
export const DEFAULT_LINE: SerialLine = { baudRate: 19_200, parity: 'even', stopBits: 1 };

/** `host:port` or `[v6]:port`; undefined when the text is none of these, such as a serial port. */
export function parseHostPort(text: string): TcpAddress | undefined {
  const match = /^(?:\[([^\]\s]+)\]|([^:/\s[\]]+)):(\d{1,5})$/u.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** Where the link of a DUT leads: a serial port unless its address has the form host:port. */
export function linkAddressOf({ address, line }: Pick<Dut, 'address' | 'line'>): LinkAddress {
  const tcp = parseHostPort(address);
  return tcp === undefined ? { kind: 'serial', path: address, line: line ?? DEFAULT_LINE } : { kind: 'tcp', ...tcp };
}

/** One Modbus unit of a DUT under the name that telemetry and judgements use. */
export interface DutDevice {
  /** The id of the DUT; with the unit id behind it when the DUT has several. */
  readonly device: string;
  readonly unit: number;
}

export function devicesOf({ id, units }: Pick<Dut, 'id' | 'units'>): DutDevice[] {
  return units.map((unit) => ({ device: units.length === 1 ? id : `${id}-${unit}`, unit }));
}
