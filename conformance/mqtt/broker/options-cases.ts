import { failCase } from '../../framework/case-stop.ts';
import { inboxOf, refuseDeliveries, type Inbox } from '../bench/inbox.ts';
import { text, textOf, type MqttBench, type SubscriptionFields } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const RETAINED = ['RETAIN', 'QOS1'];

/** The subscription options of 5.0 (section 3.8.3.1), beside the maximum QoS. */
export const OPTIONS_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'OPTIONS',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.3-3'] },
    purpose: 'With No Local a client does not get its own messages',
    requires: ['QOS1'],
    caughtBy: 'ignores-no-local',
    run: async (bench) => {
      const topic = bench.topic('local');
      const inbox = await inboxOf(bench, 'a');
      await inbox.subscribed({ filter: topic, qos: 1, noLocal: true });
      await ownMessage(bench, inbox, topic);
    },
  },
  {
    area: 'OPTIONS',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.3-3'] },
    purpose: 'No Local holds for a filter with wildcards too',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'ignores-no-local',
    run: async (bench) => {
      const root = bench.topic('local');
      const inbox = await inboxOf(bench, 'a');
      await inbox.subscribed({ filter: `${root}/#`, qos: 1, noLocal: true });
      await ownMessage(bench, inbox, `${root}/a`);
    },
  },
  {
    area: 'OPTIONS',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-4.5.0-1'] },
    purpose: 'With No Local a client gets the messages of others',
    requires: ['QOS1'],
    caughtBy: 'no-local-keeps-everything-away',
    run: async (bench) => {
      const topic = bench.topic('local');
      const inbox = await inboxOf(bench, 'a');
      await inbox.subscribed({ filter: topic, qos: 1, noLocal: true });
      const other = await inboxOf(bench, 'other');
      await other.published(topic, { payload: text('of another') });
      await inbox.expectDelivery('PUBLISH of another client', 'of another');
    },
  },
  {
    area: 'OPTIONS',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-4.5.0-1'] },
    purpose: 'Without No Local a client gets its own messages',
    requires: ['QOS1'],
    caughtBy: 'never-sends-messages-back',
    run: async (bench) => {
      const topic = bench.topic('local');
      const inbox = await inboxOf(bench, 'a');
      await inbox.subscribed({ filter: topic, qos: 1, noLocal: false });
      await inbox.published(topic, { payload: text('own') });
      await inbox.expectDelivery('PUBLISH of its own', 'own');
    },
  },
  {
    area: 'OPTIONS',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.4-3', 'MQTT-3.8.3-3'] },
    purpose: 'A SUBSCRIBE that replaces another replaces its No Local too',
    requires: ['QOS1'],
    caughtBy: 'keeps-first-subscription',
    run: async (bench) => {
      const topic = bench.topic('local');
      const inbox = await inboxOf(bench, 'a');
      for (const noLocal of [false, true]) await inbox.subscribed({ filter: topic, qos: 1, noLocal });
      await ownMessage(bench, inbox, topic);
    },
  },
  {
    area: 'OPTIONS',
    number: 6,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.3-4'] },
    // The statement binds the client; that the server detects it is what section 4.13.1 leaves to its rigor.
    level: 'should',
    purpose: 'No Local on a shared subscription is a protocol error, and the connection ends',
    requires: ['SHARED_SUBSCRIPTIONS'],
    caughtBy: 'takes-no-local-on-shared-subscriptions',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: `$share/group/${bench.topic('a')}`, noLocal: true }]));
      await peer.expectEnd('No Local on a shared subscription');
    },
  },
  {
    area: 'OPTIONS',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'Retain Handling 3 is a protocol error, and the connection ends',
    caughtBy: 'takes-retain-handling-3',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('a'), retainHandling: 3 }]));
      await peer.expectEnd('a SUBSCRIBE with Retain Handling 3');
    },
  },
  retainAsPublished(8, false, 'MQTT-3.3.1-12', 'Without Retain As Published all messages are forwarded with RETAIN 0', 'always-retain-as-published'),
  retainAsPublished(9, true, 'MQTT-3.3.1-13', 'With Retain As Published messages are forwarded with the RETAIN flag that they were published with', 'ignores-retain-as-published'),
  {
    area: 'OPTIONS',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.1-9'] },
    purpose: 'With Retain Handling 0 the retained message is sent at a new subscription, and again when it is replaced',
    requires: RETAINED,
    caughtBy: 'retain-handling-0-as-2',
    run: (bench) => retainHandling(bench, [0, 0], [true, true]),
  },
  {
    area: 'OPTIONS',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.1-10'] },
    purpose: 'With Retain Handling 1 the retained message is sent when the subscription is new',
    requires: RETAINED,
    caughtBy: 'retain-handling-1-as-2',
    run: (bench) => retainHandling(bench, [1], [true]),
  },
  {
    area: 'OPTIONS',
    number: 12,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.1-10'] },
    purpose: 'With Retain Handling 1 the retained message is not sent when the subscription existed',
    requires: RETAINED,
    caughtBy: 'retain-handling-1-as-0',
    run: (bench) => retainHandling(bench, [2, 1], [false, false]),
  },
  {
    area: 'OPTIONS',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.1-10'] },
    purpose: 'With Retain Handling 1 a subscription that was left and is made again is new',
    requires: RETAINED,
    caughtBy: 'retain-handling-1-as-2',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench);
      await inbox.subscribed({ filter: topic, qos: 1, retainHandling: 2 });
      await inbox.unsubscribed(topic);
      await inbox.subscribed({ filter: topic, qos: 1, retainHandling: 1 });
      await inbox.expectDelivery('SUBSCRIBE behind UNSUBSCRIBE', 'kept');
    },
  },
  {
    area: 'OPTIONS',
    number: 14,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.1-11'] },
    purpose: 'With Retain Handling 2 the retained message is not sent, be the subscription new or not',
    requires: RETAINED,
    caughtBy: 'retain-handling-2-as-0',
    run: (bench) => retainHandling(bench, [2, 2], [false, false]),
  },
  {
    area: 'OPTIONS',
    number: 15,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.1-9'] },
    purpose: 'What is sent at a new subscription has RETAIN 1 with Retain As Published and without it',
    requires: RETAINED,
    caughtBy: 'sends-retained-without-flag',
    run: async (bench) => {
      const { inbox, topic } = await stored(bench);
      for (const asPublished of [false, true]) {
        await inbox.subscribed({ filter: topic, qos: 1, retainAsPublished: asPublished });
        const { retain } = await inbox.needDelivery('SUBSCRIBE', 'kept');
        if (!retain) failCase(`with Retain As Published ${asPublished ? 1 : 0} the retained message came with RETAIN 0`);
      }
    },
  },
];

