import { expect, test } from 'vitest';
import { coreBench, publishOf, textsOf } from './core-client.contract.ts';
import { keepPayload } from './message.ts';
import { RouteCache } from './route-cache.ts';

test('what is published behind a queue does not pass it', async () => {
  const bench = coreBench({ inFlightMax: 1 });
  const [publisher, subscriber] = [await bench.connected('p'), await bench.connected('s')];
  await subscriber.subscribe([{ filter: '#', qos: 1 }]);
  await publisher.send(publishOf('t', 'a', 1), publishOf('t', 'b', 1, { packetId: 2 }), publishOf('t', 'c', 1, { packetId: 3 }));
  const got: string[] = [];
  for (let step = 0; step < 3; step += 1) {
    const [message] = subscriber.take('publish');
    got.push(...textsOf(message === undefined ? [] : [message]));
    await subscriber.send({ type: 'puback', packetId: message?.packetId ?? 0, reasonCode: 0, properties: {} });
  }
  expect(got).toEqual(['a', 'b', 'c']);
});

test('copies for other versions, QoS and RETAIN flags of one message are each their own', async () => {
  const bench = coreBench();
  const publisher = await bench.connected('p', 5);
  const subscribers = [];
  for (const version of [4, 5] as const) {
    for (const qos of [0, 1, 2] as const) {
      for (const retainAsPublished of version === 5 ? [false, true] : [false]) {
        for (const twin of [1, 2]) {
          const subscriber = await bench.connected(`${version} ${qos} ${retainAsPublished} ${twin}`, version);
          await subscriber.subscribe([{ filter: 't', qos, retainAsPublished }]);
          subscribers.push({ subscriber, qos, retainAsPublished, version });
        }
      }
    }
  }
  await publisher.send(publishOf('t', 'text', 2, { retain: true, properties: { contentType: 'c' } }));
  for (const { subscriber, qos, retainAsPublished, version } of subscribers) {
    const properties = version === 5 ? { contentType: 'c' } : {};
    const expected = { qos, retain: retainAsPublished, dup: false, packetId: qos === 0 ? undefined : 1, topic: 't', properties };
    const got = subscriber.take('publish');
    expect(got).toMatchObject([expected]);
    expect(textsOf(got)).toEqual(['text']);
  }
});

test('a route that is known follows every change of subscriptions', async () => {
  const bench = coreBench();
  const [publisher, a, b] = [await bench.connected('p'), await bench.connected('a'), await bench.connected('b')];
  const heard = async (): Promise<number[]> => {
    await publisher.send(publishOf('t/1', 'x'));
    return [a, b].map((client) => client.take('publish').length);
  };
  expect(await heard()).toEqual([0, 0]);
  await a.subscribe([{ filter: 't/+' }]);
  expect(await heard()).toEqual([1, 0]);
  await b.subscribe([{ filter: '$share/g/t/1' }]);
  expect(await heard()).toEqual([1, 1]);
  await a.send({ type: 'unsubscribe', packetId: 5, filters: ['t/+'], properties: {} });
  expect(await heard()).toEqual([0, 1]);
  await b.cut();
  expect(await heard()).toEqual([0, 0]);
});

test('what a retained message has left of its expiry interval is told, also when nothing waits', async () => {
  const bench = coreBench();
  const publisher = await bench.connected('p');
  await publisher.send(publishOf('t', 'x', 0, { retain: true, properties: { messageExpiryIntervalS: 100 } }));
  await bench.clock.advance(40_000);
  const late = await bench.connected('late');
  await late.subscribe([{ filter: 't' }]);
  expect(late.take('publish')).toMatchObject([{ properties: { messageExpiryIntervalS: 60 } }]);
});

test('a payload that is kept keeps at most some kilobytes besides, and stays the same', () => {
  const chunk = Buffer.alloc(65_536, 7);
  for (const bytes of [0, 1, 100, 256, 257, 5_000, 65_536]) {
    const message = { payload: new Uint8Array(chunk.buffer, chunk.byteOffset, bytes) };
    keepPayload(message);
    expect(message.payload).toEqual(Buffer.alloc(bytes, 7));
    expect(message.payload.buffer.byteLength).toBeLessThanOrEqual(Math.max(2_048, bytes));
  }
});

test('the route cache has a bound', () => {
  const cache = new RouteCache();
  const route = { targets: [], groups: [] };
  for (let index = 0; index < 5_000; index += 1) cache.put(`t${index}`, route);
  expect(Array.from({ length: 5_000 }, (_topic, index) => cache.get(`t${index}`)).filter((found) => found !== undefined).length).toBeLessThanOrEqual(4_096);
  expect(cache.get('t4999')).toBe(route);
});
