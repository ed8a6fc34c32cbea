import { realpathSync } from 'node:fs';
import type { Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import type { Logger } from '../../../hil/runtime/log.ts';
import type { ByteLink, OpenLink, SerialLine } from '../../../hil/transport/byte-link.ts';
import type { WireTap } from '../../../hil/transport/wire-tap.ts';
import { openPluggablePty } from '../../line/pluggable-pty.ts';
import { faultedSerialLine, type LineFaultDeps } from '../faulted-lines.ts';
import { PROBE_TIMEOUT_MS, type AskDevice } from '../probe-group.ts';
import { tappedSerialEnd } from '../tapped-plcs.ts';
import type { VirtualPlc } from '../virtual-plc.ts';
import { keptSerialPort } from './kept-serial-port.ts';
import { openPtyPair } from './pty-pair.ts';

export interface SerialLineDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly lineFaults: LineFaultDeps | undefined;
  /** What is put between the servers and the line, before any fault. */
  readonly wrapLink: ((link: ByteLink) => ByteLink) | undefined;
  /** Opens the port of `serialPath`. */
  readonly openLink?: OpenLink;
  /** A capture of the line. */
  readonly wire?: WireTap | undefined;
}

export interface LineEndOptions {
  readonly group: string;
  readonly framing: 'rtu' | 'ascii';
  readonly serial: SerialLine;
  /** A port that exists; undefined for a pseudo-terminal of its own. */
  readonly serialPath: string | undefined;
}

/** The servers' end of a serial line. */
export interface LineEnd {
  /** What the client opens; of a port that exists, the port that is served on: its client is at the other end of the wire. */
  readonly path: string;
  readonly link: ByteLink;
  /** `instant`: frames take no time on the way, so the servers keep the time of the line; `paced`: the adapter keeps it. */
  readonly carrier: 'instant' | 'paced';
  /** Asks a unit past the client of the line; only where there are faults to put aside. */
  readonly ask?: AskDevice;
  dispose(): Promise<void>;
}

/** @throws FieldproofError FP_SERIAL_UNSUPPORTED without pseudo-terminals, FP_LINK_OPEN for a port that cannot be opened. */
export async function openLineEnd(plcs: readonly VirtualPlc[], options: LineEndOptions, deps: SerialLineDeps): Promise<LineEnd> {
  const { serialPath, serial } = options;
  if (serialPath !== undefined) return portEnd(plcs, { ...options, serialPath }, deps);
  const end = deps.lineFaults === undefined ? await plainEnd(options, deps) : await faultedEnd(plcs, options, { ...deps, lineFaults: deps.lineFaults });
  deps.log.info('a pseudo-terminal has no bit rate: each frame takes the time that the line settings ask for, and arrives in one piece', { path: end.path, ...serial });
  return end;
}

async function plainEnd({ group, framing }: LineEndOptions, deps: Pick<SerialLineDeps, 'clock' | 'wire'>): Promise<LineEnd> {
  const pty = await openPtyPair(deps);
  return {
    path: pty.path,
    link: tappedSerialEnd(pty.master, group, framing, deps.wire),
    carrier: 'instant',
    dispose: async () => {
      pty.dispose();
      await pty.master.closed;
    },
  };
}

async function faultedEnd(plcs: readonly VirtualPlc[], line: LineEndOptions, deps: Pick<SerialLineDeps, 'clock' | 'wire'> & { readonly lineFaults: LineFaultDeps }): Promise<LineEnd> {
  const pty = await openPluggablePty(line.group, deps);
  const link = faultedSerialLine(tappedSerialEnd(pty.link, line.group, line.framing, deps.wire), { ...line, plcs, plug: pty }, deps.lineFaults);
  const ask: AskDevice = async (unit, pdu) => (pty.isPlugged ? link.relay.ask(unit, pdu, PROBE_TIMEOUT_MS) : undefined);
  return { path: pty.path, link, carrier: 'instant', ask, dispose: () => pty.dispose() };
}

async function portEnd(plcs: readonly VirtualPlc[], line: LineEndOptions & { readonly serialPath: string }, deps: SerialLineDeps): Promise<LineEnd> {
  const { lineFaults, openLink } = deps;
  const { serialPath: path, serial } = line;
  if (openLink === undefined) throw new FieldproofError('FP_INTERNAL', `PLC group ${line.group}: nobody opens ${path}`);
  const port = await keptSerialPort({ kind: 'serial', path, line: serial }, { ...deps, openLink });
  const carrier = isPseudoTerminal(path) ? 'instant' : 'paced';
  const dispose = (): Promise<void> => port.close();
  const wired = tappedSerialEnd(port, line.group, line.framing, deps.wire);
  if (lineFaults === undefined) return { path, link: wired, carrier, dispose };
  const link = faultedSerialLine(wired, { ...line, plcs, plug: undefined }, lineFaults);
  return { path, link, carrier, ask: (unit, pdu) => link.relay.ask(unit, pdu, PROBE_TIMEOUT_MS), dispose };
}

/** Whether a path, such as a link that socat made, leads to a pseudo-terminal, which has no bit rate of its own. */
function isPseudoTerminal(path: string): boolean {
  return realpathSync(path).startsWith('/dev/pts/');
}
