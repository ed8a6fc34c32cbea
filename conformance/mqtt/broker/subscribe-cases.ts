import { failCase } from '../../framework/case-stop.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { inboxOf, type Inbox } from '../bench/inbox.ts';
import { text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const RESERVED_BITS: PurposeStatements = { '3.1.1': ['MQTT-3.8.3-4'], '5.0': ['MQTT-3.8.3-5'] };
const REPLACES: PurposeStatements = { '3.1.1': ['MQTT-3.8.4-3'], '5.0': ['MQTT-3.8.4-3'] };
const SEVERAL: PurposeStatements = { '3.1.1': ['MQTT-3.8.4-4'], '5.0': ['MQTT-3.8.4-5'] };
const MESSAGES = 10;

/** SUBSCRIBE: what is malformed, that it is answered, that it replaces an earlier one, and several filters in one. */
export const SUBSCRIBE_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'SUBSCRIBE',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.1-1'], '5.0': ['MQTT-3.8.1-1'] },
    purpose: 'A SUBSCRIBE with fixed header flags other than 0010 makes the broker end the connection',
    caughtBy: 'takes-subscribe-with-any-flags',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('a') }], { fixedHeaderFlags: 0b0000 }));
      await peer.expectEnd('a SUBSCRIBE with fixed header flags 0000');
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.3-3'], '5.0': ['MQTT-3.8.3-2'] },
    purpose: 'A SUBSCRIBE without a topic filter makes the broker end the connection',
    caughtBy: 'takes-empty-subscribe',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, []));
      await peer.expectEnd('a SUBSCRIBE without a topic filter');
    },
  },
  malformedOptions(
    3,
    RESERVED_BITS,
    'A SUBSCRIBE with the highest reserved bit of the options set makes the broker end the connection',
    'takes-reserved-option-bits',
    0x80,
  ),
  malformedOptions(
    4,
    RESERVED_BITS,
    'A SUBSCRIBE with bit 6 of the options set, which is reserved, makes the broker end the connection',
    'takes-reserved-option-bits',
    0x41,
  ),
  malformedOptions(
    5,
    { '3.1.1': ['MQTT-3.8.3-4'] },
    'A SUBSCRIBE with a bit set that only 5.0 has a meaning for makes the broker end the connection',
    'takes-reserved-option-bits',
    0x04,
  ),
  malformedOptions(
    6,
    { '3.1.1': ['MQTT-3.8.3-4'], '5.0': ['MQTT-4.13.1-1'] },
    'A SUBSCRIBE that asks for QoS 3 makes the broker end the connection',
    'takes-subscription-qos-3',
    0x03,
  ),
  {
    area: 'SUBSCRIBE',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-1'], '5.0': ['MQTT-3.8.4-1'] },
    purpose: 'Each SUBSCRIBE is answered with SUBACK, also one that asks for what is subscribed already',
    caughtBy: 'answers-first-subscribe-only',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const packetId of [7, 8, 9]) {
        await peer.send(bench.subscribePacket(packetId, [{ filter: bench.topic('a') }]));
        await peer.expectPacket('SUBSCRIBE', 'suback');
      }
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-2'], '5.0': ['MQTT-3.8.4-2'] },
    purpose: 'SUBACK has the packet identifier of its SUBSCRIBE, from 1 to 65535',
    caughtBy: 'answers-subscribe-with-other-packet-id',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 255, 256, 65_535]) {
        await peer.send(bench.subscribePacket(packetId, [{ filter: bench.topic(`a/${packetId}`) }]));
        await peer.expectPacket(`SUBSCRIBE ${packetId}`, 'suback', `for packet id ${packetId}`, (suback) => suback.packetId === packetId);
      }
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 9,
    version: 1,
    statements: REPLACES,
    purpose: 'A second SUBSCRIBE with the same filter replaces the subscription: each message still comes once',
    requires: ['QOS1'],
    caughtBy: 'keeps-both-subscriptions',
    run: async (bench) => {
      const topic = bench.topic('twice');
      const subscriber = await inboxOf(bench, 'subscriber');
      for (const time of ['first', 'second']) {
        await subscriber.subscribed({ filter: topic, qos: 1 });
        subscriber.peer.note(`subscribed for the ${time} time`);
      }
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { payload: text('once') });
      await publisher.published(topic, { payload: text('last') });
      await subscriber.needDelivery('PUBLISH', 'last');
      const copies = subscriber.unread().filter(({ payload }) => textOf(payload) === 'once').length;
      if (copies !== 1) failCase(`a message came ${copies} times to one filter that was subscribed to twice`);
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 10,
    version: 1,
    statements: REPLACES,
    purpose: 'A second SUBSCRIBE with the same filter replaces the QoS of the first',
    requires: ['QOS1'],
    caughtBy: 'keeps-first-subscription',
    run: async (bench) => {
      const topic = bench.topic('lower');
      const subscriber = await inboxOf(bench, 'subscriber');
      for (const qos of [1, 0]) await subscriber.subscribed({ filter: topic, qos });
      await atQos0(bench, subscriber, topic);
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-3'], '5.0': ['MQTT-3.8.4-4'] },
    purpose: 'A second SUBSCRIBE with the same filter makes the broker send the matching retained messages again',
    requires: ['RETAIN', 'QOS1'],
    caughtBy: 'sends-retained-to-new-subscriptions-only',
    run: async (bench) => {
      const topic = bench.topic('retained');
      const inbox = await inboxOf(bench, 'a');
      await inbox.published(topic, { retain: true, payload: text('kept') });
      await inbox.subscribed({ filter: topic, qos: 1 });
      await inbox.needDelivery('the first SUBSCRIBE', 'kept');
      await inbox.subscribed({ filter: topic, qos: 1 });
      await inbox.expectDelivery('the second SUBSCRIBE', 'kept');
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 12,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-3'], '5.0': ['MQTT-3.8.4-4'] },
    purpose: 'No message is lost while a subscription is replaced again and again',
    requires: ['QOS1'],
    caughtBy: 'loses-messages-at-replacement',
    run: async (bench) => {
      const topic = bench.topic('flow');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      for (let index = 0; index < MESSAGES; index += 1) {
        // Nobody waits for the SUBACK: the message may meet the replacement at any point.
        await subscriber.peer.send(bench.subscribePacket(subscriber.nextPacketId(), [{ filter: topic, qos: 1 }]));
        await publisher.published(topic, { payload: text(String(index)) });
      }
      for (let index = 0; index < MESSAGES; index += 1) await subscriber.expectDelivery(`message ${index}, published while the subscription was replaced`, String(index));
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 13,
    version: 1,
    statements: SEVERAL,
    purpose: 'Several filters in one SUBSCRIBE are answered with one SUBACK',
    caughtBy: 'sends-suback-for-each-filter',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, ['one', 'two', 'three'].map((label) => ({ filter: bench.topic(label) }))));
      await peer.expectPacket('a SUBSCRIBE with three filters', 'suback', 'for packet id 7 with three codes', ({ packetId, reasonCodes }) => packetId === 7 && reasonCodes.length === 3);
      const [more] = await peer.barrier('SUBACK');
      if (more !== undefined) failCase(`behind the SUBACK came ${more.type.toUpperCase()}`);
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 14,
    version: 1,
    statements: SEVERAL,
    purpose: 'Several filters in one SUBSCRIBE are all subscribed to',
    requires: ['QOS1'],
    caughtBy: 'takes-first-filter-only',
    run: async (bench) => {
      const labels = ['one', 'two', 'three'];
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed(...labels.map((label) => ({ filter: bench.topic(label), qos: 1 })));
      const publisher = await inboxOf(bench, 'publisher');
      for (const label of labels) await publisher.published(bench.topic(label), { payload: text(label) });
      for (const label of labels) await subscriber.expectDelivery(`PUBLISH to "${label}"`, label);
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 15,
    version: 1,
    statements: SEVERAL,
    purpose: 'The same filter twice in one SUBSCRIBE is as good as two in a row: the second replaces the first',
    requires: ['QOS1'],
    caughtBy: 'keeps-first-subscription',
    run: async (bench) => {
      const topic = bench.topic('lower');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 }, { filter: topic, qos: 0 });
      await atQos0(bench, subscriber, topic);
    },
  },
  {
    area: 'SUBSCRIBE',
    number: 16,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.3-2'] },
    purpose: 'A broker without wildcards refuses a subscription with one',
    requires: ['!WILDCARDS'],
    caughtBy: 'grants-every-subscription',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const wildcard of ['+', '#']) {
        await peer.send(bench.subscribePacket(7, [{ filter: `${bench.topic('a')}/${wildcard}` }]));
        const heard = await peer.expect(`SUBSCRIBE with ${wildcard}`, packetOf('suback', 'that refuses', ({ reasonCodes }) => reasonCodes[0] === 0x80), connectionEnd);
        if (heard.kind === 'closed') return;
      }
    },
  },
];

function malformedOptions(number: number, statements: PurposeStatements, purpose: string, caughtBy: string, optionsByte: number): BrokerPurpose {
  return {
    area: 'SUBSCRIBE',
    number,
    version: 1,
    statements,
    purpose,
    caughtBy,
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('a'), optionsByte }]));
      await peer.expectEnd(`a SUBSCRIBE with the options byte 0x${optionsByte.toString(16)}`);
    },
  };
}

async function atQos0(bench: MqttBench, subscriber: Inbox, topic: string): Promise<void> {
  const publisher = await inboxOf(bench, 'publisher');
  await publisher.published(topic, { payload: text('low') });
  const { qos } = await subscriber.needDelivery('PUBLISH', 'low');
  if (qos !== 0) failCase(`a message came at QoS ${qos}, although the subscription was replaced by one of QoS 0`);
}
