import { connect, type Socket } from 'node:net';
import type { ActiveFault } from './active-faults.ts';
import { createBytePipe, type BytePipe } from './byte-pipe.ts';
import type { ConnectionTaps } from './connection-taps.ts';
import { createHoldStage } from './hold-stage.ts';
import type { LinkCounters } from './link-events.ts';
import { LINK_DIRECTIONS, type FaultStage, type LinkDirection, type LinkItem } from './link-fault.ts';

/** Who ended a connection: an endpoint, a reset fault, or the proxy going away. */
export type ClosedBy = 'client' | 'server' | 'fault' | 'shutdown';

export interface ProxiedConnectionDeps {
  readonly number: number;
  /** Accepted with half-open allowed and paused. */
  readonly client: Socket;
  readonly upstream: { readonly host: string; readonly port: number };
  readonly counters: LinkCounters;
  readonly isCut: (direction: LinkDirection) => boolean;
  readonly onClosed: (by: ClosedBy, droppedBytes: number) => void;
  /** A capture of both sides. */
  readonly taps?: ConnectionTaps | undefined;
}

type Endpoint = 'client' | 'server';
const DIRECTION_FROM = { client: 'up', server: 'down' } as const satisfies Record<Endpoint, LinkDirection>;
/** The stage that keeps a connection's first bytes until there is a way to the upstream; behind every fault. */
const PARKING = 'parking';
const PARKING_RANK = Infinity;

/**
 * One connection through the proxy: two sockets and a pipe of fault stages in each direction. Uses node:net directly,
 * because a ByteLink hides half-close, and carrying a FIN as a FIN is part of what the proxy must do.
 *
 * | state    | server socket | leaves it when                                                                     |
 * |----------|---------------|------------------------------------------------------------------------------------|
 * | parked   | none          | no direction is cut (connects), or the client closes (closed)                      |
 * | open     | yes           | both ends of stream delivered, or one side resets, or a fault does (closed)         |
 * | orphaned | yes           | an endpoint closed behind a cut: the cut heals, or the other closes too (closed)    |
 */
export class ProxiedConnection {
  readonly number: number;
  /** The client's port, by which a probe finds its own connection. */
  readonly clientPort: number | undefined;
  /** Resolves with true when the upstream accepted, with false when the connection closed before. */
  readonly carried: Promise<boolean>;
  readonly #deps: ProxiedConnectionDeps;
  readonly #pipes: Readonly<Record<LinkDirection, BytePipe>>;
  readonly #sockets: { client: Socket; server: Socket | undefined };
  #resolveCarried: (carried: boolean) => void = () => {};
  #undelivered = 0;
  #openSockets = 1;
  #closedBy: ClosedBy | undefined;
  #isFinished = false;
  #orphanedBy: Endpoint | undefined;

  constructor(deps: ProxiedConnectionDeps, faults: readonly ActiveFault[]) {
    this.number = deps.number;
    this.clientPort = deps.client.remotePort;
    this.carried = new Promise((resolve) => {
      this.#resolveCarried = resolve;
    });
    this.#deps = deps;
    this.#sockets = { client: deps.client, server: undefined };
    this.#pipes = { up: this.#createPipe('client', 'server'), down: this.#createPipe('server', 'client') };
    deps.taps?.clientConnected(deps.client);
    for (const fault of faults) this.faultStarted(fault);
    this.#pipes.up.addStage(PARKING, PARKING_RANK, (emit) => createHoldStage({ counters: deps.counters, emit }));
    this.#listenTo('client', deps.client);
    this.#connectUnlessCut();
    deps.client.resume();
  }

