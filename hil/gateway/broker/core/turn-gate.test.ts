import { describe, expect, test } from 'vitest';
import type { BrokerStore, StoreChange } from './broker-store.ts';
import { ackOf, coreBench, publishOf, quiet, textsOf } from './core-client.contract.ts';

const KEPT = { cleanStart: false, properties: { sessionExpiryIntervalS: 1_000 } } as const;

/** A store whose commits end when the test says so. */
function slowStore(): BrokerStore & { readonly changes: StoreChange[]; readonly commits: { resolve: () => void; reject: (error: Error) => void }[]; isSlow: boolean } {
  const store = {
    changes: [] as StoreChange[],
    commits: [] as { resolve: () => void; reject: (error: Error) => void }[],
    isSlow: false,
    record: (change: StoreChange) => void store.changes.push(change),
    commit: () => (store.isSlow ? new Promise<void>((resolve, reject) => store.commits.push({ resolve, reject })) : undefined),
  };
  return store;
}

describe('what is acknowledged is stored', () => {
  test.each([
    ['PUBACK', publishOf('t', 'x', 1), 'puback'],
    ['PUBREC', publishOf('t', 'x', 2), 'pubrec'],
  ] as const)('%s waits for the commit, and so does the delivery', async (_name, packet, type) => {
    const store = slowStore();
    const bench = coreBench({}, { store });
    const subscriber = await bench.connected('s', 5, KEPT);
    await subscriber.subscribe([{ filter: 't', qos: 2 }]);
    const publisher = await bench.connected('p');
    store.isSlow = true;
    await publisher.send(packet);
    expect(publisher.take(type)).toEqual([]);
    expect(subscriber.take('publish')).toEqual([]);
    store.commits[0]?.resolve();
    await quiet();
    expect(publisher.take(type)).toHaveLength(1);
    expect(textsOf(subscriber.take('publish'))).toEqual(['x']);
  });

  test('answers keep their order, whichever commit is done first', async () => {
    const store = slowStore();
    const bench = coreBench({}, { store });
    const subscriber = await bench.connected('s', 5, KEPT);
    await subscriber.subscribe([{ filter: 't', qos: 1 }]);
    const publisher = await bench.connected('p');
    store.isSlow = true;
    await publisher.send(publishOf('t', '1', 1, { packetId: 1 }));
    await publisher.send(publishOf('t', '2', 1, { packetId: 2 }));
    store.commits[1]?.resolve();
    await publisher.send({ type: 'pingreq' });
    expect(publisher.received).toEqual([]);
    store.commits[0]?.resolve();
    await quiet();
    expect(publisher.take('puback').map(({ packetId }) => packetId)).toEqual([1, 2]);
    expect(textsOf(subscriber.take('publish'))).toEqual(['1', '2']);
  });

  test('what could not be stored is stored before a turn without changes says anything', async () => {
    const store = slowStore();
    const bench = coreBench({}, { store });
    const [publisher, first, second] = [await bench.connected('p'), await bench.connected('f'), await bench.connected('s')];
    store.isSlow = true;
    await publisher.send(publishOf('r', 'x', 1, { retain: true }));
    // Nothing is changed by a subscription of a clean session, but it is told what is retained.
    await first.subscribe([{ filter: 'r', qos: 0 }]).catch(() => undefined);
    store.commits[0]?.reject(new Error('disk full'));
    await quiet();
    expect([publisher.isClosed(), first.isClosed(), first.received]).toEqual([true, true, []]);
    await second.subscribe([{ filter: 'r', qos: 0 }]).catch(() => undefined);
    expect([store.commits.length, second.received]).toEqual([2, []]);
    store.commits[1]?.resolve();
    await quiet();
    expect(textsOf(second.take('publish'))).toEqual(['x']);
  });

  test('a commit that fails ends the connections that wait for it, without an acknowledgement', async () => {
    const store = slowStore();
    const bench = coreBench({}, { store });
    const subscriber = await bench.connected('s', 5, KEPT);
    await subscriber.subscribe([{ filter: 't', qos: 1 }]);
    const [publisher, witness] = [await bench.connected('p'), await bench.connected('w')];
    store.isSlow = true;
    await publisher.send(publishOf('t', 'x', 1));
    store.isSlow = false;
    store.commits[0]?.reject(new Error('disk full'));
    await quiet();
    expect(publisher.received).toEqual([]);
    expect([publisher.isClosed(), subscriber.isClosed(), witness.isClosed()]).toEqual([true, true, false]);
    expect(bench.broker.counts().refused).toMatchObject({ 'store-failed': 2 });
  });

  test('every change of a kept session is recorded, none of one that ends with its connection', async () => {
    const store = slowStore();
    const bench = coreBench({}, { store });
    const client = await bench.connected('c', 5, KEPT);
    await client.subscribe([{ filter: 't', qos: 2 }]);
    await client.send(publishOf('t', 'x', 2, { packetId: 4 }));
    await client.send(ackOf('pubrel', 4), ackOf('pubrec', 1), ackOf('pubcomp', 1));
    await client.cut();
    expect(store.changes.map(({ kind }) => kind)).toEqual([
      'session', 'subscription', 'incoming', 'queued', 'sent', 'incoming-gone', 'released', 'settled', 'session-left',
    ]);
    store.changes.length = 0;
    const clean = await bench.connected('clean');
    await clean.subscribe([{ filter: 'u', qos: 2 }]);
    await clean.send(publishOf('u', 'x', 2));
    expect(store.changes).toEqual([]);
    await clean.send(publishOf('r', 'x', 0, { retain: true }), publishOf('r', '', 0, { retain: true }));
    expect(store.changes.map(({ kind }) => kind)).toEqual(['retained', 'retained-gone']);
  });

  test('one write for each connection and turn', async () => {
    const bench = coreBench();
    const client = await bench.connected('c');
    await client.subscribe([{ filter: '#', qos: 1 }]);
    const chunks: number[] = [];
    client.link.onBytes((chunk) => chunks.push(chunk.byteLength));
    await client.send(...Array.from({ length: 50 }, (_item, index) => publishOf('t', 'x', 1, { packetId: index + 1 })));
    expect(chunks).toHaveLength(1);
  });
});
