import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../runtime/log.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { openMqttSession } from '../../transport/mqtt-session.ts';
import type { BrokerEngine } from './broker-engine.ts';
import { CONTRACT_BOUNDS } from './broker-refusals.contract.ts';
import { createBrokerEngine } from './create-broker-engine.ts';

const deps = { clock: realClock, random: randomFromSeed(1) };
let engine: BrokerEngine | undefined;
afterEach(() => engine?.close());

test.each(['aedes', 'core'] as const)('the configuration chooses %s', (name) => {
  engine = createBrokerEngine({ ...CONTRACT_BOUNDS, engine: name }, { ...deps, log: silentLogger });
  expect(engine.name).toBe(name);
});

test('the core engine serves clients of 5.0', async () => {
  engine = createBrokerEngine({ ...CONTRACT_BOUNDS, engine: 'core' }, { ...deps, log: silentLogger });
  const { port } = await engine.listen('127.0.0.1', 0);
  const session = openMqttSession({ url: `mqtt://127.0.0.1:${port}`, clientId: 'five', clean: true, protocolVersion: 5, keepaliveMs: 30_000, connectTimeoutMs: 5_000 }, deps);
  const message = new Promise<string>((resolve) => session.onMessage(({ payload }) => resolve(Buffer.from(payload).toString())));
  await session.subscribe([{ filter: 'a', qos: 2 }]);
  await engine.publish({ topic: 'a', payload: Buffer.from('hello'), qos: 2, retain: false });
  expect(await message).toBe('hello');
  await session.end();
});

test('the core engine refuses to publish to what is no topic', async () => {
  engine = createBrokerEngine({ ...CONTRACT_BOUNDS, engine: 'core' }, { ...deps, log: silentLogger });
  for (const topic of ['', 'a/#', 'a\u0000', 'half \ud800 pair']) {
    await expect(engine.publish({ topic, payload: Buffer.alloc(0), qos: 0, retain: false })).rejects.toMatchObject({ code: 'FP_INTERNAL' });
  }
});
