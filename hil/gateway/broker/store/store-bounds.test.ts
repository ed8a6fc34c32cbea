import { describe, expect, test } from 'vitest';
import { ackOf, publishOf, quiet, textsOf } from '../core/core-client.contract.ts';
import { storedBench } from './stored-bench.contract.ts';

const KEPT = { cleanStart: false, properties: { sessionExpiryIntervalS: 1_000 } } as const;

describe('a store that is full', () => {
  test('refuses QoS 1 and 2, retained messages and new sessions, and takes them again when there is room', async () => {
    const bench = await storedBench({ store: { messagesMax: 3 } });
    const subscriber = await bench.connected('s', 5, KEPT);
    await subscriber.subscribe([{ filter: 't', qos: 1 }]);
    await subscriber.cut();
    const [five, three, live] = [await bench.connected('five', 5), await bench.connected('three', 4), await bench.connected('live', 5)];
    await live.subscribe([{ filter: '#', qos: 0 }]);
    await five.send(publishOf('r', 'old', 1, { retain: true }), publishOf('t', '1', 1), publishOf('t', '2', 1), publishOf('t', '3', 1), publishOf('t', '4', 2), publishOf('r', 'new', 0, { retain: true }));
    expect(five.take('puback').map(({ reasonCode }) => reasonCode)).toEqual([0, 0, 0, 0x97]);
    expect(five.take('pubrec').map(({ reasonCode }) => reasonCode)).toEqual([0x97]);
    expect(textsOf(live.take('publish'))).toEqual(['old', '1', '2', 'new']);
    expect(bench.store.stats().rows).toMatchObject({ retained: 0, queued: 2 });
    await five.send(publishOf('t', '5', 1));
    await three.send(publishOf('t', '6', 1));
    expect(three.isClosed()).toBe(true);
    expect(await bench.client(5).connect({ clientId: 'n', ...KEPT })).toMatchObject({ reasonCode: 0x97 });
    expect(await bench.client(4).connect({ clientId: 'n', cleanStart: false })).toMatchObject({ reasonCode: 3 });
    expect(await bench.client(5).connect({ clientId: 'clean' })).toMatchObject({ reasonCode: 0 });
    expect(bench.broker.counts().refused).toMatchObject({ 'store-full': 6 });

    const back = await bench.connected('s', 5, KEPT);
    for (const { packetId } of back.take('publish')) await back.send(ackOf('puback', packetId ?? 0));
    await five.send(publishOf('t', '7', 1));
    expect(five.take('puback').map(({ reasonCode }) => reasonCode).at(-1)).toBe(0);
    expect(textsOf(back.take('publish'))).toEqual(['7']);
  });

  test('has a bound on bytes too', async () => {
    const bench = await storedBench({ store: { bytesMax: 100 } });
    const publisher = await bench.connected('p');
    await publisher.send(publishOf('a', 'x'.repeat(100), 1, { retain: true }), publishOf('b', 'x', 1, { retain: true }));
    expect(publisher.take('puback').map(({ reasonCode }) => reasonCode)).toEqual([0x10, 0x97]);
  });
});

describe('a store that cannot be written', () => {
  test('nothing is acknowledged, nobody is let in, and what came before is stored first when it can be written again', async () => {
    const bench = await storedBench();
    const subscriber = await bench.connected('s', 5, KEPT);
    await subscriber.subscribe([{ filter: 't', qos: 2 }]);
    const publisher = await bench.connected('p', 5, KEPT);
    const own: string[] = [];
    bench.broker.onAccepted(({ topic, qos }) => own.push(`${topic} ${qos}`));
    bench.table.failsToWrite = true;
    await publisher.send(publishOf('t', 'x', 2, { packetId: 5 }));
    expect([publisher.isClosed(), publisher.received, subscriber.isClosed(), subscriber.received]).toEqual([true, [], true, []]);
    for (const version of [4, 5] as const) {
      expect(await bench.client(version).connect({ clientId: 'p' })).toMatchObject({ reasonCode: version === 5 ? 0x88 : 3 });
    }
    await bench.broker.publish({ topic: 'own', payload: Buffer.from('x'), qos: 1, retain: false, properties: {} });
    expect(own).toEqual(['t 2', 'own 0']);
    expect(bench.store.stats()).toMatchObject({ failure: 'No space left on device' });

    bench.table.failsToWrite = false;
    await bench.clock.advance(1_100);
    await quiet();
    expect(bench.store.stats()).toMatchObject({ failure: undefined, rows: { queued: 1, incoming: 1 } });
    // The client did not hear PUBREC, so it sends again: that is the same message.
    const again = await bench.connected('p', 5, KEPT);
    await again.send(publishOf('t', 'x', 2, { packetId: 5, dup: true }));
    expect(again.take('pubrec')).toHaveLength(1);
    const next = await bench.again();
    const back = await next.connected('s', 5, KEPT);
    expect(textsOf(back.take('publish'))).toEqual(['x']);
  });

  test('a copy that changes nothing is not acknowledged either, before the message is stored', async () => {
    const bench = await storedBench();
    const publisher = await bench.connected('p', 5, KEPT);
    let release: () => void = () => undefined;
    bench.table.beforeWrite = () => new Promise((resolve) => (release = resolve));
    await publisher.send(publishOf('t', 'x', 2, { packetId: 5 }));
    const rival = bench.client(5);
    void rival.connect({ clientId: 'p', ...KEPT }).catch(() => undefined);
    await quiet();
    await rival.send(publishOf('t', 'x', 2, { packetId: 5, dup: true }));
    expect(rival.received).toEqual([]);
    bench.table.failsToWrite = true;
    bench.table.beforeWrite = () => undefined;
    release();
    await quiet();
    expect(rival.take('pubrec')).toEqual([]);
    expect(rival.isClosed()).toBe(true);
  });
});
