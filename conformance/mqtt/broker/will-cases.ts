import type { LooseWill } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { bytesText } from '../../../hil/protocols/mqtt/packet-text.ts';
import { failCase } from '../../framework/case-stop.ts';
import { safestQos } from '../bench/declared-limits.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { leave } from '../bench/leave.ts';
import { expectMessage, expectRetained, listener, messagesBeforeSuback, tell } from '../bench/messages.ts';
import { text, textOf, type ConnectFields, type MqttBench, type Session } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';
import { expectCut, keepAliveOf } from './keep-alive-cases.ts';

const PUBLISHED: PurposeStatements = { '3.1.1': ['MQTT-3.1.2-8'], '5.0': ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] };

/** Wills: when they are published, how, and when not. */
export const WILL_PURPOSES: readonly BrokerPurpose[] = [
  published(1, 'the connection of a client breaks', PUBLISHED, 'forgets-will-on-cut', async (_bench, { peer }) => peer.cut()),
  published(
    2,
    'a client closes its connection without DISCONNECT',
    PUBLISHED,
    'forgets-will-on-cut',
    async (bench, { peer }) => bench.wire.close(peer.name, 'fin'),
  ),
  published(3, 'another client takes over its client id', { '3.1.1': ['MQTT-3.1.2-8', 'MQTT-3.1.4-2'], '5.0': ['MQTT-3.1.2-8', 'MQTT-3.1.4-3'] }, 'forgets-will-on-takeover', async (bench, { clientId }) => {
    await bench.connected('takeover', { clientId });
  }),
  published(4, 'a malformed packet makes the broker end the connection', PUBLISHED, 'forgets-will-on-violation', async (_bench, { peer }) => {
    await peer.sendBytes(Uint8Array.of(0x00, 0x00));
  }),
  published(
    5,
    'a client says nothing for one and a half times its keep alive',
    { '3.1.1': ['MQTT-3.1.2-24', 'MQTT-3.1.2-8'], '5.0': ['MQTT-3.1.2-22', 'MQTT-3.1.2-8'] },
    'forgets-will-on-keep-alive',
    async (bench, session) => expectCut(bench, session, keepAliveOf(session)),
    { keepAliveS: 1 },
  ),
  published(
    6,
    'a client disconnects with reason code 0x04',
    { '5.0': ['MQTT-3.1.2-8'] },
    'forgets-will-on-disconnect-with-will',
    async (bench, { peer }) => leave(bench, peer, { reasonCode: 0x04 }),
  ),
  published(18, 'a second CONNECT makes the broker end the connection', PUBLISHED, 'forgets-will-on-violation', async (bench, { peer }) => {
    await peer.send(bench.connectPacket('a'));
  }),
  {
    area: 'WILL',
    number: 7,
    version: 1,
    statements: PUBLISHED,
    purpose: 'A will without payload is published without payload',
    caughtBy: 'forgets-empty-will',
    run: async (bench) => {
      const topic = bench.topic('will');
      const subscriber = await listener(bench, 'subscriber', topic);
      const { peer } = await bench.connected('a', { will: will(topic, '', { qos: safestQos(subscriber.connack) }) });
      await peer.cut();
      await expectMessage(bench, subscriber.peer, 'the end of a connection with a will', { topic, payload: '' });
    },
  },
  {
    area: 'WILL',
    number: 8,
    version: 1,
    statements: PUBLISHED,
    purpose: 'The payload of a will is published byte for byte, whatever bytes it has',
    caughtBy: 'reads-will-payload-as-text',
    run: async (bench) => {
      const topic = bench.topic('will');
      const payload = Uint8Array.of(0x00, 0xff, 0xc3, 0x28, 0x0a, 0xed, 0xa0, 0x80);
      const subscriber = await listener(bench, 'subscriber', topic);
      const { peer } = await bench.connected('a', { will: { ...will(topic, '', { qos: safestQos(subscriber.connack) }), payload } });
      await peer.cut();
      const publish = await subscriber.peer.expectPacket(
        'the end of a connection with a will',
        'publish',
        `with ${bytesText(payload)}`,
        (packet) => bytesText(packet.payload) === bytesText(payload),
      );
      await bench.acknowledge(subscriber.peer, publish);
    },
  },
  atQos(9, 1),
  atQos(10, 2),
  {
    area: 'WILL',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-16'], '5.0': ['MQTT-3.1.2-14'] },
    purpose: 'A will without will retain is published and not kept',
    caughtBy: 'retains-every-will',
    run: async (bench) => {
      const topic = bench.topic('will');
      await publishedWill(bench, topic, false);
      const late = await bench.connected('late');
      const publisher = await bench.connected('publisher');
      const early = await messagesBeforeSuback(bench, late.peer, topic, safestQos(late.connack));
      await tell(bench, publisher, topic, 'after');
      const before = await deliveriesBefore(late.peer, 'after');
      if (early.length + before.length > 0) failCase('late: the will came to a client that subscribed after it was published');
    },
  },
  {
    area: 'WILL',
    number: 12,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-17'], '5.0': ['MQTT-3.1.2-15'] },
    purpose: 'A will with will retain is published as a retained message',
    requires: ['RETAIN'],
    caughtBy: 'retains-no-will',
    run: async (bench) => {
      const topic = bench.topic('will');
      await publishedWill(bench, topic, true);
      const { retain } = await expectRetained(bench, 'late', { topic, payload: 'will' });
      if (!retain) failCase('late: the retained will came with RETAIN 0');
    },
  },
  {
    area: 'WILL',
    number: 13,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'], '5.0': ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'] },
    purpose: 'DISCONNECT erases the will: it is not published',
    caughtBy: 'publishes-will-on-disconnect',
    run: async (bench) => {
      const topic = bench.topic('will');
      const subscriber = await listener(bench, 'subscriber', topic);
      const { peer } = await bench.connected('a', { will: will(topic, 'will', { qos: safestQos(subscriber.connack) }) });
      await leave(bench, peer);
      await expectNoWill(bench, subscriber, topic, 'DISCONNECT');
    },
  },
  {
    area: 'WILL',
    number: 14,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-10', 'MQTT-3.1.2-12'], '5.0': ['MQTT-3.1.2-10'] },
    purpose: 'A will that was published is erased: a later connection of the client without a will ends without one',
    caughtBy: 'keeps-will-of-client',
    run: async (bench) => {
      const topic = bench.topic('will');
      const subscriber = await listener(bench, 'subscriber', topic);
      const first = await bench.connected('a', { will: will(topic, 'will', { qos: safestQos(subscriber.connack) }) });
      await first.peer.cut();
      await needWill(bench, subscriber.peer, topic);
      const second = await bench.connected('a');
      await second.peer.cut();
      await expectNoWill(bench, subscriber, topic, 'the end of a connection without a will');
    },
  },
  {
    area: 'WILL',
    number: 15,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-12', 'MQTT-3.1.2-10'], '5.0': ['MQTT-3.1.2-10'] },
    purpose: 'A will that DISCONNECT erased does not come back with the next connection of the client',
    caughtBy: 'keeps-will-of-client',
    run: async (bench) => {
      const topic = bench.topic('will');
      const subscriber = await listener(bench, 'subscriber', topic);
      const first = await bench.connected('a', { will: will(topic, 'will', { qos: safestQos(subscriber.connack) }) });
      await leave(bench, first.peer);
      const second = await bench.connected('a');
      await second.peer.cut();
      await expectNoWill(bench, subscriber, topic, 'the end of a connection without a will');
    },
  },
];

