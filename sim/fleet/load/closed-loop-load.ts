import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { openLoadClients, requireNoLoss, type LoadClients } from './load-clients.ts';
import { PublishTemplate, publisherOf } from './load-packets.ts';

export interface ClosedLoopLoadOptions {
  readonly host: string;
  readonly port: number;
  /** Publisher n publishes on `load/{n mod topics}/{n}`, subscriber n listens to `load/{n mod topics}/+`. */
  readonly topics: number;
  readonly publishers: number;
  readonly subscribers: number;
  readonly qos: Qos;
  readonly payloadBytes: number;
  /** Messages of one publisher that may be under way. */
  readonly window: number;
}

/** A load that follows the server: a publisher goes on when its messages have arrived and are acknowledged. */
export interface ClosedLoopLoad {
  start(): void;
  /** Messages that subscribers have got so far. */
  delivered(): number;
  /** Stops publishing and waits up to two seconds. @returns messages on their way that have not arrived by then. */
  stop(): Promise<number>;
  close(): void;
}

interface Publisher {
  sent: number;
  /** Copies that subscribers have. */
  copies: number;
  done: number;
  isTouched: boolean;
}

const GRACE_MS = 2_000;
const LOOK_MS = 20;

/** Connects publishers and subscribers. @throws FieldproofError FP_LINK_OPEN, FP_LINK_CLOSED. */
export async function closedLoopLoad(options: ClosedLoopLoadOptions, clock: Clock): Promise<ClosedLoopLoad> {
  const { host, port, topics, publishers: count, subscribers, qos, payloadBytes, window } = options;
  const copiesEach = subscribers / topics;
  /** So many leave together; a window of one is a batch of one. */
  const batch = Math.max(1, window >> 2);
  const publishers: Publisher[] = Array.from({ length: count }, () => ({ sent: 0, copies: 0, done: 0, isTouched: false }));
  const templates = publishers.map((_publisher, publisher) => {
    const topic = `load/${publisher % topics}/${publisher}`;
    return new PublishTemplate({ topic, qos, payloadBytes, publisher, batchMax: window });
  });
  let touched: number[] = [];
  let delivered = 0;
  let isRunning = false;

  const underWay = ({ sent, copies, done }: Publisher): number => sent - Math.min(Math.floor(copies / copiesEach), qos === 0 ? sent : done);
  const left = (): number => publishers.reduce((sum, publisher) => sum + underWay(publisher), 0);
  const touch = (index: number): void => {
    const publisher = publishers[index];
    if (publisher === undefined || publisher.isTouched) return;
    publisher.isTouched = true;
    touched.push(index);
  };
  const refill = (index: number): void => {
    const [publisher, template, client] = [publishers[index], templates[index], sources.clients[index]];
    if (publisher === undefined || template === undefined || client === undefined) return;
    publisher.isTouched = false;
    const free = window - underWay(publisher);
    if (!isRunning || free < batch) return;
    publisher.sent += free;
    client.send(template.next(free));
  };
  const refillTouched = (): void => {
    const due = touched;
    touched = [];
    for (const index of due) refill(index);
  };
  const onMessage = (bytes: Uint8Array, payloadStart: number): void => {
    const index = publisherOf(bytes, payloadStart);
    const publisher = publishers[index];
    if (publisher === undefined) return;
    delivered += 1;
    publisher.copies += 1;
    touch(index);
  };
  const sources: LoadClients = await openLoadClients({
    host,
    port,
    count,
    clientId: (index) => `load-source-${index}`,
    client: (index) => ({
      onDone: () => {
        const publisher = publishers[index];
        if (publisher !== undefined) publisher.done += 1;
        touch(index);
      },
      onChunk: refillTouched,
    }),
  });
  const sinks = await openLoadClients({
    host,
    port,
    count: subscribers,
    clientId: (index) => `load-sink-${index}`,
    client: (index) => ({ onMessage, onChunk: refillTouched, filter: `load/${index % topics}/+`, qos }),
  }).catch((thrown: unknown) => {
    sources.destroy();
    throw thrown;
  });

  return {
    start: () => {
      isRunning = true;
      for (const index of publishers.keys()) refill(index);
    },
    delivered: () => delivered,
    stop: async () => {
      isRunning = false;
      for (let waitedMs = 0; waitedMs < GRACE_MS && left() > 0; waitedMs += LOOK_MS) await sleep(clock, LOOK_MS);
      requireNoLoss('closed loop', sources, sinks);
      return left();
    },
    close: () => {
      sources.destroy();
      sinks.destroy();
    },
  };
}
