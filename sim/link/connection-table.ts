import type { Socket } from 'node:net';
import type { Observe } from '../../hil/runtime/observation.ts';
import type { ActiveFault } from './active-faults.ts';
import { createConnectionTaps, type ConnectionTapsOptions } from './connection-taps.ts';
import type { LinkCounters } from './link-events.ts';
import type { LinkDirection, ResettableLink } from './link-fault.ts';
import { ProxiedConnection, type ClosedBy } from './proxied-connection.ts';

/** The open connections of one link and what they have counted. */
export interface ConnectionTable extends ResettableLink {
  /** Takes a new client, half-open allowed and paused. */
  readonly accept: (client: Socket) => void;
  /** The listener closed a client from this port at once. */
  refused(clientPort: number | undefined): void;
  open(): readonly ProxiedConnection[];
  /** The connection of the client at this port, as soon as it is accepted; undefined when it was refused. */
  readonly accepted: (clientPort: number) => Promise<ProxiedConnection | undefined>;
  /** The counters of the link, without the names of the faults. */
  counters(): Omit<LinkCounters, 'faults'>;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
}

export interface ConnectionTableDeps {
  readonly upstream: { readonly host: string; readonly port: number };
  readonly observe: Observe;
  readonly isCut: (direction: LinkDirection) => boolean;
  readonly activeFaults: () => readonly ActiveFault[];
  readonly tap?: ConnectionTapsOptions | undefined;
}

const NO_COUNTS = { open: 0, connections: 0, bytesUp: 0, bytesDown: 0, dropped: 0, held: 0, delayed: 0, throttledMs: 0, sliced: 0, resets: 0 };

export function createConnectionTable({ upstream, observe, isCut, activeFaults, tap }: ConnectionTableDeps): ConnectionTable {
  const connections = new Map<number, ProxiedConnection>();
  const awaited = new Map<number, (connection: ProxiedConnection | undefined) => void>();
  const totals: LinkCounters = { ...NO_COUNTS, faults: [] };
  let whenEmpty: (() => void)[] = [];
  const settle = (clientPort: number | undefined, connection: ProxiedConnection | undefined): void => {
    if (clientPort === undefined) return;
    awaited.get(clientPort)?.(connection);
    awaited.delete(clientPort);
  };
  const onClosed = (number: number, by: ClosedBy, droppedBytes: number): void => {
    connections.delete(number);
    totals.dropped += droppedBytes;
    observe('link.connection.closed', { connection: number, by, droppedBytes });
    if (connections.size > 0) return;
    for (const resolve of whenEmpty) resolve();
    whenEmpty = [];
  };
  return {
    accept(client) {
      totals.connections += 1;
      const number = totals.connections;
      observe('link.connection.opened', { connection: number });
      const taps = tap === undefined ? undefined : createConnectionTaps(tap);
      const deps = { number, client, upstream, counters: totals, isCut, onClosed: (by: ClosedBy, bytes: number) => onClosed(number, by, bytes), taps };
      const connection = new ProxiedConnection(deps, activeFaults());
      connections.set(number, connection);
      settle(connection.clientPort, connection);
    },
    refused: (clientPort) => settle(clientPort, undefined),
    open: () => [...connections.values()],
    async accepted(clientPort) {
      const known = [...connections.values()].find((connection) => connection.clientPort === clientPort);
      return known ?? (await new Promise((resolve) => void awaited.set(clientPort, resolve)));
    },
    counters() {
      const { faults: _faults, ...counts } = totals;
      return { ...counts, open: connections.size, throttledMs: Math.round(totals.throttledMs * 1_000) / 1_000 };
    },
    async allClosed() {
      if (connections.size > 0) await new Promise<void>((resolve) => void whenEmpty.push(resolve));
    },
    resetConnections(isChosen) {
      for (const connection of connections.values()) if (isChosen(connection.number)) connection.reset('fault');
    },
  };
}
