import { describe, expect, test } from 'vitest';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import { ackOf, coreBench, publishOf, textsOf, type CoreClient } from './core-client.contract.ts';

const KEPT = { cleanStart: false, properties: { sessionExpiryIntervalS: 1_000 } } as const;
const unsubscribe = (client: CoreClient, ...filters: string[]): Promise<void> => client.send({ type: 'unsubscribe', packetId: 7, filters, properties: NO_PROPERTIES });

describe.each([4, 5] as const)('subscribing with protocol level %i', (version) => {
  test('codes in the order of the filters, retained messages after SUBACK with RETAIN 1', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', version);
    await client.send(publishOf('r', 'kept', 1, { retain: true }), publishOf('gone', 'x', 0, { retain: true }), publishOf('gone', '', 0, { retain: true }));
    client.received.length = 0;
    await client.send({ type: 'subscribe', packetId: 5, subscriptions: [{ filter: 'a', qos: 2 }, { filter: '#', qos: 0 }, { filter: 'b', qos: 1 }], properties: NO_PROPERTIES });
    expect(client.received).toMatchObject([{ type: 'suback', packetId: 5, reasonCodes: [2, 0, 1] }, { type: 'publish', topic: 'r', retain: true, qos: 0 }]);
    expect(client.received).toHaveLength(2);
  });

  test('the same filter again replaces the subscription and sends retained messages again', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', version);
    await client.send(publishOf('r', 'kept', 1, { retain: true }));
    await client.subscribe([{ filter: 'r', qos: 0 }]);
    await client.subscribe([{ filter: 'r', qos: 1 }]);
    expect(client.take('publish').map(({ qos }) => qos)).toEqual([0, 1]);
    await client.send(publishOf('r', 'new', 1, { packetId: 2 }));
    expect(client.take('publish')).toHaveLength(1);
  });

  test('UNSUBSCRIBE compares byte for byte and is always answered', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', version);
    await client.subscribe([{ filter: 'a/+' }, { filter: 'b' }]);
    await unsubscribe(client, 'a/b', 'b', 'a/+/');
    expect(client.take('unsuback')).toMatchObject([{ packetId: 7, reasonCodes: version === 5 ? [0x11, 0, 0x11] : [] }]);
    await client.send(publishOf('a/b', 'yes'), publishOf('b', 'no'));
    expect(textsOf(client.take('publish'))).toEqual(['yes']);
  });

  test('what was begun before UNSUBSCRIBE is completed', async () => {
    const bench = coreBench();
    const first = await bench.connected('c', version, KEPT);
    await first.subscribe([{ filter: 't', qos: 2 }]);
    await first.send(publishOf('t', 'x', 2));
    const [begun] = first.take('publish');
    await unsubscribe(first, 't');
    await first.cut();
    const second = await bench.connected('c', version, KEPT);
    expect(second.take('publish')).toMatchObject([{ packetId: begun?.packetId, dup: true }]);
  });

  test.each([
    [{ wildcardSubscriptionAvailable: false }, 'a/+', 0xa2],
    [{ sharedSubscriptionAvailable: false }, '$share/g/a', 0x9e],
    [{ subscriptionsPerClientMax: 0 }, 'a', 0x97],
    [{ topicLevelsMax: 2 }, 'a/b/c', 0x97],
  ])('what the broker does not have is refused: %o', async (options, filter, code) => {
    const client = await coreBench(options).connected('c', version);
    expect((await client.subscribe([{ filter }])).reasonCodes).toEqual([version === 5 ? code : 0x80]);
  });

  test('a shared subscription gives each message to one member in turn', async () => {
    const bench = coreBench();
    const members = [await bench.connected('a', version), await bench.connected('b', version)];
    for (const member of members) await member.subscribe([{ filter: '$share/g/t/#', qos: 0 }, { filter: 't/all', qos: 0 }]);
    const publisher = await bench.connected('p', version);
    await publisher.send(...['1', '2', '3', '4'].map((text) => publishOf('t/x', text)), publishOf('t/all', 'all'));
    const [a, b] = members.map((member) => textsOf(member.take('publish')));
    expect(a?.filter((text) => text !== 'all')).toEqual(['1', '3']);
    expect(b?.filter((text) => text !== 'all')).toEqual(['2', '4']);
    expect([...(a ?? []), ...(b ?? [])].filter((text) => text === 'all')).toHaveLength(3);
  });
});

