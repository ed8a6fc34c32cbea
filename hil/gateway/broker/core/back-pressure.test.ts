import { expect, test } from 'vitest';
import { coreBench, publishOf, quiet, textsOf } from './core-client.contract.ts';

const PINGS = Buffer.from('c000'.repeat(2_048), 'hex');

test('a client that asks and does not read its answers is not read any further, and goes on when it reads', async () => {
  const bench = coreBench({ unsentBytesMax: 10_000 });
  const client = await bench.connected('c');
  client.link.pause();
  let taken = 0;
  const sending = (async () => {
    for (let chunk = 0; chunk < 100; chunk += 1) {
      await client.link.send(PINGS);
      taken += 1;
    }
  })();
  await quiet();
  await quiet();
  const takenWhilePaused = taken;
  expect(takenWhilePaused).toBeLessThan(60);
  await quiet();
  expect(taken).toBe(takenWhilePaused);
  client.link.resume();
  await sending;
  await quiet();
  expect(client.take('pingresp')).toHaveLength(100 * 2_048);
});

test('messages to a subscriber that does not read wait in a bounded queue, and others get theirs', async () => {
  const bench = coreBench({ unsentBytesMax: 10_000, liveQueuedMessagesMax: 5 });
  const [stuck, reader, publisher] = [await bench.connected('stuck'), await bench.connected('reader'), await bench.connected('p')];
  for (const client of [stuck, reader]) await client.subscribe([{ filter: 't', qos: 0 }]);
  stuck.link.pause();
  for (let index = 0; index < 200; index += 1) await publisher.send(publishOf('t', `${index} ${'x'.repeat(1_000)}`));
  expect(reader.take('publish')).toHaveLength(200);
  const dropped = bench.broker.counts().refused['queue-full'] ?? 0;
  expect(dropped).toBeGreaterThan(50);
  stuck.link.resume();
  await quiet();
  const got = textsOf(stuck.take('publish')).map((text) => Number(text.split(' ')[0]));
  expect(got).toHaveLength(200 - dropped);
  expect(got.slice(-5)).toEqual([195, 196, 197, 198, 199]);
});
