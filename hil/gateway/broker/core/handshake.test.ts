import { describe, expect, test } from 'vitest';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import type { AuthenticationStep } from './enhanced-authentication.ts';
import { coreBench, publishOf, quiet, textsOf } from './core-client.contract.ts';

const VERSIONS = [4, 5] as const;

describe.each(VERSIONS)('connecting with protocol level %i', (version) => {
  test('CONNACK comes first, with session present 0 for a new session', async () => {
    const client = coreBench().client(version);
    expect(await client.connect()).toMatchObject({ sessionPresent: false, reasonCode: 0 });
  });

  test('a second CONNECT ends the connection', async () => {
    const bench = coreBench();
    const client = await bench.connected('a', version);
    await client.send({ type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 0, clientId: 'a', properties: NO_PROPERTIES });
    expect(client.isClosed()).toBe(true);
    expect(client.received).toMatchObject(version === 5 ? [{ type: 'disconnect', reasonCode: 0x82 }] : []);
  });

  test('what comes with CONNECT in one chunk is taken after it', async () => {
    const client = coreBench().client(version);
    const connect = { type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 0, clientId: 'a', properties: NO_PROPERTIES } as const;
    await client.send(connect, { type: 'pingreq' }, publishOf('t', 'x', 1));
    expect(client.received.map(({ type }) => type)).toEqual(['connack', 'pingresp', 'puback']);
  });

  test('a takeover ends the earlier connection and keeps the session', async () => {
    const bench = coreBench();
    const kept = version === 5 ? { properties: { sessionExpiryIntervalS: 60 } } : {};
    const first = await bench.connected('a', version, { cleanStart: false, ...kept });
    await first.subscribe([{ filter: 't', qos: 1 }]);
    const second = bench.client(version);
    expect(await second.connect({ clientId: 'a', cleanStart: false, ...kept })).toMatchObject({ sessionPresent: true });
    expect(first.isClosed()).toBe(true);
    expect(first.received).toMatchObject(version === 5 ? [{ type: 'disconnect', reasonCode: 0x8e }] : []);
    await second.send(publishOf('t', 'x', 1));
    expect(textsOf(second.take('publish'))).toEqual(['x']);
    expect(bench.broker.counts().connectedClients).toBe(1);
  });

  test('Keep Alive: silence of one and a half of it ends the connection, packets do not', async () => {
    const bench = coreBench();
    const client = await bench.connected('a', version, { keepAliveS: 10 });
    for (let round = 0; round < 5; round += 1) {
      await bench.clock.advance(14_000);
      await client.send({ type: 'pingreq' });
    }
    expect(client.take('pingresp')).toHaveLength(5);
    await bench.clock.advance(14_900);
    expect(client.isClosed()).toBe(false);
    await bench.clock.advance(200);
    expect(client.isClosed()).toBe(true);
    expect(client.received).toMatchObject(version === 5 ? [{ type: 'disconnect', reasonCode: 0x8d }] : []);
  });

  test('no CONNECT in time ends the connection without a word', async () => {
    const bench = coreBench({ connectTimeoutMs: 500 });
    const client = bench.client(version);
    await bench.clock.advance(499);
    expect(client.isClosed()).toBe(false);
    await bench.clock.advance(2);
    expect(client.isClosed()).toBe(true);
    expect(client.received).toEqual([]);
  });

  test('an authority that refuses, later, gets its answer and nothing else is processed', async () => {
    const bench = coreBench({}, {
      access: { authenticate: () => Promise.resolve({ reasonCode: 0x86, reasonString: 'no' }), mayPublish: () => true, maySubscribe: () => true },
    });
    const client = bench.client(version);
    const connect = { type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 0, clientId: 'a', properties: NO_PROPERTIES } as const;
    await client.send(connect, publishOf('t', 'x', 1));
    expect(client.received).toMatchObject([{ type: 'connack', reasonCode: version === 5 ? 0x86 : 4, properties: version === 5 ? { reasonString: 'no' } : {} }]);
    expect(client.isClosed()).toBe(true);
    expect(bench.broker.counts().messagesAccepted).toBe(0);
  });

  test('an authority that fails refuses', async () => {
    const bench = coreBench({}, { access: { authenticate: () => Promise.reject(new Error('down')), mayPublish: () => true, maySubscribe: () => true } });
    const client = bench.client(version);
    expect(await client.connect()).toMatchObject({ reasonCode: version === 5 ? 0x88 : 3 });
    expect(client.isClosed()).toBe(true);
  });

  test.each([{ maximumQos: 1 } as const, { retainAvailable: false }])('a will that cannot be served is refused: %o', async (options) => {
    const client = coreBench(options).client(version);
    const will = { topic: 'w', payload: Buffer.from('x'), qos: 2, retain: true, properties: NO_PROPERTIES } as const;
    const answer = client.connect({ will });
    if (version === 4) await expect(answer).rejects.toThrow('no CONNACK');
    else expect(await answer).toMatchObject({ reasonCode: 'maximumQos' in options ? 0x9b : 0x9a });
    expect(client.isClosed()).toBe(true);
  });
});

