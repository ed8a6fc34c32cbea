import type { UnsubscribePacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { failCase } from '../../framework/case-stop.ts';
import { inboxOf, refuseDeliveries, type Inbox } from '../bench/inbox.ts';
import { interrupted } from '../bench/interrupted.ts';
import { acknowledgement, text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** UNSUBSCRIBE and UNSUBACK. */
export const UNSUBSCRIBE_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'UNSUBSCRIBE',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.1-1'], '5.0': ['MQTT-3.10.1-1'] },
    purpose: 'An UNSUBSCRIBE with fixed header flags other than 0010 makes the broker end the connection',
    caughtBy: 'takes-unsubscribe-with-any-flags',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send({ ...unsubscribe(7, bench.topic('a')), fixedHeaderFlags: 0b0000 });
      await peer.expectEnd('an UNSUBSCRIBE with fixed header flags 0000');
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.3-2'], '5.0': ['MQTT-3.10.3-2'] },
    purpose: 'An UNSUBSCRIBE without a topic filter makes the broker end the connection',
    caughtBy: 'takes-empty-unsubscribe',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(unsubscribe(7));
      await peer.expectEnd('an UNSUBSCRIBE without a topic filter');
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'], '5.0': ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'] },
    purpose: 'After UNSUBSCRIBE no new message is added for that filter',
    requires: ['QOS1'],
    caughtBy: 'ignores-unsubscribe',
    run: async (bench) => {
      const topic = bench.topic('left');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 });
      await subscriber.unsubscribed(topic);
      await notDelivered(bench, subscriber, topic);
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-1'], '5.0': ['MQTT-3.10.4-1'] },
    purpose: 'UNSUBSCRIBE deletes only the very same filter, not one that matches the same topics',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'unsubscribes-everything',
    run: async (bench) => {
      const root = bench.topic('kept');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: `${root}/+`, qos: 1 });
      for (const other of [`${root}/a`, `${root}/#`, `${root}/+/`]) await subscriber.unsubscribed(other);
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(`${root}/a`, { payload: text('kept') });
      await subscriber.expectDelivery('PUBLISH, while only other filters were unsubscribed', 'kept');
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-1'], '5.0': ['MQTT-3.10.4-1'] },
    purpose: 'UNSUBSCRIBE tells capitals from small letters and sees every separator',
    requires: ['QOS1'],
    caughtBy: 'unsubscribes-everything',
    run: async (bench) => {
      const filter = bench.topic('kept/a');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter, qos: 1 });
      for (const other of [bench.topic('kept/A'), `${filter}/`, bench.topic('kept//a')]) await subscriber.unsubscribed(other);
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(filter, { payload: text('kept') });
      await subscriber.expectDelivery('PUBLISH, while only other filters were unsubscribed', 'kept');
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-3'], '5.0': ['MQTT-3.10.4-3'] },
    purpose: 'A QoS 2 delivery that was begun before UNSUBSCRIBE is completed after it',
    requires: ['QOS2'],
    caughtBy: 'drops-deliveries-at-unsubscribe',
    run: async (bench) => {
      const { peer } = await bench.connected('subscriber');
      const topic = bench.topic('begun');
      await bench.subscribed(peer, { filter: topic, qos: 2 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { qos: 2, payload: text('begun') });
      const { packetId = 0 } = await peer.needPacket('PUBLISH', 'publish', 'at QoS 2', ({ qos }) => qos === 2);
      await left(peer, topic);
      await peer.send(acknowledgement('pubrec', packetId));
      await peer.expectPacket('PUBREC behind UNSUBSCRIBE', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-3'], '5.0': ['MQTT-3.10.4-3'] },
    purpose: 'A QoS 1 message that was sent before UNSUBSCRIBE and not acknowledged is sent again when the session is resumed',
    requires: ['QOS1', 'PERSISTENT_SESSIONS'],
    caughtBy: 'drops-deliveries-at-unsubscribe',
    run: async (bench) => {
      const { again } = await interrupted(bench, 1, async (peer, { topic }) => left(peer, topic));
      await again.expectPacket('the session was resumed', 'publish', '"pending"', ({ payload }) => textOf(payload) === 'pending');
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-4'], '5.0': ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'] },
    purpose: 'Each UNSUBSCRIBE is answered with UNSUBACK of its packet identifier, from 1 to 65535',
    caughtBy: 'answers-unsubscribe-with-other-packet-id',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 255, 256, 65_535]) {
        const filter = bench.topic(`a/${packetId}`);
        await bench.subscribed(peer, { filter });
        await peer.send(unsubscribe(packetId, filter));
        await peer.expectPacket(`UNSUBSCRIBE ${packetId}`, 'unsuback', `for packet id ${packetId}`, (unsuback) => unsuback.packetId === packetId);
      }
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 9,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-5'], '5.0': ['MQTT-3.10.4-5'] },
    purpose: 'UNSUBSCRIBE of a filter that is not subscribed to is answered with UNSUBACK all the same',
    caughtBy: 'answers-unsubscribe-only-when-it-deletes',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(unsubscribe(7, bench.topic('never')));
      await peer.expectPacket('UNSUBSCRIBE of a filter that was never subscribed to', 'unsuback', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 10,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-6'], '5.0': ['MQTT-3.10.4-6'] },
    purpose: 'Several filters in one UNSUBSCRIBE are answered with one UNSUBACK',
    caughtBy: 'sends-unsuback-for-each-filter',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const filters = ['one', 'two', 'three'].map((label) => bench.topic(label));
      await bench.subscribed(peer, ...filters.map((filter) => ({ filter })));
      await peer.send(unsubscribe(7, ...filters));
      await peer.expectPacket('an UNSUBSCRIBE with three filters', 'unsuback', 'for packet id 7', ({ packetId }) => packetId === 7);
      const [more] = await peer.barrier('UNSUBACK');
      if (more !== undefined) failCase(`behind the UNSUBACK came ${more.type.toUpperCase()}`);
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-6'], '5.0': ['MQTT-3.10.4-6'] },
    purpose: 'Several filters in one UNSUBSCRIBE are all deleted',
    requires: ['QOS1'],
    caughtBy: 'unsubscribes-first-filter-only',
    run: async (bench) => {
      const filters = ['one', 'two', 'three'].map((label) => bench.topic(label));
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed(...filters.map((filter) => ({ filter, qos: 1 })));
      await subscriber.unsubscribed(...filters);
      for (const filter of filters) await notDelivered(bench, subscriber, filter);
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 12,
    version: 1,
    statements: { '5.0': ['MQTT-3.11.3-1'] },
    purpose: 'The codes of UNSUBACK are in the order of the filters, and there is one for each',
    caughtBy: 'sends-unsuback-codes-in-reverse',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const [first, second] = [bench.topic('there'), bench.topic('there-too')];
      await bench.subscribed(peer, { filter: first }, { filter: second });
      await peer.send(unsubscribe(7, first, second, bench.topic('never'), bench.topic('never-either')));
      const { reasonCodes } = await peer.expectPacket('an UNSUBSCRIBE with four filters', 'unsuback', 'with four codes', (unsuback) => unsuback.reasonCodes.length === 4);
      if (reasonCodes.slice(0, 2).includes(NO_SUBSCRIPTION)) failCase('UNSUBACK says of a filter that was subscribed to that there was no subscription');
    },
  },
  {
    area: 'UNSUBSCRIBE',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-3.11.3-2'] },
    purpose: 'UNSUBACK holds no other codes than those of its table',
    caughtBy: 'unsuback-with-unlisted-code',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const filter = bench.topic('there');
      await bench.subscribed(peer, { filter });
      await peer.send(unsubscribe(7, filter, bench.topic('never')));
      await peer.expectPacket('UNSUBSCRIBE', 'unsuback', 'with codes of its table');
    },
  },
];

/** Reason code of UNSUBACK. */
const NO_SUBSCRIPTION = 0x11;

function unsubscribe(packetId: number, ...filters: readonly string[]): UnsubscribePacket {
  return { type: 'unsubscribe', packetId, filters, properties: NO_PROPERTIES };
}

async function left(peer: Peer, filter: string): Promise<void> {
  await peer.send(unsubscribe(7, filter));
  await peer.needPacket('UNSUBSCRIBE', 'unsuback');
}

/**
 * What is published now does not come: the client subscribes once more, and a message behind it on the same topic shows
 * that it would have come by then.
 */
async function notDelivered(bench: MqttBench, subscriber: Inbox, topic: string): Promise<void> {
  const publisher = await inboxOf(bench, 'publisher');
  await publisher.published(topic, { payload: text('forbidden') });
  // A server may acknowledge a message before it looks who subscribed to it.
  await bench.wire.pause(bench.context.pixit.quietMs);
  await subscriber.subscribed({ filter: topic, qos: 1 });
  await publisher.published(topic, { payload: text('last') });
  await subscriber.needDelivery('a new SUBSCRIBE', 'last');
  refuseDeliveries(subscriber.unread(), ['forbidden'], 'it was published after UNSUBACK');
}