/** The client publishes, then another does: the second message comes, the first must not. */
async function ownMessage(bench: MqttBench, inbox: Inbox, topic: string): Promise<void> {
  await inbox.published(topic, { payload: text('own') });
  const other = await inboxOf(bench, 'other');
  await other.published(topic, { payload: text('of another') });
  await inbox.needDelivery('PUBLISH of another client', 'of another');
  refuseDeliveries([...inbox.unread(), ...(await inbox.settled('both messages'))], ['own'], 'the client asked for No Local');
}

/** Sent at QoS 1 and 0, so that both come whatever their RETAIN flag. */
function retainAsPublished(number: number, asPublished: boolean, statement: string, purpose: string, caughtBy: string): BrokerPurpose {
  return {
    area: 'OPTIONS',
    number,
    version: 1,
    statements: { '5.0': [statement] },
    purpose,
    requires: RETAINED,
    caughtBy,
    run: async (bench) => {
      const topic = bench.topic('live');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1, retainAsPublished: asPublished });
      const publisher = await inboxOf(bench, 'publisher');
      for (const published of [false, true]) {
        const payload = published ? 'retained' : 'passing';
        await publisher.published(topic, { retain: published, payload: text(payload) });
        const { retain } = await subscriber.needDelivery('PUBLISH', payload);
        const due = asPublished && published;
        if (retain !== due) failCase(`a message published with RETAIN ${published ? 1 : 0} was forwarded with RETAIN ${retain ? 1 : 0}`);
      }
    },
  };
}

async function stored(bench: MqttBench): Promise<{ readonly inbox: Inbox; readonly topic: string }> {
  const topic = bench.topic('retained');
  const inbox = await inboxOf(bench, 'a');
  await inbox.published(topic, { retain: true, payload: text('kept') });
  return { inbox, topic };
}

/** Subscribes to the topic of a retained message once for each handling. @param due - Whether the message has to come then. */
async function retainHandling(bench: MqttBench, handlings: readonly NonNullable<SubscriptionFields['retainHandling']>[], due: readonly boolean[]): Promise<void> {
  const { inbox, topic } = await stored(bench);
  for (const [index, handling] of handlings.entries()) {
    const after = `SUBSCRIBE ${index + 1} with Retain Handling ${handling}`;
    await inbox.subscribed({ filter: topic, qos: 1, retainHandling: handling });
    if (due[index] === true) await inbox.expectDelivery(after, 'kept');
    else if ((await inbox.settled(after)).some(({ payload }) => textOf(payload) === 'kept')) failCase(`after ${after} the retained message was sent`);
  }
}
