import { matchesFilter } from '../../../hil/protocols/mqtt/topic.ts';
import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { connectionEnd, nothing, packetOf, type Reaction } from '../bench/heard.ts';
import { inboxOf, type Inbox } from '../bench/inbox.ts';
import { text, type MqttBench, type SubscriptionFields } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const WILDCARD: PurposeStatements = { '3.1.1': ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'], '5.0': ['MQTT-3.3.2-2', 'MQTT-4.7.0-1'] };
const OVERLAP: PurposeStatements = { '3.1.1': ['MQTT-3.3.5-1'], '5.0': ['MQTT-3.3.4-2'] };
const LOWER_QOS: PurposeStatements = { '3.1.1': ['MQTT-3.8.4-6'], '5.0': ['MQTT-3.8.4-8'] };

/** PUBLISH in both directions: flags, topic name, QoS of what is delivered. */
export const PUBLISH_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'PUBLISH',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], '5.0': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
    purpose: 'A message that the broker sends at QoS 0 has DUP 0, also when its publisher sent it with DUP 1',
    requires: ['QOS1'],
    caughtBy: 'sets-dup-at-qos-0',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench, 0);
      await publisher.published(topic, { dup: true, payload: text('again') });
      const heard = await subscriber.peer.expect('PUBLISH at QoS 1 with DUP 1', packetOf('publish', 'at QoS 0 with DUP 0', ({ qos, dup }) => qos === 0 && !dup), nothing);
      if (heard.kind === 'silence') inconclusiveCase('the message of QoS 0 did not come, as may happen');
    },
  },
  {
    area: 'PUBLISH',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-3'], '5.0': ['MQTT-3.3.1-3'] },
    purpose: 'DUP of a QoS 1 PUBLISH is not passed on: what the broker sends for the first time has DUP 0',
    requires: ['QOS1'],
    caughtBy: 'passes-dup-on',
    run: (bench) => dupNotPassedOn(bench, 1),
  },
  {
    area: 'PUBLISH',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-3'], '5.0': ['MQTT-3.3.1-3'] },
    purpose: 'DUP of a QoS 2 PUBLISH is not passed on: what the broker sends for the first time has DUP 0',
    requires: ['QOS2'],
    caughtBy: 'passes-dup-on',
    run: (bench) => dupNotPassedOn(bench, 2),
  },
  {
    area: 'PUBLISH',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-4'], '5.0': ['MQTT-3.3.1-4'] },
    purpose: 'A PUBLISH with both QoS bits set makes the broker end the connection',
    caughtBy: 'takes-qos-3',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('a'), { qos: 3, packetId: 7 }));
      await peer.expectEnd('a PUBLISH with QoS 3');
    },
  },
  wildcardInTopicName(5, '+', 'A topic name with + in PUBLISH is not accepted'),
  wildcardInTopicName(6, '#', 'A topic name with # in PUBLISH is not accepted'),
  {
    area: 'PUBLISH',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.2-3'], '5.0': ['MQTT-3.3.2-3'] },
    purpose: 'The topic name of a delivery matches the filter of the subscription, by + as well as by #',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'delivers-under-other-topics',
    // The topic name may be another than the publisher's (a server may map it), but it has to match.
    run: async (bench) => {
      const publisher = await inboxOf(bench, 'publisher');
      for (const [label, wildcard] of [['plus', '+'], ['hash', '#'], ['exact', 'leaf']] as const) {
        const filter = `${bench.topic(label)}/${wildcard}`;
        const subscriber = await inboxOf(bench, label);
        await subscriber.subscribed({ filter, qos: 1 });
        await publisher.published(`${bench.topic(label)}/leaf`, { payload: text(label) });
        const { topic } = await subscriber.needDelivery('PUBLISH', label);
        if (!matchesFilter(filter, topic)) failCase(`a message came to ${filter} under the topic name ${topic}`);
      }
    },
  },
  {
    area: 'PUBLISH',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.2-1'], '5.0': ['MQTT-3.3.2-1'] },
    purpose: 'The topic name comes first in a PUBLISH of the broker, also where a packet identifier follows',
    requires: ['QOS1'],
    caughtBy: 'packet-id-before-topic',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench, 1);
      await publisher.published(topic, { payload: text('first') });
      await subscriber.expectDelivery('PUBLISH', 'first');
    },
  },
  {
    area: 'PUBLISH',
    number: 9,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.4-1'], '5.0': ['MQTT-3.3.4-1'] },
    purpose: 'A QoS 0 PUBLISH is not answered',
    caughtBy: 'answers-qos-0',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('a')));
      const [answer] = await peer.barrier('a QoS 0 PUBLISH');
      if (answer !== undefined) failCase(`a QoS 0 PUBLISH was answered with ${answer.type.toUpperCase()}`);
    },
  },
  answered(10, 1, 'A QoS 1 PUBLISH is answered with one PUBACK'),
  answered(11, 2, 'A QoS 2 PUBLISH is answered with one PUBREC'),
  overlapping(12, 'to +, subscribed to behind #', 'delivers-overlap-at-lowest-qos', { filter: '#', qos: 0 }, { filter: '+', qos: 1 }),
  overlapping(13, 'to +, subscribed to before #', 'delivers-overlap-at-last-qos', { filter: '+', qos: 1 }, { filter: '#', qos: 0 }),
  {
    area: 'PUBLISH',
    number: 14,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.5-2'] },
    purpose: 'A QoS 1 PUBLISH that the broker may not want (a topic name that begins with $) is acknowledged or ends the connection',
    requires: ['QOS1'],
    caughtBy: 'ignores-unwanted-messages',
    run: (bench) => unwanted(bench, 1),
  },
  {
    area: 'PUBLISH',
    number: 15,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.5-2'] },
    purpose: 'A QoS 2 PUBLISH that the broker may not want (a topic name that begins with $) is acknowledged or ends the connection',
    requires: ['QOS2'],
    caughtBy: 'ignores-unwanted-messages',
    run: (bench) => unwanted(bench, 2),
  },
  overlapping(22, 'to #, subscribed to behind the topic itself', 'delivers-overlap-at-lowest-qos', { filter: 'a', qos: 0 }, { filter: '#', qos: 1 }),
  overlapping(23, 'to #, subscribed to before the topic itself', 'delivers-overlap-at-last-qos', { filter: '#', qos: 1 }, { filter: 'a', qos: 0 }),
  overlapping(24, 'to the topic itself, subscribed to behind #', 'delivers-overlap-at-lowest-qos', { filter: '#', qos: 0 }, { filter: 'a', qos: 1 }),
  lowerQos(16, 0, 'Messages of any QoS come to a subscription of QoS 0 at QoS 0', 'delivers-at-publisher-qos'),
  lowerQos(17, 1, 'Messages come to a subscription of QoS 1 at their own QoS, but at no more than 1', 'delivers-at-publisher-qos'),
  lowerQos(18, 2, 'Messages come to a subscription of QoS 2 at their own QoS', 'delivers-at-granted-qos'),
  lowerQos(19, 2, 'Messages of QoS 1 and 2 are not delivered below the granted QoS', 'delivers-at-qos-0'),
  {
    area: 'PUBLISH',
    number: 20,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.5.0-1'], '5.0': ['MQTT-4.5.0-1'] },
    purpose: 'A message goes to every client with a matching subscription',
    requires: ['QOS1'],
    caughtBy: 'delivers-to-one-subscriber',
    run: async (bench) => {
      const topic = bench.topic('all');
      const subscribers: Inbox[] = [];
      for (const label of ['one', 'two', 'three']) {
        const subscriber = await inboxOf(bench, label);
        await subscriber.subscribed({ filter: topic, qos: 1 });
        subscribers.push(subscriber);
      }
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { payload: text('for all') });
      for (const subscriber of subscribers) await subscriber.expectDelivery('PUBLISH', 'for all');
    },
  },
  {
    area: 'PUBLISH',
    number: 21,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.5.0-1'], '5.0': ['MQTT-4.5.0-1'] },
    purpose: 'A message without payload and one with bytes of every value are delivered as they came',
    requires: ['QOS1'],
    caughtBy: 'delivers-payload-as-text',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench, 1);
      await publisher.published(topic, { payload: new Uint8Array(0) });
      await subscriber.expectDelivery('an empty PUBLISH', '');
      const everyByte = Uint8Array.from({ length: 256 }, (_none, value) => value);
      await publisher.published(topic, { payload: everyByte });
      const { payload } = await subscriber.peer.expectPacket('PUBLISH of 256 bytes', 'publish');
      if (Buffer.compare(payload, everyByte) !== 0) failCase('a payload of the bytes 0 to 255 was changed on its way');
    },
  },
];

