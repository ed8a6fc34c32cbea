import { connect, createServer, type Socket } from 'node:net';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { openSerial } from '../../hil/transport/serial-link.ts';
import type { TcpSide } from '../../reports/pcapng/tcp-frames.ts';
import { openPtyPair } from '../../sim/plc/serial-line/pty-pair.ts';
import type { RecordedConnection, RecordedEvent } from './recorded-exchange.ts';

export interface TcpRecorder {
  readonly port: number;
  /** Grows while clients talk. */
  readonly connections: readonly RecordedConnection[];
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between TCP clients and a server of this machine, passes everything on and remembers it. */
export async function recordTcp(serverPort: number): Promise<TcpRecorder> {
  const connections: RecordedConnection[] = [];
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true });
    const events: RecordedEvent[] = [];
    connections.push({ clientPort: client.remotePort ?? 0, openedMs: realClock.wallMs(), events });
    pass('client', client, server, events);
    pass('server', server, client, events);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0) for (const resolve of waiting.splice(0)) resolve();
      });
    }
  });
  await new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections,
    idle: () => new Promise((resolve) => (sockets.size === 0 ? resolve() : void waiting.push(resolve))),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void relay.close(() => resolve()));
    },
  };
}

function pass(from: TcpSide, source: Socket, sink: Socket, events: RecordedEvent[]): void {
  source.on('data', (bytes) => {
    events.push({ from, wallMs: realClock.wallMs(), bytes });
    sink.write(bytes);
  });
  source.once('end', () => {
    events.push({ from, wallMs: realClock.wallMs(), bytes: undefined });
    sink.end();
  });
  source.once('error', () => sink.destroy());
}

export interface SerialRecorder {
  /** Where clients find the line. */
  readonly path: string;
  readonly events: readonly RecordedEvent[];
  close(): Promise<void>;
}

/** The same for the serial line at `serverPath`: a second line before it. */
export async function recordSerial(serverPath: string): Promise<SerialRecorder> {
  const front = await openPtyPair({ clock: realClock });
  const server = await openSerial(serverPath, { baudRate: 19_200, parity: 'none', stopBits: 1 });
  const events: RecordedEvent[] = [];
  const passTo = (from: TcpSide, sink: typeof server) => (bytes: Uint8Array) => {
    events.push({ from, wallMs: realClock.wallMs(), bytes });
    // A line that is gone is seen by the client, which then gets no answer.
    sink.send(bytes).catch(() => undefined);
  };
  front.master.onBytes(passTo('client', server));
  server.onBytes(passTo('server', front.master));
  return {
    path: front.path,
    events,
    async close() {
      await server.close();
      front.dispose();
      await front.master.closed;
    },
  };
}
