import type { MqttWill } from '../../../protocols/mqtt/packet.ts';
import { describe, expect, test } from 'vitest';
import { ackOf, publishOf, quiet, textsOf } from '../core/core-client.contract.ts';
import { storedBench } from './stored-bench.contract.ts';

const KEPT = { cleanStart: false, properties: { sessionExpiryIntervalS: 1_000 } } as const;
const text = (payload: string): Buffer => Buffer.from(payload);

describe('after the process was killed', () => {
  test('sessions and subscriptions are there, with their options, and clean ones are not', async () => {
    const bench = await storedBench();
    const kept = await bench.connected('kept', 5, KEPT);
    await kept.subscribe([{ filter: 'a/+', qos: 1, noLocal: true, retainAsPublished: true }, { filter: '$share/g/b', qos: 2 }, { filter: 'gone', qos: 1 }], { subscriptionIdentifiers: [7] });
    await kept.send({ type: 'unsubscribe', packetId: 9, filters: ['gone'], properties: {} });
    const clean = await bench.connected('clean', 4);
    await clean.subscribe([{ filter: 'a/+', qos: 1 }]);
    const next = await bench.again();
    expect(next.store.stats()).toMatchObject({ rows: { sessions: 1, subscriptions: 2 }, recovery: { damage: 'none', lost: {}, surplus: {}, lostCommits: 0 } });
    const publisher = await next.connected('p');
    await publisher.send(publishOf('a/1', 'x', 1, { retain: true }), publishOf('b', 'y', 2, { packetId: 2 }), publishOf('gone', 'no', 1, { packetId: 3 }));
    const back = next.client(5);
    expect(await back.connect({ clientId: 'kept', ...KEPT })).toMatchObject({ sessionPresent: true });
    const got = back.take('publish');
    expect(textsOf(got)).toEqual(['x', 'y']);
    expect(got[0]).toMatchObject({ qos: 1, retain: true, properties: { subscriptionIdentifiers: [7] } });
    await back.send(publishOf('a/1', 'own', 0));
    expect(textsOf(back.take('publish'))).toEqual([]);
    expect(await next.client(4).connect({ clientId: 'clean', cleanStart: false })).toMatchObject({ sessionPresent: false });
  });

  test('what is in flight comes again with DUP under its identifier, then what waits, in order; PUBREL for what was received', async () => {
    const bench = await storedBench();
    const subscriber = await bench.connected('s', 5, { ...KEPT, properties: { ...KEPT.properties, receiveMaximum: 3 } });
    await subscriber.subscribe([{ filter: 't', qos: 2 }]);
    const publisher = await bench.connected('p');
    for (let index = 1; index <= 5; index += 1) await publisher.send(publishOf('t', String(index), index === 2 ? 1 : 2, { packetId: index }));
    const first = subscriber.take('publish');
    expect(textsOf(first)).toEqual(['1', '2', '3']);
    await subscriber.send(ackOf('pubrec', first[0]?.packetId ?? 0));
    const next = await bench.again();
    const back = await next.connected('s', 5, KEPT);
    expect(back.received.filter(({ type }) => type !== 'connack').map((packet) => [packet.type, 'packetId' in packet ? packet.packetId : 0, packet.type === 'publish' && packet.dup])).toEqual([
      ['pubrel', 1, false],
      ['publish', 2, true],
      ['publish', 3, true],
      ['publish', 4, false],
      ['publish', 5, false],
    ]);
    expect(textsOf(back.take('publish'))).toEqual(['2', '3', '4', '5']);
    await back.send(ackOf('pubcomp', 1), ackOf('puback', 2), ackOf('pubrec', 3), ackOf('pubcomp', 3));
    for (const packetId of [4, 5]) await back.send(ackOf('pubrec', packetId), ackOf('pubcomp', packetId));
    expect(next.store.stats()).toMatchObject({ rows: { queued: 0, inFlight: 0 }, payloadBytes: 0 });
  });

  test('a QoS 2 message that was taken is not delivered again, until its PUBREL came', async () => {
    const bench = await storedBench();
    const publisher = await bench.connected('p', 4, { cleanStart: false });
    await publisher.send(publishOf('t', 'once', 2, { packetId: 4, retain: true }));
    const next = await bench.again();
    const [back, watcher] = [await next.connected('p', 4, { cleanStart: false }), await next.connected('w')];
    await watcher.subscribe([{ filter: 't', qos: 2, retainHandling: 2 }]);
    await back.send(publishOf('t', 'once', 2, { packetId: 4, dup: true }), ackOf('pubrel', 4));
    expect([back.take('pubrec').length, back.take('pubcomp').length, watcher.take('publish').length]).toEqual([1, 1, 0]);
    await back.send(publishOf('t', 'twice', 2, { packetId: 4 }));
    expect(textsOf(watcher.take('publish'))).toEqual(['twice']);
  });

  test('retained messages are there with properties and publisher, less their age', async () => {
    const bench = await storedBench();
    const publisher = await bench.connected('p');
    const properties = { messageExpiryIntervalS: 100, contentType: 'text', userProperties: [['a', 'b']] } as const;
    await publisher.send(publishOf('r/1', 'one', 1, { retain: true, properties }), publishOf('r/2', 'two', 0, { retain: true }), publishOf('r/2', '', 0, { retain: true }));
    await publisher.send(publishOf('r/3', 'old', 1, { retain: true, packetId: 3, properties: { messageExpiryIntervalS: 5 } }));
    const next = await bench.again(30_000);
    const own = await next.connected('p');
    await own.subscribe([{ filter: 'r/+', qos: 0, noLocal: true }]);
    expect(own.take('publish')).toEqual([]);
    const other = await next.connected('o');
    await other.subscribe([{ filter: 'r/+', qos: 1 }]);
    const got = other.take('publish');
    expect(textsOf(got)).toEqual(['one']);
    expect(got).toMatchObject([{ topic: 'r/1', qos: 1, retain: true, properties: { ...properties, messageExpiryIntervalS: 70 } }]);
    expect(next.store.stats().rows).toMatchObject({ retained: 1 });
  });

  test('a message for several sessions is stored once and goes with the last of them', async () => {
    const bench = await storedBench();
    for (const id of ['a', 'b', 'c']) await (await bench.connected(id, 5, KEPT)).subscribe([{ filter: 't', qos: 1 }]);
    const publisher = await bench.connected('p');
    for (const id of ['a', 'b', 'c']) await (await bench.connected(id, 5, KEPT)).cut();
    await publisher.send(publishOf('t', 'x'.repeat(1_000), 1));
    expect(bench.store.stats()).toMatchObject({ payloadBytes: 1_000, rows: { queued: 3 } });
    const early = await bench.connected('d', 5, KEPT);
    await early.subscribe([{ filter: 'none', qos: 1 }]);
    await (await bench.connected('a', 5, KEPT)).send(ackOf('puback', 1));
    expect(bench.store.stats()).toMatchObject({ payloadBytes: 1_000, rows: { queued: 2 } });
    const next = await bench.again();
    expect(next.store.stats()).toMatchObject({ payloadBytes: 1_000, rows: { queued: 2 } });
    for (const [id, left] of [['b', 1_000], ['c', 0]] as const) {
      const client = await next.connected(id, 5, KEPT);
      const [message] = client.take('publish');
      expect(message?.payload.byteLength).toBe(1_000);
      await client.send(ackOf('puback', message?.packetId ?? 0));
      expect(next.store.stats().payloadBytes).toBe(left);
    }
    expect([...next.table.rows.keys()].filter((key) => key.startsWith('6d'))).toEqual([]);
  });
});

