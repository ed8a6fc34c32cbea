import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { declaredLimits, safestQos } from '../bench/declared-limits.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { leave } from '../bench/leave.ts';
import { text, textOf, type MqttBench, type Session } from '../bench/mqtt-bench.ts';
import { told, type Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** Topic aliases in both directions. @see MQTT 5.0, sections 3.1.2.11.5, 3.2.2.3.8, 3.3.2.3.4 and 3.3.4 */
export const TOPIC_ALIAS_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'ALIAS',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-12'] },
    purpose: 'Topic alias 1 stands for the topic that it was set to',
    requires: ['TOPIC_ALIASES'],
    caughtBy: 'refuses-topic-aliases',
    run: async (bench) => {
      await expectUseOf(bench, await aliasBench(bench), 1);
    },
  },
  {
    area: 'ALIAS',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-12'] },
    purpose: 'The highest topic alias that the broker announces is taken',
    requires: ['TOPIC_ALIASES'],
    caughtBy: 'refuses-highest-topic-alias',
    run: async (bench) => {
      const aliases = await aliasBench(bench);
      await expectUseOf(bench, aliases, aliases.aliasMax);
    },
  },
  {
    area: 'ALIAS',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-12'] },
    purpose: 'A topic alias that is set again stands for the new topic',
    requires: ['TOPIC_ALIASES'],
    caughtBy: 'keeps-first-topic-of-alias',
    run: async (bench) => {
      const { subscriber, publisher, qos } = await aliasBench(bench);
      await send(bench, publisher, bench.topic('t'), 1, 'first', qos);
      await send(bench, publisher, bench.topic('u'), 1, 'second', qos);
      await send(bench, publisher, '', 1, 'by alias', qos);
      await expectOn(bench, subscriber, bench.topic('t'), 'first');
      await expectOn(bench, subscriber, bench.topic('u'), 'second');
      await expectOn(bench, subscriber, bench.topic('u'), 'by alias');
    },
  },
  {
    area: 'ALIAS',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-7', 'MQTT-4.13.1-1'] },
    purpose: 'A topic alias of an earlier connection of the same session means nothing: the broker ends the connection',
    requires: ['TOPIC_ALIASES'],
    caughtBy: 'aliases-outlive-connection',
    run: async (bench) => {
      const { publisher } = await aliasBench(bench, { sessionExpiryIntervalS: 60 });
      await bench.published(publisher, bench.topic('t'), { properties: { topicAlias: 1 } });
      await leave(bench, publisher);
      const { peer: again } = await bench.connected('publisher', { cleanStart: false, properties: { sessionExpiryIntervalS: 60 } });
      await send(bench, again, '', 1, 'by alias');
      await again.expectEnd('PUBLISH with an alias that only an earlier connection had set');
    },
  },
  {
    area: 'ALIAS',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-7'] },
    purpose: 'Each connection has its own topic aliases',
    requires: ['TOPIC_ALIASES'],
    caughtBy: 'aliases-shared-by-connections',
    run: async (bench) => {
      const { subscriber, publisher, qos } = await aliasBench(bench);
      const { peer: other } = await bench.connected('other');
      await send(bench, publisher, bench.topic('t'), 1, 'first', qos);
      await expectOn(bench, subscriber, bench.topic('t'), 'first');
      await send(bench, other, bench.topic('u'), 1, 'second', qos);
      await expectOn(bench, subscriber, bench.topic('u'), 'second');
      await send(bench, publisher, '', 1, 'by alias', qos);
      await expectOn(bench, subscriber, bench.topic('t'), 'by alias');
    },
  },
  {
    area: 'ALIAS',
    number: 6,
    version: 1,
    // How rigorously a receiver looks at packets is its own to decide (section 4.13.1).
    level: 'should',
    statements: { '5.0': ['MQTT-3.3.2-8', 'MQTT-4.13.1-1'] },
    purpose: 'Topic alias 0 makes the broker end the connection',
    caughtBy: 'accepts-topic-alias-0',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('t'), { properties: { topicAlias: 0 } }));
      await peer.expectEnd('PUBLISH with topic alias 0');
    },
  },
  {
    area: 'ALIAS',
    number: 7,
    version: 1,
    // Likewise.
    level: 'should',
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'A topic alias above the Topic Alias Maximum of the broker makes it end the connection',
    caughtBy: 'accepts-topic-alias-above-maximum',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a');
      const { topicAliasMaximum } = declaredLimits(connack);
      if (topicAliasMaximum === 65_535) {
        peer.note('the broker takes every alias there is, so nothing is judged');
        return;
      }
      await peer.send(bench.publishPacket(bench.topic('t'), { properties: { topicAlias: topicAliasMaximum + 1 } }));
      await peer.expectEnd(`PUBLISH with topic alias ${topicAliasMaximum + 1}, and ${topicAliasMaximum} is the highest`);
    },
  },
  {
    area: 'ALIAS',
    number: 8,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'A topic alias that was never set, without a topic, makes the broker end the connection',
    requires: ['TOPIC_ALIASES'],
    caughtBy: 'swallows-publish-without-topic',
    run: async (bench) => {
      const { publisher } = await aliasBench(bench);
      await send(bench, publisher, '', 1, 'by alias');
      await publisher.expectEnd('PUBLISH with an alias that was never set, and no topic');
    },
  },
  {
    area: 'ALIAS',
    number: 9,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1', 'MQTT-4.7.3-1'] },
    purpose: 'An empty topic without a topic alias makes the broker end the connection',
    caughtBy: 'swallows-publish-without-topic',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket('', { payload: text('no topic') }));
      await peer.expectEnd('PUBLISH without topic and alias');
    },
  },
  {
    area: 'ALIAS',
    number: 20,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-27'] },
    purpose: 'The broker sends no topic alias to a client that announced no Topic Alias Maximum',
    caughtBy: 'sends-topic-alias-unasked',
    run: async (bench) => refuseAliasesAbove(0, await deliveriesWithAliases(bench, undefined)),
  },
  {
    area: 'ALIAS',
    number: 21,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-27'] },
    purpose: 'The broker sends no topic alias to a client that announced a Topic Alias Maximum of 0',
    caughtBy: 'sends-topic-alias-unasked',
    run: async (bench) => refuseAliasesAbove(0, await deliveriesWithAliases(bench, 0)),
  },
  {
    area: 'ALIAS',
    number: 22,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-26', 'MQTT-3.3.2-11'] },
    purpose: 'Topic aliases of the broker are at most the Topic Alias Maximum of the client',
    caughtBy: 'exceeds-topic-alias-maximum',
    run: async (bench) => refuseAliasesAbove(1, await deliveriesWithAliases(bench, 1)),
  },
  {
    area: 'ALIAS',
    number: 23,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-8'] },
    purpose: 'The broker never sends topic alias 0',
    caughtBy: 'sends-topic-alias-0',
    run: async (bench) => {
      await deliveriesWithAliases(bench, 2);
    },
  },
  {
    area: 'ALIAS',
    number: 24,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-7'] },
    purpose: 'On a new connection of a session the broker sets its topic aliases anew before it uses them',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'uses-aliases-of-earlier-connection',
    run: async (bench) => {
      const properties = { topicAliasMaximum: 5, sessionExpiryIntervalS: 60 };
      const topic = bench.topic('t');
      const { peer: publisher } = await bench.connected('publisher');
      const { peer: first, connack } = await bench.connected('subscriber', { properties });
      const qos = safestQos(connack);
      await bench.subscribed(first, { filter: topic, qos });
      for (const payload of ['one', 'last']) await bench.published(publisher, topic, { qos, payload: text(payload) });
      await deliveriesBefore(first, 'last');
      await leave(bench, first);
      const { peer: again, connack: resumed } = await bench.connected('subscriber', { cleanStart: false, properties });
      if (!resumed.sessionPresent) inconclusiveCase('the server did not keep the session');
      for (const payload of ['two', 'last']) await bench.published(publisher, topic, { qos, payload: text(payload) });
      resolveTopics(await deliveriesBefore(again, 'last'));
    },
  },
];