interface Pair {
  readonly subscriber: Inbox;
  readonly publisher: Inbox;
  readonly topic: string;
}

/** One client subscribed to a topic, and another that will publish on it. */
async function pair(bench: MqttBench, qos: Qos): Promise<Pair> {
  const topic = bench.topic('pair');
  const subscriber = await inboxOf(bench, 'subscriber');
  await subscriber.subscribed({ filter: topic, qos });
  return { subscriber, publisher: await inboxOf(bench, 'publisher'), topic };
}

async function dupNotPassedOn(bench: MqttBench, qos: 1 | 2): Promise<void> {
  const { subscriber, publisher, topic } = await pair(bench, qos);
  await publisher.published(topic, { qos, dup: true, payload: text('again') });
  const { dup } = await subscriber.needDelivery('PUBLISH with DUP 1', 'again');
  if (dup) failCase('the first PUBLISH of the broker for this message has DUP 1');
}

/** 5.0 has a reason code for topic names, so there a refusal in PUBACK will do. */
function wildcardInTopicName(number: number, character: '+' | '#', purpose: string): BrokerPurpose {
  return {
    area: 'PUBLISH',
    number,
    version: 1,
    statements: WILDCARD,
    purpose,
    requires: ['QOS1'],
    caughtBy: 'takes-wildcards-in-topic-names',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(`${bench.topic('a')}/${character}`, { qos: 1, packetId: 7 }));
      const words: readonly Reaction[] = bench.version === 5 ? [packetOf('puback', 'with an error', isError), packetOf('disconnect', 'with an error', isError)] : [];
      const heard = await peer.expect('that PUBLISH', connectionEnd, ...words);
      if (heard.kind === 'packet' && heard.packet.type === 'disconnect') await peer.expect('DISCONNECT', connectionEnd);
    },
  };
}