  /** Puts the fault's stages into both directions. */
  faultStarted(fault: ActiveFault): void {
    for (const direction of LINK_DIRECTIONS) {
      const create = (emit: (item: LinkItem) => void): FaultStage | undefined =>
        fault.createStage(this.number, direction, { counters: this.#deps.counters, emit });
      this.#pipes[direction].addStage(fault.id, fault.rank, create);
    }
  }

  /** Takes the fault's stages out, after it has been taken off the list that `isCut` reads. */
  faultStopped(id: string): void {
    if (this.#orphanedBy !== undefined && !this.#deps.isCut(DIRECTION_FROM[this.#orphanedBy])) {
      this.#finish(this.#orphanedBy);
      return;
    }
    this.#connectUnlessCut();
    for (const direction of LINK_DIRECTIONS) this.#pipes[direction].removeStage(id);
  }

  /** Sends RST to both sides; what is under way is lost. */
  reset(by: 'fault' | 'shutdown'): void {
    if (by === 'fault' && !this.#isFinished) this.#deps.counters.resets += 1;
    this.#finish(by);
  }

  #createPipe(from: Endpoint, to: Endpoint): BytePipe {
    return createBytePipe({
      deliver: (item) => this.#deliver(to, item),
      setSourcePaused: (isPaused) => void (isPaused ? this.#sockets[from]?.pause() : this.#sockets[from]?.resume()),
      sinkIsFull: () => this.#sockets[to]?.writableNeedDrain ?? false,
    });
  }

  #listenTo(endpoint: Endpoint, socket: Socket): void {
    const outgoing = this.#pipes[DIRECTION_FROM[endpoint]];
    const incoming = this.#pipes[endpoint === 'client' ? 'down' : 'up'];
    socket.setNoDelay(true);
    socket.on('data', (chunk: Uint8Array) => {
      this.#undelivered += chunk.length;
      this.#deps.taps?.received(endpoint, chunk);
      outgoing.accept(chunk);
    });
    socket.on('drain', () => incoming.updatePressure());
    socket.on('end', () => this.#ended(endpoint));
    socket.on('error', () => this.#lost(endpoint));
    socket.on('close', () => this.#socketClosed());
  }

  #connectUnlessCut(): void {
    if (this.#sockets.server !== undefined || this.#isFinished || LINK_DIRECTIONS.some((direction) => this.#deps.isCut(direction))) return;
    const server = connect({ ...this.#deps.upstream, allowHalfOpen: true });
    this.#openSockets += 1;
    this.#sockets.server = server;
    this.#listenTo('server', server);
    server.once('connect', () => {
      this.#deps.taps?.serverConnected(server);
      this.#resolveCarried(true);
    });
    // From here on the socket itself keeps what is written until the upstream has accepted.
    this.#pipes.up.removeStage(PARKING);
  }

  #deliver(to: Endpoint, item: LinkItem): void {
    const sink = this.#sockets[to];
    if (sink === undefined || !sink.writable) return;
    if (item === 'end') {
      sink.end(() => this.#deps.taps?.delivered(to, item));
      return;
    }
    sink.write(item, (error) => {
      if (error !== undefined && error !== null) return;
      this.#undelivered -= item.length;
      this.#deps.taps?.delivered(to, item);
      this.#deps.counters[to === 'server' ? 'bytesUp' : 'bytesDown'] += item.length;
    });
  }

  /** An endpoint sent FIN. */
  #ended(endpoint: Endpoint): void {
    this.#deps.taps?.received(endpoint, 'end');
    if (this.#isBehindCut(endpoint)) {
      this.#orphan(endpoint);
      return;
    }
    this.#closedBy ??= endpoint;
    this.#pipes[DIRECTION_FROM[endpoint]].accept('end');
  }

  /** An endpoint sent RST or could not be reached. */
  #lost(endpoint: Endpoint): void {
    if (this.#isBehindCut(endpoint)) this.#orphan(endpoint);
    else this.#finish(endpoint);
  }

  #isBehindCut(endpoint: Endpoint): boolean {
    return this.#deps.isCut(DIRECTION_FROM[endpoint]) || this.#sockets.server === undefined;
  }

  /** An endpoint is gone and the other must not learn of it yet. Without another, or when both are gone, nothing is kept. */
  #orphan(endpoint: Endpoint): void {
    const isLast = this.#sockets.server === undefined || (this.#orphanedBy !== undefined && this.#orphanedBy !== endpoint);
    this.#orphanedBy ??= endpoint;
    if (isLast) this.#finish(this.#orphanedBy);
  }

  #finish(by: ClosedBy): void {
    // A reset of a socket that connects waits for that; a shutdown does not.
    if (by === 'shutdown' && this.#sockets.server?.connecting === true) this.#sockets.server.destroy();
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#closedBy = by;
    this.#deps.taps?.cut(by === 'client' || by === 'server' ? by : undefined);
    for (const direction of LINK_DIRECTIONS) this.#pipes[direction].discard();
    cut(this.#sockets.client);
    if (this.#sockets.server !== undefined) cut(this.#sockets.server);
  }

  #socketClosed(): void {
    this.#openSockets -= 1;
    if (this.#openSockets > 0) return;
    this.#resolveCarried(false);
    this.#deps.onClosed(this.#closedBy ?? 'shutdown', this.#undelivered);
  }
}

/** Sends RST, or closes plainly while the socket's own FIN is going out: libuv refuses a reset then. */
function cut(socket: Socket): void {
  const isSendingFin = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isSendingFin && !socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