interface AliasBench {
  /** At QoS 1 where the server has it, so that nothing may get lost. */
  readonly qos: 0 | 1;
  readonly subscriber: Peer;
  readonly publisher: Peer;
  /** At least 1. */
  readonly aliasMax: number;
}

/** A subscriber to the topics `t` and `u`, and a publisher whose aliases the broker takes. */
async function aliasBench(bench: MqttBench, properties = {}): Promise<AliasBench> {
  const { peer: publisher, connack } = await bench.connected('publisher', { properties });
  const aliasMax = declaredLimits(connack).topicAliasMaximum;
  if (aliasMax === 0) inconclusiveCase('the server takes no topic alias, although TOPIC_ALIASES is declared');
  const { peer: subscriber }: Session = await bench.connected('subscriber');
  const qos = safestQos(connack);
  await bench.subscribed(subscriber, { filter: bench.topic('t'), qos }, { filter: bench.topic('u'), qos });
  return { subscriber, publisher, aliasMax, qos };
}

/** @param qos - 0 where it is judged how the connection ends: no acknowledgement is then in between. */
async function send(bench: MqttBench, peer: Peer, topic: string, topicAlias: number, payload: string, qos: 0 | 1 = 0): Promise<void> {
  await peer.send(bench.publishPacket(topic, { payload: text(payload), properties: { topicAlias }, qos, ...(qos === 0 ? {} : { packetId: 7 }) }));
  if (qos === 1) await peer.expectPacket('PUBLISH with a topic alias', 'puback', 'that accepts', ({ packetId, reasonCode }) => packetId === 7 && reasonCode < 0x80);
}

