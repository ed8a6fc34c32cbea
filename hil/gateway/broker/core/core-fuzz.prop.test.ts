import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeLoose } from '../../../protocols/mqtt/encode-loose.ts';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import { replay } from '../../../runtime/replay-seed.contract.ts';
import { coreBench, publishOf } from './core-client.contract.ts';

const connectOf = (version: 4 | 5): Uint8Array =>
  encodeLoose({ type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 1, clientId: 'f', will: { topic: 'w', payload: Buffer.from('x'), qos: 1, retain: true, properties: {} }, userName: 'u', password: Buffer.from('p'), properties: version === 5 ? { sessionExpiryIntervalS: 3, topicAliasMaximum: 2, receiveMaximum: 1, userProperties: [['a', 'b']] } : NO_PROPERTIES }, version);

const packetsOf = (version: 4 | 5): Uint8Array[] => [
  connectOf(version),
  encodeLoose({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 2 }, { filter: '$share/g/a/+', qos: 1 }], properties: { subscriptionIdentifiers: [7] } }, version),
  encodeLoose(publishOf('a/b', 'x', 2, { properties: version === 5 ? { topicAlias: 1, messageExpiryIntervalS: 1, userProperties: [['k', 'v']] } : NO_PROPERTIES }), version),
  encodeLoose(publishOf('a/b', 'x', 1, { retain: true, packetId: 2 }), version),
  encodeLoose({ type: 'pubrel', packetId: 1, reasonCode: 0, properties: NO_PROPERTIES }, version),
  encodeLoose({ type: 'pubrec', packetId: 1, reasonCode: 0, properties: NO_PROPERTIES }, version),
  encodeLoose({ type: 'pubcomp', packetId: 1, reasonCode: 0, properties: NO_PROPERTIES }, version),
  encodeLoose({ type: 'puback', packetId: 1, reasonCode: 0, properties: NO_PROPERTIES }, version),
  encodeLoose({ type: 'unsubscribe', packetId: 3, filters: ['#'], properties: NO_PROPERTIES }, version),
  encodeLoose({ type: 'pingreq' }, version),
  encodeLoose({ type: 'auth', reasonCode: 0x19, properties: { authenticationMethod: 'M' } }, 5),
  encodeLoose({ type: 'disconnect', reasonCode: 0, properties: NO_PROPERTIES }, version),
];

/** A valid packet with one byte changed, cut or doubled, or left as it is. */
const mutated = (packets: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.nat(packets.length - 1), fc.constantFrom('keep', 'flip', 'cut', 'insert'), fc.nat(200), fc.nat(255)).map(([index, how, at, value]) => {
    const bytes = Uint8Array.from(packets[index] ?? []);
    const place = at % Math.max(bytes.length, 1);
    if (how === 'flip') bytes[place] = value;
    if (how === 'cut') return bytes.subarray(0, place);
    return how === 'insert' ? Uint8Array.of(...bytes.subarray(0, place), value, ...bytes.subarray(place)) : bytes;
  });

/** The broker still serves others. */
async function stillServes(bench: ReturnType<typeof coreBench>): Promise<void> {
  const witness = await bench.connected('witness');
  await witness.subscribe([{ filter: 'own', qos: 1 }]);
  await witness.send(publishOf('own', 'alive', 1));
  expect(witness.take('publish')).toHaveLength(1);
  await witness.cut();
}

describe('any bytes', () => {
  test('noise on a fresh connection ends in an answer, or in the end of the connection', async () => {
    const bench = coreBench({ connectTimeoutMs: 100 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const client = bench.client(5);
        client.link.onBytes(() => undefined);
        await client.sendBytes(bytes);
        await bench.clock.advance(200_000);
        expect(client.isClosed()).toBe(true);
      }),
      replay(),
    );
    await stillServes(bench);
  });

  test.each([4, 5] as const)('packets of level %i with faults, in any order: nothing is thrown, and silence ends the connection', async (version) => {
    const bench = coreBench({ connectTimeoutMs: 100 });
    await fc.assert(
      fc.asyncProperty(fc.array(mutated(packetsOf(version)), { maxLength: 12 }), fc.boolean(), async (packets, inOne) => {
        const client = bench.client(version);
        client.link.onBytes(() => undefined);
        const all = [connectOf(version), ...packets];
        if (inOne) await client.sendBytes(Buffer.concat(all));
        else for (const bytes of all) await client.sendBytes(bytes);
        await bench.clock.advance(200_000);
        expect(client.isClosed()).toBe(true);
      }),
      replay(),
    );
    await stillServes(bench);
    expect(bench.broker.counts().connectedClients).toBe(0);
    expect(bench.broker.counts().refused['internal']).toBeUndefined();
  });
});
