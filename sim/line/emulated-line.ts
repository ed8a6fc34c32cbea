import { every, type FineClock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import { createLineBus, type BusNode, type LineBus, type LineBusOptions } from './line-bus.ts';
import type { LineCounters } from './line-events.ts';
import { openPluggablePty, type PluggablePty } from './pluggable-pty.ts';

export interface EmulatedLineOptions extends LineBusOptions {
  /** Names the line in observations. */
  readonly id: string;
  /** Nodes that get a pseudo-terminal, 1 to 64. */
  readonly nodes: number;
  /** Every node hears itself; default false. */
  readonly echo?: boolean;
}

export interface EmulatedLineDeps {
  readonly clock: FineClock;
  readonly random: Random;
  /** Gets the events of `LineEvents`. */
  readonly observe: Observe;
  readonly log: Logger;
  /** A capture of the line, as one more node would hear it. */
  readonly wire?: WireTap | undefined;
}

/** A serial line with pseudo-terminals as its ends, so that real software can sit on it. */
export interface EmulatedLine {
  readonly bus: LineBus;
  /** The node's name and the path that a program opens for it. */
  readonly nodes: readonly { readonly name: string; readonly path: string }[];
  /** Pulls the plug of a node. @throws FieldproofError FP_SCENARIO_REFERENCE for an unknown node. */
  unplug(node: string): Promise<void>;
  plug(node: string): Promise<void>;
  setNoise(bitErrorRate: number): void;
  counters(): LineCounters;
  close(): Promise<void>;
}

export const LINE_NODES_MAX = 64;
const SAMPLE_PERIOD_MS = 250;

/**
 * Puts a link on a bus: what comes from its far side is sent on the bus, what the bus says goes there.
 * @param echo - The node hears itself.
 */
export function attachLink(bus: LineBus, name: string, link: ByteLink, echo = false): BusNode {
  const node = bus.attach({
    name,
    echo,
    receive: (bytes) => {
      // A full or closed end loses what it does not take, as a receiver's buffer does.
      link.send(bytes).catch(() => undefined);
    },
  });
  link.onBytes((chunk) => node.transmit(chunk));
  void link.closed.then(() => node.detach());
  return node;
}

/**
 * Opens the line and its ends.
 * @throws FieldproofError FP_SERIAL_UNSUPPORTED; those opened before are closed again.
 */
export async function openEmulatedLine(options: EmulatedLineOptions, deps: EmulatedLineDeps): Promise<EmulatedLine> {
  const { clock, random, observe, log, wire } = deps;
  const bus = createLineBus(options, { clock, random });
  const tap = wire?.line(options.id, { framing: 'rtu' });
  if (tap !== undefined) bus.attach({ name: 'capture', receive: (bytes) => tap.data(undefined, bytes) });
  const ends = new Map<string, { readonly pty: PluggablePty; readonly node: BusNode }>();
  const closeAll = async (): Promise<void> => {
    await Promise.all([...ends.values()].map(({ pty }) => pty.dispose()));
  };
  try {
    for (let n = 1; n <= options.nodes; n += 1) {
      const name = `node-${n}`;
      const pty = await openPluggablePty(name, { clock });
      ends.set(name, { pty, node: attachLink(bus, name, pty.link, options.echo) });
    }
  } catch (cause) {
    await closeAll();
    throw cause;
  }
  const find = (name: string): { readonly pty: PluggablePty; readonly node: BusNode } => {
    const end = ends.get(name);
    if (end !== undefined) return end;
    throw new FieldproofError('FP_SCENARIO_REFERENCE', `no node "${name}" on line ${options.id}: ${[...ends.keys()].join(', ')}`);
  };
  const sample = (): void => observe('line.sample', { ...bus.counters() });
  const sampling = every(clock, SAMPLE_PERIOD_MS, sample);
  return {
    bus,
    nodes: [...ends].map(([name, { pty }]) => ({ name, path: pty.path })),
    async unplug(name) {
      const { pty, node } = find(name);
      node.setPlugged(false);
      await pty.unplug();
      observe('line.unplugged', { node: name });
      log.info('unplugged', { line: options.id, node: name });
    },
    async plug(name) {
      const { pty, node } = find(name);
      await pty.plug();
      node.setPlugged(true);
      observe('line.plugged', { node: name, path: pty.path });
      log.info('plugged', { line: options.id, node: name });
    },
    setNoise: (bitErrorRate) => {
      bus.setNoise(bitErrorRate);
      sample();
    },
    counters: () => bus.counters(),
    async close() {
      sampling.cancel();
      await closeAll();
      sample();
    },
  };
}
