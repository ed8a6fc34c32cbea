import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AcceptedMessage, BrokerEngine } from './broker-engine.ts';
import { brokerRefusals } from './broker-refusals.contract.ts';
import { encodePublish, encodePubrel } from './publish-frame.ts';
import { messageOf, openRawClient, PUBACK, PUBCOMP, PUBREC, type RawClient, type RawDelivery } from './raw-client.contract.ts';

export interface EngineTraits {
  /** It serves MQTT 5.0 besides 3.1.1. */
  readonly servesMqtt5: boolean;
}

/** What every broker engine keeps. @param create - Makes an engine with `CONTRACT_BOUNDS`, not yet listening. */
export function brokerEngineContract(name: string, create: () => BrokerEngine, { servesMqtt5 }: EngineTraits): void {
  describe(`${name} as broker engine`, () => {
    let engine: BrokerEngine;
    let port: number;
    let clients: RawClient[];
    let accepted: AcceptedMessage[];

    beforeEach(async () => {
      engine = create();
      clients = [];
      accepted = [];
      engine.onAccepted((message) => accepted.push(message));
      ({ port } = await engine.listen('127.0.0.1', 0));
    });

    afterEach(async () => {
      await Promise.all(clients.map((client) => client.cut()));
      await engine.close();
    });

    const open = async (): Promise<RawClient> => {
      const client = await openRawClient(port);
      clients.push(client);
      return client;
    };
    const connected = async (clientId: string, clean = true): Promise<RawClient> => {
      const client = await open();
      await client.connect(clientId, { clean });
      return client;
    };

    describe('delivery', () => {
      test.each([
        [0, 0, 0],
        [0, 2, 0],
        [1, 0, 0],
        [1, 1, 1],
        [1, 2, 1],
        [2, 0, 0],
        [2, 1, 1],
        [2, 2, 2],
      ] as const)('published at QoS %i and subscribed at QoS %i arrives at QoS %i', async (published, granted, arriving) => {
        const subscriber = await connected('subscriber');
        expect(await subscriber.subscribe({ 'a/+': granted })).toEqual([granted]);
        const publisher = await connected('publisher');
        await publisher.publish(messageOf('a/b', 'hello', published));
        await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(1));
        expect(subscriber.deliveries[0]).toMatchObject({ topic: 'a/b', qos: arriving, retain: false, dup: false });
        expect(textsOf(subscriber.deliveries)).toEqual(['hello']);
      });

      test('overlapping filters of one client give one delivery at the highest granted QoS', async () => {
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ 'a/#': 0, 'a/b': 2, 'a/+': 1 });
        await engine.publish(messageOf('a/b', 'one', 2));
        await engine.publish(messageOf('a/end', 'end', 0));
        await vi.waitFor(() => expect(textsOf(subscriber.deliveries)).toEqual(['one', 'end']));
        expect(subscriber.deliveries[0]?.qos).toBe(2);
      });

      test('wildcards follow MQTT 3.1.1 section 4.7', async () => {
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ 'sport/#': 0, '+/news': 0 });
        const topics = ['sport', 'sport/a/b', 'sports', '$x/news', 'local/news', '/news', 'a/b/news'];
        for (const topic of topics) await engine.publish(messageOf(topic, topic));
        await engine.publish(messageOf('sport/end', 'end'));
        await vi.waitFor(() => expect(textsOf(subscriber.deliveries).at(-1)).toBe('end'));
        expect(textsOf(subscriber.deliveries)).toEqual(['sport', 'sport/a/b', 'local/news', '/news', 'end']);
      });

      test('nothing arrives after an unsubscribe was acknowledged', async () => {
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ 'a/#': 1, 'b/#': 1 });
        await subscriber.unsubscribe('a/#');
        await engine.publish(messageOf('a/1', 'no', 1));
        await engine.publish(messageOf('b/1', 'yes', 1));
        await vi.waitFor(() => expect(textsOf(subscriber.deliveries)).toEqual(['yes']));
      });

      test.each([0, 1, 2] as const)('the order of one publisher is kept at QoS %i, retained or not', async (qos) => {
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ '#': 2 });
        const publisher = await connected('publisher');
        const texts = Array.from({ length: 1_000 }, (_item, index) => String(index));
        const frameOf = (text: string, index: number): Uint8Array =>
          encodePublish(messageOf(`t/${index % 3}`, text, qos), { qos, retain: index % 5 === 0, dup: false, packetId: index + 1 });
        publisher.send(...texts.map(frameOf));
        await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(1_000), { timeout: 10_000 });
        expect(textsOf(subscriber.deliveries)).toEqual(texts);
        expect(accepted.map(({ payload }) => payload.toString())).toEqual(texts);
      });

      test('a subscriber that does not read holds up nobody else', async () => {
        const stuck = await connected('stuck');
        await stuck.subscribe({ '#': 0 });
        stuck.pause();
        const reader = await connected('reader');
        await reader.subscribe({ '#': 1 });
        const publisher = await connected('publisher');
        const big = 'x'.repeat(60_000);
        for (let index = 0; index < 200; index += 1) await publisher.publish(messageOf('big', big, 1));
        await vi.waitFor(() => expect(reader.deliveries).toHaveLength(200), { timeout: 10_000 });
        expect(stuck.isClosed).toBe(false);
      });
    });

    describe('acceptance', () => {
      test('tells each message once, with its publisher, in the order of acceptance', async () => {
        const publisher = await connected('publisher');
        await publisher.publish(messageOf('a', '1', 0));
        await publisher.publish(messageOf('a', '2', 1, true));
        await publisher.publish(messageOf('a', '3', 2));
        await engine.publish(messageOf('own', '4', 1));
        expect(accepted).toMatchObject([
          { topic: 'a', qos: 0, retain: false, clientId: 'publisher' },
          { topic: 'a', qos: 1, retain: true, clientId: 'publisher' },
          { topic: 'a', qos: 2, retain: false, clientId: 'publisher' },
          { topic: 'own', qos: 1, retain: false, clientId: undefined },
        ]);
      });

      test('a listener may publish; listeners and subscribers see one order', async () => {
        const seen: string[] = [];
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ '#': 0 });
        engine.onAccepted(({ topic }) => {
          if (topic === 'in') void engine.publish(messageOf('out', 'out'));
        });
        engine.onAccepted(({ topic }) => seen.push(topic));
        await engine.publish(messageOf('in', 'in'));
        await vi.waitFor(() => expect(textsOf(subscriber.deliveries)).toEqual(['in', 'out']));
        expect(seen).toEqual(['in', 'out']);
      });

      test('the same QoS 2 message twice in one segment is one message', async () => {
        const publisher = await connected('publisher');
        const frame = encodePublish(messageOf('a', 'x', 2), { qos: 2, retain: false, dup: false, packetId: 7 });
        publisher.send(frame, frame);
        await publisher.take(PUBREC);
        await publisher.take(PUBREC);
        publisher.send(encodePubrel(7));
        await publisher.take(PUBCOMP);
        expect(accepted).toHaveLength(1);
        // Released, the identifier stands for a new message.
        publisher.send(frame);
        await publisher.take(PUBREC);
        expect(accepted).toHaveLength(2);
      });

      test('a QoS 2 message resent with DUP after a cut is not accepted again', async () => {
        const first = await connected('publisher', false);
        first.send(encodePublish(messageOf('a', 'x', 2), { qos: 2, retain: false, dup: false, packetId: 9 }));
        await first.take(PUBREC);
        await first.cut();
        const second = await open();
        expect(await second.connect('publisher', { clean: false })).toEqual({ sessionPresent: true, code: 0 });
        await second.publish(messageOf('a', 'x', 2), { packetId: 9, dup: true });
        await second.publish(messageOf('a', 'y', 2), { packetId: 9 });
        expect(textsOf(accepted)).toEqual(['x', 'y']);
      });

      test('a PUBREL that nothing waits for is completed all the same', async () => {
        const publisher = await connected('publisher');
        publisher.send(encodePubrel(55));
        expect((await publisher.take(PUBCOMP)).body.readUInt16BE(0)).toBe(55);
      });

      test('a clean session begins without the QoS 2 identifiers of the former one', async () => {
        const first = await connected('publisher', false);
        first.send(encodePublish(messageOf('a', 'x', 2), { qos: 2, retain: false, dup: false, packetId: 9 }));
        await first.take(PUBREC);
        await first.cut();
        const second = await connected('publisher', true);
        await second.publish(messageOf('a', 'y', 2), { packetId: 9 });
        expect(textsOf(accepted)).toEqual(['x', 'y']);
      });
    });

    describe('sessions', () => {
      test('a persistent session gets what it missed at QoS 1 and 2, in order and before what is new', async () => {
        const first = await connected('subscriber', false);
        await first.subscribe({ 'a/#': 2 });
        await first.disconnect();
        await vi.waitFor(() => expect(engine.stats().connectedClients).toBe(0));
        for (let index = 0; index < 40; index += 1) await engine.publish(messageOf('a/b', String(index), index % 2 === 0 ? 1 : 2));
        await engine.publish(messageOf('a/b', 'QoS 0 is not queued', 0));
        const second = await open();
        const connecting = second.connect('subscriber', { clean: false });
        const live = setInterval(() => void engine.publish(messageOf('a/b', 'live', 1)), 1);
        expect(await connecting).toEqual({ sessionPresent: true, code: 0 });
        await vi.waitFor(() => expect(second.deliveries.length).toBeGreaterThan(45));
        clearInterval(live);
        const texts = textsOf(second.deliveries);
        expect(texts.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_item, index) => String(index)));
        expect(new Set(texts.slice(40))).toEqual(new Set(['live']));
      });

      test('what was in flight at a cut is sent again with DUP and the same identifier', async () => {
        const first = await connected('subscriber', false);
        await first.subscribe({ a: 2 });
        first.acknowledge = false;
        await engine.publish(messageOf('a', '1', 1));
        await engine.publish(messageOf('a', '2', 2));
        await vi.waitFor(() => expect(first.deliveries).toHaveLength(2));
        await first.cut();
        const second = await connected('subscriber', false);
        await vi.waitFor(() => expect(second.deliveries).toHaveLength(2));
        expect(second.deliveries.map(({ dup }) => dup)).toEqual([true, true]);
        expect(second.deliveries.map(({ packetId }) => packetId)).toEqual(first.deliveries.map(({ packetId }) => packetId));
      });

      test('after PUBREC it is PUBREL that is sent again', async () => {
        const first = await connected('subscriber', false);
        await first.subscribe({ a: 2 });
        first.acknowledge = false;
        await engine.publish(messageOf('a', '1', 2));
        await vi.waitFor(() => expect(first.deliveries).toHaveLength(1));
        const packetId = first.deliveries[0]?.packetId ?? 0;
        first.send(Uint8Array.of(0x50, 2, packetId >> 8, packetId & 0xff));
        expect((await first.take(6)).body.readUInt16BE(0)).toBe(packetId);
        await first.cut();
        const second = await connected('subscriber', false);
        expect((await second.take(6)).body.readUInt16BE(0)).toBe(packetId);
        expect(second.deliveries).toHaveLength(0);
      });

      test('the queue of an absent session is bounded: the oldest go first and are counted', async () => {
        const first = await connected('subscriber', false);
        await first.subscribe({ a: 1 });
        await first.disconnect();
        await vi.waitFor(() => expect(engine.stats().connectedClients).toBe(0));
        for (let index = 0; index < 70; index += 1) await engine.publish(messageOf('a', String(index), 1));
        const second = await connected('subscriber', false);
        await vi.waitFor(() => expect(textsOf(second.deliveries).at(-1)).toBe('69'));
        expect(textsOf(second.deliveries)[0]).toBe('20');
        expect(second.deliveries).toHaveLength(50);
        expect(engine.stats().refused).toMatchObject({ 'queue-full': 20 });
      });

      test('a clean session discards the stored one', async () => {
        const first = await connected('subscriber', false);
        await first.subscribe({ a: 1 });
        await first.disconnect();
        await (await connected('subscriber', true)).disconnect();
        const third = await open();
        expect(await third.connect('subscriber', { clean: false })).toEqual({ sessionPresent: false, code: 0 });
      });

      test('a second connection of one client id ends the first and takes its session over', async () => {
        const first = await connected('same', false);
        await first.subscribe({ a: 1 });
        const second = await connected('same', false);
        await first.closed;
        await engine.publish(messageOf('a', 'x', 1));
        await vi.waitFor(() => expect(textsOf(second.deliveries)).toEqual(['x']));
        expect(engine.stats().connectedClients).toBe(1);
      });

      test('more than 65535 messages leave to one client, each identifier free when it is used', async () => {
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ a: 1 });
        for (let sent = 0; sent < 66_000; sent += 1) await engine.publish(messageOf('a', '', 1));
        await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(66_000), { timeout: 15_000 });
        expect(subscriber.deliveries.every(({ packetId }) => packetId > 0)).toBe(true);
      });
    });

    describe('retained messages and wills', () => {
      test('a new subscription gets the last retained message, an empty one removes it', async () => {
        const publisher = await connected('publisher');
        await publisher.publish(messageOf('a/1', 'old', 1, true));
        await publisher.publish(messageOf('a/1', 'new', 1, true));
        await publisher.publish(messageOf('a/2', 'gone', 0, true));
        await publisher.publish(messageOf('a/2', '', 1, true));
        await publisher.publish(messageOf('$hidden', 'x', 1, true));
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ '#': 2 });
        await engine.publish(messageOf('a/1', 'live', 0, true));
        await vi.waitFor(() => expect(textsOf(subscriber.deliveries)).toEqual(['new', 'live']));
        expect(subscriber.deliveries.map(({ retain, qos }) => [retain, qos])).toEqual([[true, 1], [false, 0]]);
      });

      test('a cut publishes the will, a DISCONNECT does not', async () => {
        const will = { topic: 'will', payload: 'gone', qos: 2, retain: true } as const;
        const polite = await open();
        await polite.connect('polite', { will });
        await polite.disconnect();
        await vi.waitFor(() => expect(engine.stats().connectedClients).toBe(0));
        expect(accepted).toEqual([]);
        const lost = await open();
        await lost.connect('lost', { will });
        await lost.cut();
        await vi.waitFor(() => expect(accepted).toHaveLength(1));
        expect(accepted[0]).toMatchObject({ topic: 'will', qos: 2, retain: true, clientId: 'lost' });
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ will: 0 });
        await vi.waitFor(() => expect(textsOf(subscriber.deliveries)).toEqual(['gone']));
      });
    });

    brokerRefusals(() => ({ engine, accepted, open, connected }), servesMqtt5 ? [9] : [5, 9]);

    describe('life', () => {
      test('counts clients, accepted and delivered messages', async () => {
        const subscriber = await connected('subscriber');
        await subscriber.subscribe({ '#': 0 });
        await engine.publish(messageOf('a', '1'));
        await engine.publish(messageOf('a', '2'));
        await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(2));
        expect({ ...engine.stats(), store: undefined }).toEqual({ connectedClients: 1, messagesAccepted: 2, messagesDelivered: 2, refused: {} });
      });

      test('a port in use is FP_PORT_IN_USE, and the failed engine closes', async () => {
        const second = create();
        await expect(second.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
        await second.close();
      });

      test('an address of another machine is FP_BIND_FAILED', async () => {
        const second = create();
        await expect(second.listen('192.0.2.1', 0)).rejects.toMatchObject({ code: 'FP_BIND_FAILED' });
        await second.close();
      });

      test('close ends every connection, even half-open ones, and frees the port', async () => {
        const client = await connected('client');
        const silent = await open();
        await engine.close();
        await Promise.all([client.closed, silent.closed]);
        const second = create();
        expect(await second.listen('127.0.0.1', port)).toEqual({ port });
        await second.close();
      });

      test('PUBACK means accepted', async () => {
        const publisher = await connected('publisher');
        for (let index = 1; index <= 50; index += 1) {
          publisher.send(encodePublish(messageOf('a', String(index), 1), { qos: 1, retain: false, dup: false, packetId: index }));
          await publisher.take(PUBACK);
          expect(accepted).toHaveLength(index);
        }
      });
    });
  });
}

function textsOf(messages: readonly { readonly payload: Uint8Array }[] | readonly RawDelivery[]): string[] {
  return messages.map(({ payload }) => Buffer.from(payload).toString());
}
