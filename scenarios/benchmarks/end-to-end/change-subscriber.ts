import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../../hil/runtime/errors.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { openMqttSession } from '../../../hil/transport/mqtt-session.ts';

/** An MQTT client that waits for values of one topic. */
export interface ChangeSubscriber {
  /**
   * The instant at which the value arrived, milliseconds of the clock.
   * @throws FieldproofError FP_INTERNAL when it does not within five seconds.
   */
  arrivalOf(value: number): Promise<number>;
  close(): Promise<void>;
}

const ARRIVAL_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT = { minimumMs: 20, maximumMs: 100 };
const payloadSchema = z.object({ v: z.number() });

/** Subscribes to a topic whose messages are JSON with the value under `v`. Waits for the broker to come up. */
export async function subscribeToChanges(mqttPort: number, topic: string, clock: Clock): Promise<ChangeSubscriber> {
  const session = openMqttSession(
    {
      url: `mqtt://127.0.0.1:${mqttPort}`,
      clientId: 'fieldproof-bench',
      protocolVersion: 4,
      clean: true,
      keepaliveMs: 60_000,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      reconnect: RECONNECT,
    },
    { clock, random: randomFromSeed(1) },
  );
  const waiting = new Map<number, (atMs: number) => void>();
  session.onMessage(({ payload }) => {
    const atMs = clock.nowMs();
    waiting.get(payloadSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8'))).v)?.(atMs);
  });
  await session.subscribe([{ filter: topic, qos: 0 }]).catch(async (cause: unknown) => {
    await session.end();
    throw new FieldproofError('FP_BROKER_REFUSED', `cannot subscribe to ${topic} on port ${mqttPort}: ${messageOf(cause)}`, { cause });
  });
  return { arrivalOf: (value) => arrival(value, waiting, clock), close: () => session.end() };
}

async function arrival(value: number, waiting: Map<number, (atMs: number) => void>, clock: Clock): Promise<number> {
  const abort = new AbortController();
  const arrived = new Promise<number>((resolve) => void waiting.set(value, resolve));
  const outcome = await Promise.race([arrived, sleep(clock, ARRIVAL_TIMEOUT_MS, abort.signal)]);
  abort.abort();
  waiting.delete(value);
  if (outcome !== undefined) return outcome;
  throw new FieldproofError('FP_INTERNAL', `the value ${value} did not reach the subscriber within ${ARRIVAL_TIMEOUT_MS} ms`);
}