describe('CONNACK of 5.0', () => {
  test('tells what the broker lacks, and nothing that the standard presumes', async () => {
    const full = await coreBench({ receiveMaximum: 65_535, topicAliasMaximum: 0 }).client().connect();
    expect(full.properties).toEqual({ maximumPacketSizeBytes: 1_048_576 });
    const lean = coreBench({
      maximumQos: 1, retainAvailable: false, wildcardSubscriptionAvailable: false, subscriptionIdentifierAvailable: false, sharedSubscriptionAvailable: false,
      receiveMaximum: 5, topicAliasMaximum: 3, keepAliveMaxS: 30, sessionExpiryMaxS: 100, responseInformation: 'answers/',
    }).client();
    const { properties } = await lean.connect({ clientId: '', keepAliveS: 0, properties: { sessionExpiryIntervalS: 0xffff_ffff, requestResponseInformation: true } });
    expect(properties).toEqual({
      maximumQos: 1, retainAvailable: false, wildcardSubscriptionAvailable: false, subscriptionIdentifierAvailable: false, sharedSubscriptionAvailable: false,
      receiveMaximum: 5, topicAliasMaximum: 3, serverKeepAliveS: 30, sessionExpiryIntervalS: 100, responseInformation: 'answers/',
      maximumPacketSizeBytes: 1_048_576, assignedClientIdentifier: expect.stringMatching(/^auto-[0-9a-f]{16}$/u),
    });
  });

  test('an unknown authentication method is refused with 0x8C', async () => {
    const client = coreBench().client();
    expect(await client.connect({ properties: { authenticationMethod: 'X' } })).toMatchObject({ reasonCode: 0x8c });
    expect(client.isClosed()).toBe(true);
  });

  test('a refusal may send the client elsewhere', async () => {
    const decision = { reasonCode: 0x9c, serverReference: 'other:1883' };
    const client = coreBench({}, { access: { authenticate: () => decision, mayPublish: () => true, maySubscribe: () => true } }).client();
    expect(await client.connect()).toMatchObject({ reasonCode: 0x9c, properties: { serverReference: 'other:1883' } });
  });
});

describe('enhanced authentication', () => {
  /** Asks until it gets `open`. */
  const steps = (data: Uint8Array | undefined): AuthenticationStep => {
    const text = Buffer.from(data ?? []).toString();
    if (text === 'bad') return { kind: 'refused', reasonString: 'wrong' };
    return text === 'open' ? { kind: 'success', data: Buffer.from('bye') } : { kind: 'continue', data: Buffer.from('more') };
  };
  const deps = { authenticators: [{ method: 'T', begin: () => ({ step: steps }) }] };
  const properties = (text: string): object => ({ authenticationMethod: 'T', authenticationData: Buffer.from(text) });

  test('AUTH goes to and fro until CONNACK, which names the method', async () => {
    const bench = coreBench({}, deps);
    const client = bench.client();
    await client.connect({ properties: properties('hello') }).catch(() => undefined);
    expect(client.take('auth')).toMatchObject([{ reasonCode: 0x18, properties: { authenticationMethod: 'T' } }]);
    await client.send({ type: 'auth', reasonCode: 0x18, properties: properties('open') });
    expect(client.take('connack')).toMatchObject([{ reasonCode: 0, properties: { authenticationMethod: 'T', authenticationData: new Uint8Array(Buffer.from('bye')) } }]);
    await client.send({ type: 'auth', reasonCode: 0x19, properties: properties('again') });
    await client.send({ type: 'auth', reasonCode: 0x18, properties: properties('open') });
    expect(client.take('auth')).toMatchObject([{ reasonCode: 0x18 }, { reasonCode: 0 }]);
    await client.send({ type: 'auth', reasonCode: 0x19, properties: properties('bad') });
    expect(client.take('disconnect')).toMatchObject([{ reasonCode: 0x87, properties: { reasonString: 'wrong' } }]);
    expect(client.isClosed()).toBe(true);
  });

  test.each([
    ['another packet', publishOf('t', 'x')],
    ['another method', { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'U' } }],
  ] as const)('%s before CONNACK is refused', async (_name, packet) => {
    const bench = coreBench({}, deps);
    const client = bench.client();
    await client.connect({ properties: properties('hello') }).catch(() => undefined);
    await client.send(packet);
    expect(client.take('connack')).toMatchObject([{ reasonCode: 0x82 }]);
    expect(client.isClosed()).toBe(true);
    await quiet();
    expect(bench.broker.counts().messagesAccepted).toBe(0);
  });

  test('AUTH without a method in CONNECT is a protocol error', async () => {
    const client = await coreBench({}, deps).connected('a');
    await client.send({ type: 'auth', reasonCode: 0x19, properties: properties('x') });
    expect(client.take('disconnect')).toMatchObject([{ reasonCode: 0x82 }]);
  });
});
