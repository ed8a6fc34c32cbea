import { describe, expect, test } from 'vitest';
import type { MqttWill } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../protocols/mqtt/properties.ts';
import { coreBench, publishOf, textsOf, type CoreBench, type CoreClient } from './core-client.contract.ts';

const disconnect = (client: CoreClient, reasonCode = 0, properties: MqttProperties = NO_PROPERTIES): Promise<void> => client.send({ type: 'disconnect', reasonCode, properties });
const willOf = (text: string, properties: MqttProperties = NO_PROPERTIES, more: Partial<MqttWill> = {}): MqttWill =>
  ({ topic: 'will', payload: Buffer.from(text), qos: 1, retain: false, properties, ...more });

async function watcher(bench: CoreBench): Promise<CoreClient> {
  const client = await bench.connected('watcher');
  await client.subscribe([{ filter: '#', qos: 2, retainAsPublished: true }]);
  return client;
}

describe('sessions', () => {
  test.each([
    ['3.1.1 clean', 4, { cleanStart: true }, false],
    ['3.1.1 kept', 4, { cleanStart: false }, true],
    ['5.0 without expiry', 5, { cleanStart: false }, false],
    ['5.0 with expiry', 5, { cleanStart: true, properties: { sessionExpiryIntervalS: 30 } }, true],
  ] as const)('%s', async (_name, version, fields, isPresent) => {
    const bench = coreBench();
    const first = await bench.connected('c', version, fields);
    await first.subscribe([{ filter: '#', qos: 1 }]);
    await disconnect(first);
    await bench.broker.publish({ topic: 't', payload: Buffer.from('missed'), qos: 1, retain: false, properties: {} });
    const second = bench.client(version);
    expect(await second.connect({ clientId: 'c', cleanStart: false })).toMatchObject({ sessionPresent: isPresent });
    expect(textsOf(second.take('publish'))).toEqual(isPresent ? ['missed'] : []);
  });

  test('a session of 3.1.1 goes on in 5.0, and back', async () => {
    const bench = coreBench();
    const first = await bench.connected('c', 4, { cleanStart: false });
    await first.subscribe([{ filter: '#', qos: 1 }]);
    await disconnect(first);
    const second = bench.client(5);
    expect(await second.connect({ clientId: 'c', cleanStart: false, properties: { sessionExpiryIntervalS: 9 } })).toMatchObject({ sessionPresent: true });
    await second.send(publishOf('t', 'x', 1, { properties: { contentType: 'c' } }));
    expect(second.take('publish')).toHaveLength(1);
    await second.cut();
    const third = await bench.connected('c', 4, { cleanStart: false });
    expect(third.take('publish')).toMatchObject([{ dup: true, properties: {} }]);
  });

  test('it ends when its interval has passed, not before; DISCONNECT may change the interval', async () => {
    const bench = coreBench();
    const fields = { cleanStart: false, properties: { sessionExpiryIntervalS: 10 } };
    await disconnect(await bench.connected('c', 5, fields));
    await bench.clock.advance(9_000);
    const again = bench.client();
    expect(await again.connect({ clientId: 'c', ...fields })).toMatchObject({ sessionPresent: true });
    await disconnect(again, 0, { sessionExpiryIntervalS: 20 });
    await bench.clock.advance(19_000);
    expect(bench.broker.sessionCount()).toBe(1);
    await bench.clock.advance(2_000);
    expect(bench.broker.sessionCount()).toBe(0);
  });

  test('an interval in DISCONNECT after 0 in CONNECT is a protocol error', async () => {
    const client = await coreBench().connected('c');
    await disconnect(client, 0, { sessionExpiryIntervalS: 5 });
    expect(client.take('disconnect')).toMatchObject([{ reasonCode: 0x82 }]);
  });

  test('absent sessions have a bound: the longest absent one goes', async () => {
    const bench = coreBench({ absentSessionsMax: 2 });
    for (const id of ['a', 'b', 'c']) await disconnect(await bench.connected(id, 4, { cleanStart: false }));
    expect(bench.broker.sessionCount()).toBe(2);
    expect(await bench.client(4).connect({ clientId: 'a', cleanStart: false })).toMatchObject({ sessionPresent: false });
  });
});

describe('wills', () => {
  test.each([
    ['a cut', (client: CoreClient) => client.cut(), true],
    ['DISCONNECT 0', (client: CoreClient) => disconnect(client), false],
    ['DISCONNECT 4', (client: CoreClient) => disconnect(client, 4), true],
    ['a violation', (client: CoreClient) => client.sendBytes(Uint8Array.of(0xf1, 0)), true],
  ] as const)('after %s', async (_name, end, isPublished) => {
    const bench = coreBench();
    const watching = await watcher(bench);
    const properties: MqttProperties = { contentType: 'x', userProperties: [['k', '2'], ['k', '1']] };
    await end(await bench.connected('c', 5, { will: willOf('gone', properties, { retain: true }) }));
    expect(watching.take('publish')).toMatchObject(isPublished ? [{ topic: 'will', qos: 1, retain: true, properties }] : []);
    await bench.clock.advance(100_000);
    expect(watching.take('publish')).toEqual([]);
  });

  test('the delay: published when it has passed, and not when the client is back before', async () => {
    const bench = coreBench();
    const watching = await watcher(bench);
    const fields = { cleanStart: false, properties: { sessionExpiryIntervalS: 100 }, will: willOf('late', { willDelayIntervalS: 10 }) };
    await (await bench.connected('c', 5, fields)).cut();
    await bench.clock.advance(9_000);
    const back = await bench.connected('c', 5, fields);
    await bench.clock.advance(9_000);
    expect(watching.take('publish')).toEqual([]);
    await back.cut();
    await bench.clock.advance(11_000);
    const [published] = watching.take('publish');
    expect(published?.properties).toEqual({});
  });

  test('a client that comes back without a will has none', async () => {
    const bench = coreBench();
    const watching = await watcher(bench);
    const kept = { cleanStart: false, properties: { sessionExpiryIntervalS: 100 } };
    await (await bench.connected('c', 5, { ...kept, will: willOf('old', { willDelayIntervalS: 50 }) })).cut();
    await (await bench.connected('c', 5, kept)).cut();
    await bench.clock.advance(200_000);
    expect(watching.take('publish')).toEqual([]);
  });

  test('the end of the session publishes it before the delay: by expiry, or by Clean Start', async () => {
    const bench = coreBench();
    const watching = await watcher(bench);
    const will = willOf('early', { willDelayIntervalS: 1_000 });
    await (await bench.connected('a', 5, { properties: { sessionExpiryIntervalS: 5 }, will })).cut();
    await bench.clock.advance(6_000);
    expect(watching.take('publish')).toHaveLength(1);
    await (await bench.connected('b', 5, { properties: { sessionExpiryIntervalS: 500 }, will })).cut();
    await bench.connected('b');
    expect(watching.take('publish')).toHaveLength(1);
  });
});
