import { failCase } from '../../framework/case-stop.ts';
import { inboxOf, refuseDeliveries, type Inbox } from '../bench/inbox.ts';
import { text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const RETAINED = ['RETAIN', 'QOS1'];
const EMPTY = new Uint8Array(0);

/**
 * Retained messages. One connection publishes and subscribes wherever that is possible: it finds what it stored itself,
 * also where a cluster takes its time. QoS 1, because a server may discard retained QoS 0 messages at any time.
 */
export const RETAIN_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'RETAIN',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-5', 'MQTT-3.3.1-9'] },
    purpose: 'A message published with RETAIN 1 is stored and sent to a later subscription',
    requires: RETAINED,
    caughtBy: 'forgets-retained',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'kept');
      await inbox.subscribed({ filter: topic, qos: 1 });
      await inbox.expectDelivery('SUBSCRIBE', 'kept');
    },
  },
  {
    area: 'RETAIN',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-8'], '5.0': ['MQTT-3.3.1-9'] },
    purpose: 'A message that is sent because of a new subscription has RETAIN 1',
    requires: RETAINED,
    caughtBy: 'sends-retained-without-flag',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'kept');
      await inbox.subscribed({ filter: topic, qos: 1 });
      const { retain } = await inbox.needDelivery('SUBSCRIBE', 'kept');
      if (!retain) failCase('the retained message came with RETAIN 0');
    },
  },
  {
    area: 'RETAIN',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-5'] },
    purpose: 'A retained message is stored with its QoS: a later subscription of QoS 1 gets one that was published at QoS 1 at QoS 1',
    requires: RETAINED,
    caughtBy: 'sends-retained-at-qos-0',
    run: retainedQos,
  },
  {
    area: 'RETAIN',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.4-8'] },
    purpose: 'A retained message of QoS 1 goes to a later subscription of QoS 1 at QoS 1',
    requires: RETAINED,
    caughtBy: 'sends-retained-at-qos-0',
    run: retainedQos,
  },
  {
    area: 'RETAIN',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-9'] },
    purpose: 'A subscription with a wildcard is sent the retained message of every topic that it matches',
    requires: [...RETAINED, 'WILDCARDS'],
    caughtBy: 'sends-one-retained-message',
    run: async (bench) => {
      const inbox = await inboxOf(bench, 'a');
      const root = bench.topic('room');
      for (const level of ['one', 'two', 'three']) await inbox.published(`${root}/${level}`, { retain: true, payload: text(level) });
      await inbox.published(`${bench.topic('cellar')}/four`, { retain: true, payload: text('four') });
      await inbox.subscribed({ filter: `${root}/+`, qos: 1 });
      for (const level of ['one', 'two', 'three']) await inbox.expectDelivery('SUBSCRIBE', level);
      refuseDeliveries(await inbox.settled('SUBSCRIBE'), ['four'], 'its topic does not match the filter');
    },
  },
  {
    area: 'RETAIN',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-5'] },
    purpose: 'A new retained message replaces that of its topic: a later subscription is sent the last one only',
    requires: RETAINED,
    caughtBy: 'keeps-first-retained',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'first');
      await inbox.published(topic, { retain: true, payload: text('second') });
      await inbox.subscribed({ filter: topic, qos: 1 });
      const delivered = await inbox.settled('SUBSCRIBE');
      refuseDeliveries(delivered, ['first'], 'a later retained message had replaced it');
      if (!delivered.some(({ payload }) => textOf(payload) === 'second')) await inbox.expectDelivery('SUBSCRIBE', 'second');
    },
  },
  {
    area: 'RETAIN',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-7'], '5.0': ['MQTT-3.3.1-5'] },
    purpose: 'A retained message of QoS 0 discards the earlier one of its topic, whether it is itself kept or not',
    requires: RETAINED,
    caughtBy: 'keeps-first-retained',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'old');
      await inbox.published(topic, { qos: 0, retain: true, payload: text('new') });
      await inbox.subscribed({ filter: topic, qos: 1 });
      refuseDeliveries(await inbox.settled('SUBSCRIBE'), ['old'], 'a retained message of QoS 0 came after it');
    },
  },
  {
    area: 'RETAIN',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-9'], '5.0': ['MQTT-3.3.1-12'] },
    purpose: 'A message published with RETAIN 1 goes to an established subscription with RETAIN 0',
    requires: RETAINED,
    caughtBy: 'forwards-retain-flag',
    run: async (bench) => {
      const topic = bench.topic('live');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { retain: true, payload: text('live') });
      const { retain } = await subscriber.needDelivery('PUBLISH', 'live');
      if (retain) failCase('the message came to an established subscription with RETAIN 1');
    },
  },
  {
    area: 'RETAIN',
    number: 9,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-10'], '5.0': ['MQTT-3.3.1-6'] },
    purpose: 'An empty message with RETAIN 1 removes the retained message of its topic',
    requires: RETAINED,
    caughtBy: 'keeps-retained-at-empty',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'old');
      await inbox.published(topic, { retain: true, payload: EMPTY });
      await inbox.subscribed({ filter: topic, qos: 1 });
      refuseDeliveries(await inbox.settled('SUBSCRIBE'), ['old'], 'an empty retained message had removed it');
    },
  },
  {
    area: 'RETAIN',
    number: 10,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-10'], '5.0': ['MQTT-3.3.1-6'] },
    purpose: 'An empty message with RETAIN 1 is delivered to established subscriptions like any other',
    requires: RETAINED,
    caughtBy: 'loses-empty-messages',
    run: async (bench) => {
      const topic = bench.topic('live');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { retain: true, payload: EMPTY });
      await subscriber.expectDelivery('an empty PUBLISH with RETAIN 1', '');
    },
  },
  {
    area: 'RETAIN',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-11'], '5.0': ['MQTT-3.3.1-7'] },
    purpose: 'An empty message with RETAIN 1 is not stored: a later subscription is sent nothing',
    requires: RETAINED,
    caughtBy: 'stores-empty-retained',
    run: async (bench) => {
      const topic = bench.topic('empty');
      const inbox = await inboxOf(bench, 'a');
      await inbox.published(topic, { retain: true, payload: EMPTY });
      await inbox.subscribed({ filter: topic, qos: 1 });
      refuseDeliveries(await inbox.settled('SUBSCRIBE'), [''], 'an empty retained message must not be stored');
    },
  },
  {
    area: 'RETAIN',
    number: 12,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-12'], '5.0': ['MQTT-3.3.1-8'] },
    purpose: 'A message published with RETAIN 0 is not stored: a later subscription is sent nothing',
    requires: ['QOS1'],
    caughtBy: 'stores-every-message',
    run: async (bench) => {
      const topic = bench.topic('passing');
      const inbox = await inboxOf(bench, 'a');
      await inbox.published(topic, { payload: text('passing') });
      await inbox.subscribed({ filter: topic, qos: 1 });
      refuseDeliveries(await inbox.settled('SUBSCRIBE'), ['passing'], 'it was published with RETAIN 0, before the subscription');
    },
  },
  {
    area: 'RETAIN',
    number: 13,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-12'], '5.0': ['MQTT-3.3.1-8'] },
    purpose: 'A message published with RETAIN 0 leaves the retained message of its topic as it is',
    requires: RETAINED,
    caughtBy: 'removes-retained-at-any-message',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'kept');
      await inbox.published(topic, { payload: text('passing') });
      await inbox.subscribed({ filter: topic, qos: 1 });
      await inbox.expectDelivery('SUBSCRIBE', 'kept');
    },
  },
  {
    area: 'RETAIN',
    number: 14,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-7'], '5.0': ['MQTT-3.3.1-5'] },
    purpose: 'A retained message outlives the session of its publisher',
    requires: RETAINED,
    caughtBy: 'removes-retained-with-publisher',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'kept', 'publisher');
      await inbox.peer.disconnect();
      const again = await inboxOf(bench, 'publisher');
      await again.subscribed({ filter: topic, qos: 1 });
      await again.expectDelivery('SUBSCRIBE', 'kept');
    },
  },
  {
    area: 'RETAIN',
    number: 15,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-6'], '5.0': ['MQTT-3.8.4-8'] },
    purpose: 'A retained message of QoS 1 goes to a later subscription of QoS 0 at QoS 0',
    requires: RETAINED,
    caughtBy: 'delivers-at-publisher-qos',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench, 'kept');
      await inbox.subscribed({ filter: topic, qos: 0 });
      const { qos } = await inbox.needDelivery('SUBSCRIBE', 'kept');
      if (qos !== 0) failCase(`the retained message came at QoS ${qos} to a subscription of QoS 0`);
    },
  },
];

/** A connection that has stored a retained message of QoS 1 on a topic of its own. */
async function stored(bench: MqttBench, payload: string, label = 'a'): Promise<{ readonly inbox: Inbox; readonly topic: string }> {
  const topic = bench.topic('retained');
  const inbox = await inboxOf(bench, label);
  await inbox.published(topic, { retain: true, payload: text(payload) });
  return { inbox, topic };
}

async function retainedQos(bench: MqttBench): Promise<void> {
  const { inbox, topic } = await stored(bench, 'kept');
  const suback = await inbox.subscribed({ filter: topic, qos: 1 });
  const granted = suback.reasonCodes[0] ?? 0;
  const { qos } = await inbox.needDelivery('SUBSCRIBE', 'kept');
  if (qos !== granted) failCase(`the retained message of QoS 1 came at QoS ${qos}, although QoS ${granted} is granted`);
}
