import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { every, sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { openLoadClients, requireNoLoss } from './load-clients.ts';
import { instantOf, PublishTemplate } from './load-packets.ts';

export interface OpenLoopLoadOptions {
  readonly host: string;
  readonly port: number;
  /** Publisher n publishes on `load/{n mod subscribers}/{n}`; each subscriber listens to its own part. */
  readonly publishers: number;
  readonly subscribers: number;
  readonly qos: Qos;
  readonly payloadBytes: number;
  /** Of each publisher. */
  readonly messagesPerSecond: number;
  /** Milliseconds from the instant at which a message was due until a subscriber had it. */
  readonly onLatency: (latencyMs: number) => void;
}

/** A load that does not wait for the server: a message is due at its instant, however late those before it are. */
export interface OpenLoopLoad {
  /** @returns what was due and sent in that time, and how much of it had not arrived two seconds after the last. */
  run(durationMs: number): Promise<{ readonly sent: number; readonly lost: number }>;
  /** Every connection is cut in the same turn. */
  close(): void;
}

const GRACE_MS = 2_000;
const LOOK_MS = 20;
const TICK_MS = 1;

/** Connects publishers and subscribers. @throws FieldproofError FP_LINK_OPEN, FP_LINK_CLOSED. */
export async function openLoopLoad(options: OpenLoopLoadOptions, clock: Clock): Promise<OpenLoopLoad> {
  const { host, port, publishers, subscribers, qos, payloadBytes, messagesPerSecond, onLatency } = options;
  let received = 0;
  let nowMs = 0;
  const onMessage = (bytes: Uint8Array, payloadStart: number): void => {
    received += 1;
    // One look at the clock for each piece that came: its messages came together.
    if (nowMs === 0) nowMs = clock.nowMs();
    onLatency(nowMs - instantOf(bytes, payloadStart));
  };
  const onChunk = (): void => {
    nowMs = 0;
  };
  const sinks = await openLoadClients({
    host,
    port,
    count: subscribers,
    clientId: (index) => `load-sink-${index}`,
    client: (index) => ({ onMessage, onChunk, filter: `load/${index}/+`, qos }),
  });
  const sources = await openLoadClients({ host, port, count: publishers, clientId: (index) => `load-source-${index}` }).catch((thrown: unknown) => {
    sinks.destroy();
    throw thrown;
  });
  const templates = sources.clients.map(
    (_client, publisher) => new PublishTemplate({ topic: `load/${publisher % subscribers}/${publisher}`, qos, payloadBytes, publisher, batchMax: 1 }),
  );

  const run = async (durationMs: number): Promise<{ sent: number; lost: number }> => {
    received = 0;
    let sent = 0;
    const startMs = clock.nowMs();
    const dueMs = (count: number): number => startMs + (count * 1_000) / (messagesPerSecond * publishers);
    const sendDue = (): void => {
      const untilMs = Math.min(clock.nowMs(), startMs + durationMs);
      for (let at = dueMs(sent); at < untilMs; at = dueMs(sent)) {
        const index = sent % publishers;
        const template = templates[index];
        if (template !== undefined) sources.clients[index]?.send(template.stamped(at));
        sent += 1;
      }
    };
    const ticks = every(clock, TICK_MS, sendDue);
    await sleep(clock, durationMs + 2 * TICK_MS);
    ticks.cancel();
    sendDue();
    const isComplete = (): boolean => received >= sent;
    for (let waitedMs = 0; waitedMs < GRACE_MS && !isComplete(); waitedMs += LOOK_MS) await sleep(clock, LOOK_MS);
    requireNoLoss('open loop', sources, sinks);
    return { sent, lost: sent - received };
  };
  return {
    run,
    close: () => {
      sources.destroy();
      sinks.destroy();
    },
  };
}