describe('subscription options of 5.0', () => {
  test('No Local, Retain As Published, identifiers of all matching subscriptions', async () => {
    const bench = coreBench();
    const client = await bench.connected('c');
    await client.subscribe([{ filter: 'own', noLocal: true }, { filter: 'x/#', retainAsPublished: true }], { subscriptionIdentifiers: [3] });
    await client.subscribe([{ filter: 'x/y' }], { subscriptionIdentifiers: [268_435_455] });
    await client.subscribe([{ filter: 'x/+' }]);
    await client.send(publishOf('own', 'no'), publishOf('x/y', 'yes', 0, { retain: true }));
    const [only, ...others] = client.take('publish');
    expect(others).toEqual([]);
    expect(only).toMatchObject({ topic: 'x/y', retain: true });
    expect(only?.properties.subscriptionIdentifiers?.toSorted((a, b) => a - b)).toEqual([3, 268_435_455]);
  });

  test('Retain Handling', async () => {
    const bench = coreBench();
    const client = await bench.connected('c');
    await client.send(publishOf('r', 'kept', 0, { retain: true }));
    const sentFor = async (retainHandling: 0 | 1 | 2): Promise<number> => {
      await client.subscribe([{ filter: 'r', retainHandling }]);
      return client.take('publish').length;
    };
    expect([await sentFor(2), await sentFor(1), await sentFor(0)]).toEqual([0, 0, 1]);
    await unsubscribe(client, 'r');
    expect([await sentFor(1), await sentFor(1)]).toEqual([1, 0]);
  });

  test('shared: no retained messages, No Local is a protocol error', async () => {
    const bench = coreBench();
    const client = await bench.connected('c');
    await client.send(publishOf('r', 'kept', 0, { retain: true }));
    await client.subscribe([{ filter: '$share/g/r' }]);
    expect(client.take('publish')).toEqual([]);
    await client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '$share/g/r', noLocal: true }], properties: NO_PROPERTIES });
    expect(client.take('disconnect')).toMatchObject([{ reasonCode: 0x82 }]);
  });

  test('shared: begun QoS 2 stays with its member, QoS 1 goes on when the session ends, a refusal ends it', async () => {
    const bench = coreBench();
    const share = [{ filter: '$share/g/t', qos: 2 as const }];
    const first = await bench.connected('a', 5, { properties: { sessionExpiryIntervalS: 10 } });
    await first.subscribe(share);
    const publisher = await bench.connected('p');
    await publisher.send(publishOf('t', 'two', 2, { packetId: 1 }), publishOf('t', 'one', 1, { packetId: 2 }), publishOf('t', 'refused', 1, { packetId: 3 }));
    await first.send(ackOf('puback', first.take('publish')[2]?.packetId ?? 0, 0x80));
    await first.cut();
    const second = await bench.connected('b');
    await second.subscribe(share);
    expect(second.take('publish')).toEqual([]);
    await bench.clock.advance(11_000);
    expect(textsOf(second.take('publish'))).toEqual(['one']);
  });

  test('shared: nobody connected, the message waits for an absent member', async () => {
    const bench = coreBench();
    const first = await bench.connected('a', 5, KEPT);
    await first.subscribe([{ filter: '$share/g/t', qos: 1 }]);
    await first.cut();
    await (await bench.connected('p')).send(publishOf('t', 'x', 1));
    expect(textsOf((await bench.connected('a', 5, KEPT)).take('publish'))).toEqual(['x']);
  });

  test('a broker without subscription identifiers refuses them', async () => {
    const client = await coreBench({ subscriptionIdentifierAvailable: false }).connected('c');
    expect((await client.subscribe([{ filter: 'a' }], { subscriptionIdentifiers: [1] })).reasonCodes).toEqual([0xa1]);
  });
});