async function expectOn(bench: MqttBench, subscriber: Peer, topic: string, payload: string): Promise<void> {
  const says = `"${payload}" on ${topic}`;
  const publish = await subscriber.expectPacket('PUBLISH with a topic alias', 'publish', says, (packet) => packet.topic === topic && textOf(packet.payload) === payload);
  await bench.acknowledge(subscriber, publish);
}

/** Sets an alias and uses it. */
async function expectUseOf(bench: MqttBench, { publisher, subscriber, qos }: AliasBench, alias: number): Promise<void> {
  const topic = bench.topic('t');
  await send(bench, publisher, topic, alias, 'setting it', qos);
  await expectOn(bench, subscriber, topic, 'setting it');
  await send(bench, publisher, '', alias, 'using it', qos);
  await expectOn(bench, subscriber, topic, 'using it');
}

/** Two messages on each of three topics, to a client with this Topic Alias Maximum. Malformed packets fail the case. */
async function deliveriesWithAliases(bench: MqttBench, topicAliasMaximum: number | undefined): Promise<readonly PublishPacket[]> {
  const topics = ['a', 'b', 'c'].map((label) => bench.topic(label));
  const { peer: subscriber } = await bench.connected('subscriber', { properties: topicAliasMaximum === undefined ? {} : { topicAliasMaximum } });
  await bench.subscribed(subscriber, ...topics.map((filter) => ({ filter })));
  const { peer: publisher } = await bench.connected('publisher');
  const delivered: PublishPacket[] = [];
  for (const round of ['one', 'two']) {
    for (const topic of topics) {
      await bench.published(publisher, topic, { payload: text(`${round} on ${topic}`) });
      delivered.push(await nextPublication(subscriber));
    }
  }
  resolveTopics(delivered);
  return delivered;
}

async function nextPublication(subscriber: Peer): Promise<PublishPacket> {
  const heard = await subscriber.next();
  if (heard.kind === 'malformed') failCase(`${subscriber.name}: ${told(heard)}`, [heard.violation.statement]);
  if (heard.kind === 'packet' && heard.packet.type === 'publish') return heard.packet;
  return inconclusiveCase(`waiting for a publication, but ${told(heard)}`);
}

function refuseAliasesAbove(most: number, delivered: readonly PublishPacket[]): void {
  const wrong = delivered.map(({ properties }) => properties.topicAlias ?? 0).find((alias) => alias > most);
  if (wrong !== undefined) failCase(`the broker sent topic alias ${wrong}, and the client takes ${most === 0 ? 'none' : `at most ${most}`}`);
}

/** Every publication names its topic, by itself or by an alias that an earlier one of the same connection set. */
function resolveTopics(delivered: readonly PublishPacket[]): void {
  const topicOf = new Map<number, string>();
  for (const { topic, properties } of delivered) {
    const { topicAlias } = properties;
    if (topicAlias === undefined) continue;
    if (topic !== '') topicOf.set(topicAlias, topic);
    else if (!topicOf.has(topicAlias)) failCase(`the broker used topic alias ${topicAlias}, which it had not set on this connection`);
  }
}
