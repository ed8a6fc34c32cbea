import { describe, expect, test } from 'vitest';
import type { MqttProperties } from '../../../protocols/mqtt/properties.ts';
import { ackOf, coreBench, publishOf, textsOf } from './core-client.contract.ts';

const KEPT = { cleanStart: false, properties: { sessionExpiryIntervalS: 1_000 } } as const;

describe.each([4, 5] as const)('publishing with protocol level %i', (version) => {
  test('QoS 2: copies before PUBREL are answered and not delivered, then the identifier is free', async () => {
    const bench = coreBench();
    const [publisher, subscriber] = [await bench.connected('p', version), await bench.connected('s', version)];
    await subscriber.subscribe([{ filter: '#', qos: 0 }]);
    const once = publishOf('t', 'x', 2, { packetId: 9 });
    await publisher.send(once, once, { ...once, dup: true });
    expect(publisher.take('pubrec')).toHaveLength(3);
    await publisher.send(ackOf('pubrel', 9), ackOf('pubrel', 9));
    expect(publisher.take('pubcomp').map(({ reasonCode }) => reasonCode)).toEqual(version === 5 ? [0, 0x92] : [0, 0]);
    await publisher.send(once);
    expect(textsOf(subscriber.take('publish'))).toEqual(['x', 'x']);
  });

  test('QoS 1: after PUBACK the identifier means a new message, whatever DUP says', async () => {
    const bench = coreBench();
    const [publisher, subscriber] = [await bench.connected('p', version), await bench.connected('s', version)];
    await subscriber.subscribe([{ filter: '#', qos: 0 }]);
    await publisher.send(publishOf('t', 'x', 1), publishOf('t', 'y', 1, { dup: true }));
    expect(textsOf(subscriber.take('publish'))).toEqual(['x', 'y']);
  });

  test('DUP and RETAIN of the publisher are not passed on', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', version);
    await client.subscribe([{ filter: '#', qos: 1 }]);
    await client.send(publishOf('t', 'x', 1, { dup: true, retain: true }));
    expect(client.take('publish')).toMatchObject([{ dup: false, retain: false, qos: 1 }]);
  });

  test('the outgoing QoS 2 handshake: PUBLISH, PUBREC, PUBREL, PUBCOMP; what is resent is what is due', async () => {
    const bench = coreBench();
    const first = await bench.connected('s', version, KEPT);
    await first.subscribe([{ filter: '#', qos: 2 }]);
    const publisher = await bench.connected('p', version);
    await publisher.send(publishOf('t', 'a', 2, { packetId: 1 }), publishOf('t', 'b', 2, { packetId: 2 }));
    const [a, b] = first.take('publish');
    await first.send(ackOf('pubrec', a?.packetId ?? 0));
    expect(first.take('pubrel')).toMatchObject([{ packetId: a?.packetId }]);
    await first.cut();
    const second = await bench.connected('s', version, KEPT);
    expect(second.received).toMatchObject([
      { type: 'pubrel', packetId: a?.packetId },
      { type: 'publish', packetId: b?.packetId, dup: true, qos: 2 },
    ]);
    await second.send(ackOf('pubcomp', a?.packetId ?? 0), ackOf('pubrec', b?.packetId ?? 0), ackOf('pubcomp', b?.packetId ?? 0));
    await second.cut();
    expect((await bench.connected('s', version, KEPT)).received).toEqual([]);
  });

  test('overlapping filters give one copy at the highest QoS', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', version);
    await client.subscribe([{ filter: 'a/#', qos: 0 }, { filter: 'a/b', qos: 2 }, { filter: '+/b', qos: 1 }]);
    await client.send(publishOf('a/b', 'x', 2, { packetId: 3 }));
    expect(client.take('publish')).toMatchObject([{ qos: 2 }]);
  });

  test('a right that is missing: 5.0 says so, 3.1.1 acknowledges, nobody gets it', async () => {
    const bench = coreBench({}, {
      access: { authenticate: () => ({ reasonCode: 0 }), mayPublish: (_client, topic) => Promise.resolve(topic !== 'secret'), maySubscribe: (_client, filter) => Promise.resolve(filter !== 'secret') },
    });
    const client = await bench.connected('c', version);
    const refused = version === 5 ? 0x87 : 0x80;
    expect((await client.subscribe([{ filter: '#', qos: 1 }, { filter: 'secret', qos: 1 }])).reasonCodes).toEqual([1, refused]);
    await client.send(publishOf('secret', 'x', 1), publishOf('secret', 'x', 2, { packetId: 2 }), publishOf('open', 'y', 1, { packetId: 3 }));
    const code = version === 5 ? 0x87 : 0;
    expect(client.take('puback')).toMatchObject([{ packetId: 1, reasonCode: code }, { packetId: 3, reasonCode: 0 }]);
    expect(client.take('pubrec')).toMatchObject([{ packetId: 2, reasonCode: code }]);
    expect(textsOf(client.take('publish'))).toEqual(['y']);
  });
});