function will(topic: string, payload: string, { qos = 0, retain = false }: { readonly qos?: Qos; readonly retain?: boolean } = {}): LooseWill {
  return { topic, payload: text(payload), qos, retain, properties: NO_PROPERTIES };
}

/** The connection of a client with a will ends in a way that the will is for. */
function published(number: number, what: string, statements: PurposeStatements, caughtBy: string, end: (bench: MqttBench, session: Session) => Promise<void>, fields: ConnectFields = {}): BrokerPurpose {
  return {
    area: 'WILL',
    number,
    version: 1,
    statements,
    purpose: `The will is published when ${what}`,
    caughtBy,
    run: async (bench) => {
      const topic = bench.topic('will');
      const subscriber = await listener(bench, 'subscriber', topic);
      const session = await bench.connected('a', { ...fields, will: will(topic, 'will', { qos: safestQos(subscriber.connack) }) });
      await end(bench, session);
      await expectMessage(bench, subscriber.peer, what, { topic, payload: 'will' });
    },
  };
}

/** Will QoS says at which QoS the will is published; a subscription of QoS 2 takes nothing from it. */
function atQos(number: number, qos: 1 | 2): BrokerPurpose {
  return {
    area: 'WILL',
    number,
    version: 1,
    statements: PUBLISHED,
    purpose: `A will of QoS ${qos} is published at QoS ${qos}`,
    requires: ['QOS2', `QOS${qos}`],
    caughtBy: 'publishes-wills-at-qos-0',
    run: async (bench) => {
      const topic = bench.topic('will');
      const subscriber = await bench.connected('subscriber');
      await bench.subscribed(subscriber.peer, { filter: topic, qos: 2 });
      const { peer } = await bench.connected('a', { will: will(topic, 'will', { qos }) });
      await peer.cut();
      const publish = await subscriber.peer.expectPacket(
        'the end of a connection with a will',
        'publish',
        `at QoS ${qos}`,
        (packet) => packet.topic === topic && packet.qos === qos,
      );
      await bench.acknowledge(subscriber.peer, publish);
    },
  };
}

/** A will was published: somebody has it. */
async function publishedWill(bench: MqttBench, topic: string, retain: boolean): Promise<void> {
  const witness = await listener(bench, 'witness', topic);
  const { peer } = await bench.connected('a', { will: will(topic, 'will', { qos: safestQos(witness.connack), retain }) });
  await peer.cut();
  await needWill(bench, witness.peer, topic);
}

async function needWill(bench: MqttBench, subscriber: Peer, topic: string): Promise<void> {
  const publish = await subscriber.needPacket('the end of a connection with a will', 'publish', `on ${topic}`, (packet) => packet.topic === topic);
  await bench.acknowledge(subscriber, publish);
}

/**
 * No will comes before a message that another client publishes afterwards, nor for a while behind it: the will of one
 * client and the message of another have no order between them.
 */
async function expectNoWill(bench: MqttBench, subscriber: Session, topic: string, after: string): Promise<void> {
  const publisher = await bench.connected('publisher');
  await tell(bench, publisher, topic, 'afterwards');
  const before = await deliveriesBefore(subscriber.peer, 'afterwards');
  const [first] = before;
  if (first !== undefined) failCase(`subscriber: after ${after} "${textOf(first.payload)}" was published`);
  await subscriber.peer.expectNothing(after);
}