describe('a queue that is read when its client comes back', () => {
  const kept = async (texts: readonly string[]): Promise<Awaited<ReturnType<typeof storedBench>>> => {
    const bench = await storedBench({ core: { queuedMessagesMax: 3 } });
    await (await bench.connected('s', 5, KEPT)).subscribe([{ filter: 't', qos: 1 }]);
    await (await bench.connected('s', 5, KEPT)).cut();
    const publisher = await bench.connected('p');
    for (const payload of texts) await publisher.send(publishOf('t', payload, 1));
    return bench.again();
  };

  test('keeps its bound before it is read, oldest first', async () => {
    const bench = await kept(['1', '2', '3']);
    await (await bench.connected('p')).send(publishOf('t', '4', 1));
    expect(bench.store.stats().rows.queued).toBe(3);
    expect(bench.broker.counts().refused).toEqual({ 'queue-full': 1 });
    expect(textsOf((await bench.connected('s', 5, KEPT)).take('publish'))).toEqual(['2', '3', '4']);
  });

  test('what comes or goes while it is read is not lost and not back', async () => {
    const bench = await kept(['1', '2', '3']);
    const held: (() => void)[] = [];
    bench.table.beforeRead = () => new Promise((resolve) => held.push(resolve));
    const [one, other] = [bench.client(5), bench.client(5)];
    for (const client of [one, other]) void client.connect({ clientId: 's', ...KEPT }).catch(() => undefined);
    await quiet();
    await (await bench.connected('p')).send(publishOf('t', '4', 1));
    expect([held.length, one.received, other.received]).toEqual([2, [], []]);
    for (const release of held) release();
    await quiet();
    expect(other.take('connack')).toMatchObject([{ sessionPresent: true }]);
    expect(textsOf(other.take('publish'))).toEqual(['2', '3', '4']);
    expect(one.isClosed()).toBe(true);
    expect(bench.store.stats().rows.queued).toBe(3);
  });

  test('leaves out what cannot be read, and counts it', async () => {
    const bench = await kept(['1', '2', '3']);
    const second = [...bench.table.rows.keys()].filter((key) => key.startsWith('71')).toSorted()[1] ?? '';
    bench.table.rows.set(second, Buffer.from('rubbish'));
    expect(textsOf((await bench.connected('s', 5, KEPT)).take('publish'))).toEqual(['1', '3']);
    expect(bench.store.stats()).toMatchObject({ lost: { queued: 1 }, rows: { queued: 2 } });
    await quiet();
    expect((await bench.again()).store.stats()).toMatchObject({ lost: {}, rows: { queued: 2 }, recovery: { damage: 'none' } });
  });

  test('a store that cannot be read now refuses the connection, and loses nothing', async () => {
    const bench = await kept(['1']);
    bench.table.beforeRead = () => Promise.reject(new Error('not now'));
    expect(await bench.client(5).connect({ clientId: 's', ...KEPT })).toMatchObject({ reasonCode: 0x88 });
    bench.table.beforeRead = () => undefined;
    expect(textsOf((await bench.connected('s', 5, KEPT)).take('publish'))).toEqual(['1']);
  });
});