function isError({ reasonCode }: { readonly reasonCode: number }): boolean {
  return reasonCode >= 0x80;
}

function answered(number: number, qos: 1 | 2, purpose: string): BrokerPurpose {
  return {
    area: 'PUBLISH',
    number,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.4-1'], '5.0': ['MQTT-3.3.4-1'] },
    purpose,
    requires: [`QOS${qos}`],
    caughtBy: qos === 1 ? 'answers-qos-1-with-pubrec' : 'answers-qos-2-with-puback',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('a'), { qos, packetId: 7 }));
      await peer.expectPacket(`a QoS ${qos} PUBLISH`, qos === 1 ? 'puback' : 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
      const [more] = await peer.barrier('the answer to PUBLISH');
      if (more !== undefined) failCase(`a QoS ${qos} PUBLISH was answered with ${more.type.toUpperCase()} as well`);
    },
  };
}

/**
 * Further copies at the QoS of the other subscriptions are allowed, so one copy at the highest has to be among them.
 * @param which - Where the subscription of the highest QoS stands.
 * @param subscriptions - Last level of each filter and its QoS, in the order of subscribing.
 */
function overlapping(number: number, which: string, caughtBy: string, ...subscriptions: readonly SubscriptionFields[]): BrokerPurpose {
  return {
    area: 'PUBLISH',
    number,
    version: 1,
    statements: OVERLAP,
    purpose: `Of overlapping subscriptions in one session the highest QoS is respected: here it is that ${which}`,
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy,
    run: async (bench) => {
      const root = bench.topic('overlap');
      const subscriber = await inboxOf(bench, 'subscriber');
      for (const { filter, qos } of subscriptions) {
        const { reasonCodes } = await subscriber.subscribed({ filter: `${root}/${String(filter)}`, qos: qos ?? 0 });
        if (reasonCodes[0] !== qos) inconclusiveCase(`the SUT grants QoS ${reasonCodes[0]} where QoS ${qos} was asked for`);
      }
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(`${root}/a`, { payload: text('overlap') });
      for (;;) {
        const { qos } = await subscriber.expectDelivery('PUBLISH at QoS 1 to subscriptions of QoS 0 and 1 (a copy at QoS 1 is due)', 'overlap');
        if (qos === 1) return;
      }
    },
  };
}

async function unwanted(bench: MqttBench, qos: 1 | 2): Promise<void> {
  const { peer } = await bench.connected('a');
  const topic = `$SYS/${bench.topic('unwanted')}`;
  await peer.send(bench.publishPacket(topic, { qos, packetId: 7 }));
  await peer.expect(`a QoS ${qos} PUBLISH to ${topic}`, packetOf(qos === 1 ? 'puback' : 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7), connectionEnd);
}

function lowerQos(number: number, asked: Qos, purpose: string, caughtBy: string): BrokerPurpose {
  return {
    area: 'PUBLISH',
    number,
    version: 1,
    statements: LOWER_QOS,
    purpose,
    requires: ['QOS1', 'QOS2'],
    caughtBy,
    run: async (bench) => {
      const topic = bench.topic('qos');
      const subscriber = await inboxOf(bench, 'subscriber');
      const suback = await subscriber.subscribed({ filter: topic, qos: asked });
      const granted = suback.reasonCodes[0] ?? 0;
      const publisher = await inboxOf(bench, 'publisher');
      for (const published of [0, 1, 2]) {
        await publisher.published(topic, { qos: published, payload: text(`at ${published}`) });
        const { qos } = await subscriber.needDelivery('PUBLISH', `at ${published}`);
        const due = Math.min(published, granted);
        if (qos !== due) failCase(`a message of QoS ${published} came at QoS ${qos} to a subscription with QoS ${granted} granted, where QoS ${due} is due`);
      }
    },
  };
}
