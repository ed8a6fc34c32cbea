import { createServer, type Server } from 'node:net';
import { every, type Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf, systemCodeOf } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import { createActiveFaults, type FaultSpec } from './active-faults.ts';
import { createConnectionTable } from './connection-table.ts';
import type { ConnectionTapsOptions } from './connection-taps.ts';
import type { LinkCounters } from './link-events.ts';
import { probeLink, type LinkProbe } from './link-probe.ts';

export interface LinkProxyOptions {
  /** Names the link in logs. */
  readonly id: string;
  /** Port 0 lets the system choose. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly upstream: { readonly host: string; readonly port: number };
  /** For a capture: what is spoken on the link. */
  readonly protocol?: ConnectionTapsOptions['protocol'] | undefined;
}

export interface LinkProxyDeps {
  readonly clock: Clock;
  /** Feeds faults that come without a seed of their own. */
  readonly random: Random;
  /** Gets the events of `LinkEvents`. */
  readonly observe: Observe;
  readonly log: Logger;
  /** A capture of both sides of the link. */
  readonly wire?: WireTap | undefined;
}

/** A TCP proxy that carries bytes as they come, and faults them when told to. */
export interface LinkProxy {
  /** The bound port. */
  readonly port: number;
  /**
   * Puts a fault in force, on open connections at once and on those to come.
   * @throws FieldproofError FP_SCHEMA for a wrong kind or parameter, FP_CONTROL when the id is active, FP_LIMIT.
   */
  startFault(spec: FaultSpec): void;
  /** Undoes a fault: what it held flows on in order. Harmless when no such fault is active. */
  stopFault(id: string): void;
  /** The counters now; a copy. */
  counters(): LinkCounters;
  /** Whether the link is whole again: no fault is active and a new connection is carried to the upstream. Counts as one. */
  probe(): Promise<LinkProbe>;
  /** Undoes all faults, resets all connections and frees the port. Safe to call again. */
  close(): Promise<void>;
}

/** Connections one link carries at once; more are closed as they come. */
const CONNECTIONS_MAX = 20_000;
const SAMPLE_PERIOD_MS = 250;

/** @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED. */
export async function startLinkProxy(options: LinkProxyOptions, deps: LinkProxyDeps): Promise<LinkProxy> {
  const { clock, random, observe, log, wire } = deps;
  const faults = createActiveFaults(clock, random.child('faults'));
  const tap = wire === undefined ? undefined : { link: options.id, wire, protocol: options.protocol };
  const connections = createConnectionTable({ upstream: options.upstream, observe, isCut: faults.isCut, activeFaults: faults.list, tap });
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, connections.accept);
  server.maxConnections = CONNECTIONS_MAX;
  server.on('drop', (dropped) => {
    connections.refused(dropped?.remotePort);
    log.warn('connection refused: the link is at its bound', { link: options.id, connectionsMax: CONNECTIONS_MAX });
  });
  const port = await listen(server, options.listen);

  const faultIds = (): string[] => faults.list().map(({ id }) => id);
  const counters = (): LinkCounters => ({ ...connections.counters(), faults: faultIds() });
  const sample = (): void => observe('link.sample', { ...counters() });
  const sampling = every(clock, SAMPLE_PERIOD_MS, sample);
  const startFault = (spec: FaultSpec): void => {
    const active = faults.add(spec, connections);
    for (const connection of connections.open()) connection.faultStarted(active);
    log.info('fault started', { link: options.id, fault: spec.fault, kind: spec.kind });
    sample();
  };
  const stopFault = (id: string): void => {
    if (!faults.remove(id)) return;
    for (const connection of connections.open()) connection.faultStopped(id);
    log.info('fault stopped', { link: options.id, fault: id });
    sample();
  };
  const shutDown = async (): Promise<void> => {
    sampling.cancel();
    const isPortFree = new Promise<void>((resolve) => void server.close(() => resolve()));
    // Connections first: what a partition holds must not flow just because the proxy goes.
    for (const connection of connections.open()) connection.reset('shutdown');
    for (const id of faultIds()) stopFault(id);
    await Promise.all([isPortFree, connections.allClosed()]);
    sample();
  };
  let closing: Promise<void> | undefined;
  return {
    port,
    startFault,
    stopFault,
    counters,
    probe: () => probeLink({ clock, address: { host: options.listen.host, port }, activeFaults: faultIds(), accepted: connections.accepted }),
    close: () => (closing ??= shutDown()),
  };
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const code = systemCodeOf(cause) === 'EADDRINUSE' ? 'FP_PORT_IN_USE' : 'FP_BIND_FAILED';
      reject(new FieldproofError(code, `the link cannot listen on ${host}:${port}: ${messageOf(cause)}`, { cause }));
    });
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