describe('wills and expiry go on by the wall clock', () => {
  const will = (payload: string, willDelayIntervalS?: number): MqttWill => ({ topic: 'will', payload: text(payload), qos: 1, retain: false, properties: willDelayIntervalS === undefined ? {} : { willDelayIntervalS } });

  test('the will of whoever was connected is published: at once, or when its delay has passed since the start', async () => {
    const bench = await storedBench();
    const watcher = await bench.connected('w', 5, KEPT);
    await watcher.subscribe([{ filter: 'will', qos: 1 }]);
    await bench.connected('clean', 4, { will: will('clean') });
    await bench.connected('kept', 5, { ...KEPT, will: will('kept') });
    await bench.connected('late', 5, { ...KEPT, will: will('late', 60) });
    const good = await bench.connected('good', 4, { will: will('never') });
    await good.send({ type: 'disconnect', reasonCode: 0, properties: {} });
    const next = await bench.again(10_000);
    const back = await next.connected('w', 5, KEPT);
    expect(textsOf(back.take('publish')).toSorted()).toEqual(['clean', 'kept']);
    await next.clock.advance(59_000);
    expect(back.take('publish')).toEqual([]);
    await next.clock.advance(1_100);
    expect(textsOf(back.take('publish'))).toEqual(['late']);
    expect(next.store.stats().rows.wills).toBe(0);
  });

  test('a delay that had begun goes on, and ends by a connection', async () => {
    const bench = await storedBench();
    for (const [id, delay] of [['one', 30], ['two', 30], ['three', 8]] as const) await (await bench.connected(id, 5, { ...KEPT, will: will(id, delay) })).cut();
    const watcher = await bench.connected('w', 5, KEPT);
    await watcher.subscribe([{ filter: 'will', qos: 1 }]);
    const next = await bench.again(10_000);
    const back = await next.connected('w', 5, KEPT);
    expect(textsOf(back.take('publish'))).toEqual(['three']);
    await next.connected('one', 5, KEPT);
    await next.clock.advance(20_100);
    expect(textsOf(back.take('publish'))).toEqual(['two']);
  });

  test('a session expires in its time, whether the process lived or not', async () => {
    const bench = await storedBench();
    const short = { cleanStart: false, properties: { sessionExpiryIntervalS: 20 } } as const;
    for (const id of ['short', 'resumed']) await (await bench.connected(id, 5, short)).cut();
    await (await bench.connected('long', 5, KEPT)).cut();
    await bench.clock.advance(15_000);
    await bench.connected('resumed', 5, short);
    const next = await bench.again(6_000);
    expect(await next.client(5).connect({ clientId: 'short', ...short })).toMatchObject({ sessionPresent: false });
    expect(await next.client(5).connect({ clientId: 'resumed', ...short })).toMatchObject({ sessionPresent: true });
    await next.clock.advance(999_000);
    expect(await next.client(5).connect({ clientId: 'long', ...KEPT })).toMatchObject({ sessionPresent: false });
  });

  test('a session that ends takes everything with it', async () => {
    const bench = await storedBench();
    const fill = async (id: string): Promise<void> => {
      const client = await bench.connected(id, 5, { ...KEPT, will: will(id, 5_000) });
      await client.subscribe([{ filter: 't', qos: 2 }]);
      await client.send(publishOf('t', '1', 2, { packetId: 1 }), publishOf('t', '2', 1, { packetId: 2 }), publishOf('t', '3', 2, { packetId: 3 }));
      await client.cut();
    };
    for (const id of ['clean', 'zero', 'old']) await fill(id);
    const next = await bench.again();
    const nothing = { sessions: 0, subscriptions: 0, queued: 0, inFlight: 0, incoming: 0, wills: 0, retained: 0 };
    expect(next.store.stats().rows).toMatchObject({ sessions: 3, subscriptions: 3, wills: 3, incoming: 6 });
    const clean = await next.connected('clean', 5, { cleanStart: true });
    const zero = await next.connected('zero', 5, KEPT);
    await zero.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryIntervalS: 0 } });
    await clean.send({ type: 'disconnect', reasonCode: 0, properties: {} });
    await next.clock.advance(1_001_000);
    expect(next.store.stats()).toMatchObject({ rows: nothing, payloadBytes: 0 });
    expect([...next.table.rows.keys()]).toEqual(['63']);
  });
});