describe('publishing with 5.0', () => {
  test('every forwarded property arrives unchanged, user properties in their order', async () => {
    const bench = coreBench();
    const client = await bench.connected('c');
    await client.subscribe([{ filter: 't', qos: 1 }]);
    const properties: MqttProperties = {
      payloadFormatIndicator: 1, contentType: 'text/plain', responseTopic: 'r', correlationData: Uint8Array.of(1, 2),
      userProperties: [['b', '1'], ['a', '2'], ['b', '1']], messageExpiryIntervalS: 50,
    };
    await client.send(publishOf('t', 'x', 1, { properties }));
    expect(client.take('publish')[0]?.properties).toEqual(properties);
  });

  test('PUBACK and PUBREC tell when nobody listens', async () => {
    const client = await coreBench().connected('c');
    await client.send(publishOf('t', 'x', 1), publishOf('t', 'x', 2, { packetId: 2 }));
    expect(client.take('puback')).toMatchObject([{ reasonCode: 0x10 }]);
    expect(client.take('pubrec')).toMatchObject([{ reasonCode: 0x10 }]);
  });

  test('topic aliases of the client: bound, used, rebound; unknown or too high ends the connection', async () => {
    const bench = coreBench({ topicAliasMaximum: 2 });
    const client = await bench.connected('c');
    await client.subscribe([{ filter: '#' }]);
    const aliased = (topic: string, topicAlias: number): ReturnType<typeof publishOf> => publishOf(topic, 'x', 0, { properties: { topicAlias } });
    await client.send(aliased('a', 2), aliased('', 2), aliased('b', 2), aliased('', 2));
    expect(client.take('publish').map(({ topic, properties }) => [topic, properties])).toEqual(['a', 'a', 'b', 'b'].map((topic) => [topic, {}]));
    await client.send(aliased('', 1));
    expect(client.take('disconnect')).toMatchObject([{ reasonCode: 0x82 }]);
    const second = await bench.connected('c');
    await second.send(aliased('a', 3));
    expect(second.take('disconnect')).toMatchObject([{ reasonCode: 0x94 }]);
  });

  test('topic aliases of the broker: at most as many as the client takes, none in a new connection', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', 5, { properties: { topicAliasMaximum: 1 } });
    await client.subscribe([{ filter: '#' }]);
    await client.send(publishOf('a', '1'), publishOf('a', '2'), publishOf('b', '3'));
    expect(client.take('publish').map(({ topic, properties }) => [topic, properties.topicAlias])).toEqual([['a', 1], ['', 1], ['b', undefined]]);
  });

  test('Receive Maximum of the client: that many under way, acknowledgements let the next ones out, QoS 0 passes', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', 5, { properties: { receiveMaximum: 2 } });
    await client.subscribe([{ filter: '#', qos: 2 }]);
    for (const index of [1, 2, 3, 4]) await bench.broker.publish({ topic: 't', payload: Buffer.from(String(index)), qos: index % 2 === 0 ? 2 : 1, retain: false, properties: {} });
    await bench.broker.publish({ topic: 't', payload: Buffer.from('zero'), qos: 0, retain: false, properties: {} });
    await client.send({ type: 'pingreq' });
    const under = client.take('publish');
    expect(textsOf(under)).toEqual(['1', '2', 'zero']);
    expect(client.take('pingresp')).toHaveLength(1);
    await client.send(ackOf('puback', under[0]?.packetId ?? 0));
    expect(textsOf(client.take('publish'))).toEqual(['3']);
    await client.send(ackOf('pubrec', under[1]?.packetId ?? 0));
    expect(client.take('publish')).toEqual([]);
    await client.send(ackOf('pubcomp', under[1]?.packetId ?? 0));
    expect(textsOf(client.take('publish'))).toEqual(['4']);
  });

  test('Receive Maximum holds for what is sent again too; a PUBREL of an earlier connection gives no quota back', async () => {
    const bench = coreBench();
    const first = await bench.connected('c', 5, KEPT);
    await first.subscribe([{ filter: '#', qos: 2 }]);
    for (const text of ['1', '2', '3']) await bench.broker.publish({ topic: 't', payload: Buffer.from(text), qos: 2, retain: false, properties: {} });
    await first.send({ type: 'pingreq' });
    const [one, two] = first.take('publish').map(({ packetId = 0 }) => packetId);
    await first.send(ackOf('pubrec', one ?? 0));
    await first.cut();
    const second = await bench.connected('c', 5, { cleanStart: false, properties: { ...KEPT.properties, receiveMaximum: 1 } });
    expect(second.take('pubrel')).toHaveLength(1);
    expect(textsOf(second.take('publish'))).toEqual(['2']);
    await second.send(ackOf('pubcomp', one ?? 0));
    expect(second.take('publish')).toEqual([]);
    await second.send(ackOf('pubrec', two ?? 0), ackOf('pubcomp', two ?? 0));
    expect(second.take('publish')).toMatchObject([{ dup: true }]);
  });

  test('Receive Maximum of the broker: one QoS 2 message too many ends the connection with 0x93', async () => {
    const client = await coreBench({ receiveMaximum: 2 }).connected('c');
    await client.send(publishOf('t', '1', 2, { packetId: 1 }), publishOf('t', '2', 2, { packetId: 2 }));
    await client.send(ackOf('pubrel', 1), publishOf('t', '3', 2, { packetId: 3 }));
    expect(client.isClosed()).toBe(false);
    await client.send(publishOf('t', '4', 2, { packetId: 4 }));
    expect(client.take('disconnect')).toMatchObject([{ reasonCode: 0x93 }]);
  });

  test('PUBACK and PUBREC with a failure end the message', async () => {
    const bench = coreBench();
    const first = await bench.connected('c', 5, KEPT);
    await first.subscribe([{ filter: '#', qos: 2 }]);
    await first.send(publishOf('t', '1', 1), publishOf('t', '2', 2, { packetId: 2 }));
    const [one, two] = first.take('publish');
    await first.send(ackOf('puback', one?.packetId ?? 0, 0x80), ackOf('pubrec', two?.packetId ?? 0, 0x87));
    expect(first.take('pubrel')).toEqual([]);
    await first.cut();
    expect((await bench.connected('c', 5, KEPT)).received).toEqual([]);
  });

  test('a message larger than the client takes is left out, the next one comes', async () => {
    const bench = coreBench();
    const client = await bench.connected('c', 5, { properties: { maximumPacketSizeBytes: 40 } });
    await client.subscribe([{ filter: '#', qos: 2 }]);
    for (const payload of ['x'.repeat(50), 'small']) await bench.broker.publish({ topic: 't', payload: Buffer.from(payload), qos: 2, retain: false, properties: {} });
    await client.send({ type: 'pingreq' });
    expect(textsOf(client.take('publish'))).toEqual(['small']);
    expect(bench.broker.counts().refused).toMatchObject({ 'too-large-for-client': 1 });
  });

  test('Message Expiry Interval: what is left is passed on; what has passed is not delivered', async () => {
    const bench = coreBench();
    const first = await bench.connected('c', 5, KEPT);
    await first.subscribe([{ filter: '#', qos: 1 }]);
    await first.cut();
    const publisher = await bench.connected('p');
    await publisher.send(publishOf('t', 'short', 1, { properties: { messageExpiryIntervalS: 5 } }), publishOf('t', 'long', 1, { properties: { messageExpiryIntervalS: 60 } }));
    await publisher.send(publishOf('r', 'short', 0, { retain: true, properties: { messageExpiryIntervalS: 5 } }));
    await bench.clock.advance(10_500);
    const second = await bench.connected('c', 5, KEPT);
    expect(second.take('publish')).toMatchObject([{ properties: { messageExpiryIntervalS: 50 } }]);
    await second.subscribe([{ filter: 'r' }]);
    expect(second.take('publish')).toEqual([]);
  });

  test('a reason string is left out where the client does not want it or cannot take it', async () => {
    const bench = coreBench();
    const long = await bench.connected('c', 5, { properties: { maximumPacketSizeBytes: 20 } });
    await long.send(publishOf('', 'x', 0, { properties: { topicAlias: 5 } }));
    expect(long.take('disconnect')).toMatchObject([{ reasonCode: 0x82, properties: {} }]);
  });
});
