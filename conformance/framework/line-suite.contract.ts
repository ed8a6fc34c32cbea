import { createServer, type Server, type Socket } from 'node:net';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { sleep } from '../../hil/runtime/clock.ts';
import type { CaseWire, FrameCutter } from './case-wire.ts';
import { failCase, inconclusiveCase } from './case-stop.ts';
import type { ConformanceCase } from './conformance-case.ts';
import type { EvidenceStep } from './evidence.ts';
import { completePics } from './pics.ts';
import { pixitSchema, type Pixit } from './pixit.ts';
import type { SuiteRunDeps } from './run-suite.ts';
import type { Suite } from './suite.ts';

/** A server of lines for tests of the framework: `ping` gives `pong`, `die` stops it, `hang` makes it silent. */
export class LineServer {
  #server: Server = createServer();
  readonly #sockets = new Set<Socket>();
  #silent = false;
  port = 0;
  /** Comes back by itself so many milliseconds after it died; undefined: stays dead. */
  revivesAfterMs: number | undefined;

  async start(): Promise<void> {
    this.#silent = false;
    this.#server = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) this.#answer(socket, line);
    });
  }

  #answer(socket: Socket, line: string): void {
    if (line === 'hang') this.#silent = true;
    if (line === 'die') void this.#die();
    if (!this.#silent && line === 'ping') socket.write('pong\n');
    if (!this.#silent && line === 'wrong') socket.write('nonsense\n');
  }

  async #die(): Promise<void> {
    await this.stop();
    if (this.revivesAfterMs === undefined) return;
    await sleep(realClock, this.revivesAfterMs);
    await this.start();
  }
}

/** Lines as frames. */
export function cutLines(): FrameCutter {
  let rest = '';
  return {
    push: (chunk) => {
      const parts = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = parts.pop() ?? '';
      return parts.map((part) => new Uint8Array(Buffer.from(part)));
    },
    takeRest: () => {
      const bytes = new Uint8Array(Buffer.from(rest));
      rest = '';
      return bytes;
    },
  };
}

/** Says a line and expects `pong`. */
export async function say(wire: CaseWire, line: string, waitMs = 100): Promise<void> {
  if ((await wire.open('a')) === 'refused') inconclusiveCase('the server takes no connection');
  await wire.send('a', new Uint8Array(Buffer.from(`${line}\n`)));
  const event = await wire.next('a', waitMs);
  const heard = event.kind === 'frame' ? Buffer.from(event.bytes).toString() : event.kind;
  if (heard !== 'pong') failCase(`expected pong, got ${heard}`);
}

/** A case for the line server. */
export function lineCase(id: string, run: ConformanceCase['run'], more: Partial<ConformanceCase> = {}): ConformanceCase {
  return { id, version: 1, statements: ['mqtt-3.1.1/MQTT-3.1.0-2'], level: 'must', purpose: `does ${id}`, requires: [], caughtBy: 'none', run, ...more };
}

export function lineSuite(cases: readonly ConformanceCase[]): Suite {
  return {
    name: 'lines',
    subject: 'a server of lines',
    scopes: [{ catalogue: 'mqtt-3.1.1', binds: () => true }],
    pics: [{ name: 'ECHO', question: 'Does it echo?', byDefault: true, source: 'none' }],
    cases,
    unobservable: new Map(),
    parallelMax: 8,
    cutFrames: cutLines,
    probe: async (dial, _pixit, silence) => {
      const link = await dial().catch(() => undefined);
      if (link === undefined) return 'dead';
      const alive = new Promise<'alive'>((resolve) => link.onBytes(() => resolve('alive')));
      await link.send(new Uint8Array(Buffer.from('ping\n'))).catch(() => undefined);
      const liveness = await Promise.race([alive, link.closed.then(() => 'dead' as const), silence.then(() => 'hung' as const)]);
      link.destroy();
      return liveness;
    },
    describeFrame: (bytes) => Buffer.from(bytes).toString(),
  };
}

export const LINE_PIXIT: Pixit = pixitSchema.parse({ answerTimeoutMs: 200, quietMs: 50, restartTimeoutMs: 300 });
export const LINE_PICS = completePics([], {});

/** What a run against the server needs, and the evidence it leaves. */
export function lineDeps(server: LineServer): SuiteRunDeps & { readonly evidence: Map<string, EvidenceStep[]> } {
  const evidence = new Map<string, EvidenceStep[]>();
  return {
    evidence,
    clock: realClock,
    random: randomFromSeed(1),
    cutFrames: cutLines,
    dial: () => connectTcp({ host: '127.0.0.1', port: server.port }, { clock: realClock, timeoutMs: 1_000 }),
    accept: async () => undefined,
    act: async () => null,
    record: (caseId, step) => evidence.set(caseId, [...(evidence.get(caseId) ?? []), step]),
  };
}
