import { every, sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { percentile } from '../statistics.ts';
import { openLoadConnection, type LoadConnection } from './load-connection.ts';

export interface OpenLoopOptions {
  /** One device each. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly registers: number;
  /** How often each device is asked, however long its answers take. */
  readonly periodMs: number;
}

export interface OpenLoopResult {
  readonly sent: number;
  /** Requests without an answer two seconds after the last was sent, or that could not be sent for want of one. */
  readonly lost: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A fleet of clients that are connected. */
export interface OpenLoop {
  run(durationMs: number): Promise<OpenLoopResult>;
  close(): void;
}

const CONNECTING_AT_ONCE = 200;
const GRACE_MS = 2_000;

interface Station {
  readonly connection: LoadConnection;
  /** When the outstanding request was due; negative when there is none. */
  askedMs: number;
}

/** Connects to every device. @throws FieldproofError FP_LINK_OPEN when one cannot be reached. */
export async function openLoop({ hosts, port, registers, periodMs }: OpenLoopOptions, clock: Clock): Promise<OpenLoop> {
  const stations: Station[] = [];
  let latenciesMs: number[] = [];
  const connect = async (host: string): Promise<void> => {
    const onAnswer = (): void => {
      latenciesMs.push(clock.nowMs() - station.askedMs);
      station.askedMs = -1;
    };
    // A connection that ends leaves its requests unanswered, so the count of the lost tells.
    const connection = await openLoadConnection({ host, port, registers, onAnswer, onFailure: () => undefined }).catch((cause: unknown) => {
      throw new FieldproofError('FP_LINK_OPEN', `the load generator cannot connect to ${host}:${port}`, { cause });
    });
    const station: Station = { connection, askedMs: -1 };
    stations.push(station);
  };
  for (let index = 0; index < hosts.length; index += CONNECTING_AT_ONCE) {
    await Promise.all(hosts.slice(index, index + CONNECTING_AT_ONCE).map(connect));
  }

  const run = async (durationMs: number): Promise<OpenLoopResult> => {
    latenciesMs = [];
    let sent = 0;
    let skipped = 0;
    const startMs = clock.nowMs();
    /** Requests are spread evenly over the period: number n of all is due at start + n x period / devices. */
    const dueMs = (count: number): number => startMs + (count * periodMs) / stations.length;
    const sendDue = (): void => {
      const nowMs = clock.nowMs();
      for (; dueMs(sent) <= nowMs && dueMs(sent) < startMs + durationMs; sent += 1) {
        const station = stations[sent % stations.length];
        if (station === undefined) return;
        if (station.askedMs >= 0) {
          skipped += 1;
          continue;
        }
        station.askedMs = dueMs(sent);
        station.connection.ask();
      }
    };
    const ticks = every(clock, 1, sendDue);
    await sleep(clock, durationMs + 10);
    ticks.cancel();
    for (let waitedMs = 0; waitedMs < GRACE_MS && latenciesMs.length + skipped < sent; waitedMs += 50) await sleep(clock, 50);
    return { sent, lost: sent - latenciesMs.length, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
  };
  return {
    run,
    close: () => {
      for (const { connection } of stations) connection.destroy();
    },
  };
}
