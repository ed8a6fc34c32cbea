import type { SerialLine } from '../../transport/byte-link.ts';
import { parseHostPort } from '../dut-address.ts';
import type { RigTransport } from '../hardware-map.ts';
import type { LinkAddress } from '../../transport/byte-link.ts';

/** What a scan looks at. */
export interface ScanOptions {
  /** Serial ports by path, and raw serial servers as host:port. */
  readonly ports: readonly string[];
  /** Modbus TCP hosts as host:port. */
  readonly tcp: readonly string[];
  readonly baudRates: readonly number[];
  readonly parities: readonly SerialLine['parity'][];
  readonly modes: readonly ('modbus-rtu' | 'modbus-ascii')[];
  readonly units: readonly number[];
  /** How long one unit is waited for, milliseconds. */
  readonly probeTimeoutMs: number;
  /** The scan ends after so much time, milliseconds, or so many requests, and says that it is not complete. */
  readonly timeMsMax: number;
  readonly requestsMax: number;
}

/** The rates and parities that field devices leave the factory with, most usual first. */
export const SCAN_DEFAULTS = {
  baudRates: [19_200, 9_600, 115_200, 38_400],
  parities: ['even', 'none'],
  modes: ['modbus-rtu'],
  units: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  probeTimeoutMs: 300,
  timeMsMax: 120_000,
  requestsMax: 5_000,
} as const satisfies Partial<ScanOptions>;

/** One way to open a line; the ways of one place are tried until units answer. */
export interface ScanWay {
  readonly transport: RigTransport;
  readonly address: LinkAddress;
}

export interface ScanPlace {
  /** As it goes into the map. */
  readonly place: string;
  readonly ways: readonly ScanWay[];
}

/** The places of a scan with the ways to try on each, in order. Hosts come first: they cost least. */
export function scanPlaces({ ports, tcp, baudRates, parities, modes }: ScanOptions): ScanPlace[] {
  const hosts = tcp.flatMap((place): ScanPlace[] => {
    const address = parseHostPort(place);
    return address === undefined ? [] : [{ place, ways: [{ transport: 'modbus-tcp', address: { kind: 'tcp', ...address } }] }];
  });
  const lines = ports.map((place): ScanPlace => {
    const raw = parseHostPort(place);
    if (raw !== undefined) return { place, ways: modes.map((mode) => ({ transport: mode === 'modbus-rtu' ? 'modbus-rtu-tcp' : mode, address: { kind: 'tcp', ...raw } })) };
    const settings = modes.flatMap((transport) => baudRates.flatMap((baudRate) => parities.map((parity) => ({ transport, baudRate, parity }))));
    return {
      place,
      ways: settings.map(({ transport, baudRate, parity }) => ({
        transport,
        // Without parity a second stop bit keeps the character at 11 bits (Modbus over Serial Line V1.02, section 2.5.1), but most devices are set to 8N1.
        address: { kind: 'serial', path: place, line: { baudRate, parity, stopBits: 1 } },
      })),
    };
  });
  return [...hosts, ...lines];
}

/** Probes that a scan makes at most, without those for identification. */
export function probesMax(options: ScanOptions): number {
  return scanPlaces(options).reduce((sum, { ways }) => sum + ways.length * options.units.length, 0);
}
