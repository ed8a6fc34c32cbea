import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { inboxOf } from '../bench/inbox.ts';
import { leave } from '../bench/leave.ts';
import { text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const REQUIRES = ['SUBSCRIPTION_IDENTIFIERS'];

/** Subscription identifiers. @see MQTT 5.0, sections 3.3.2.3.8, 3.3.4 and 3.8.2.1.2 */
export const SUBSCRIPTION_IDENTIFIER_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'SUBID',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3'] },
    purpose: 'A message carries the Subscription Identifier of the subscription that it matches',
    requires: REQUIRES,
    caughtBy: 'drops-subscription-identifiers',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await subscribe(bench, peer, bench.topic('t'), 7);
      await expectIdentifiers(bench, peer, [[7]]);
    },
  },
  {
    area: 'SUBID',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3'] },
    purpose: 'The largest Subscription Identifier, 268,435,455, comes back as it was',
    requires: REQUIRES,
    caughtBy: 'truncates-subscription-identifiers',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await subscribe(bench, peer, bench.topic('t'), 268_435_455);
      await expectIdentifiers(bench, peer, [[268_435_455]]);
    },
  },
  {
    area: 'SUBID',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3', 'MQTT-3.3.4-4', 'MQTT-3.3.4-5'] },
    purpose: 'A message that matches two subscriptions brings both identifiers, in one copy or each in its own',
    requires: [...REQUIRES, 'WILDCARDS'],
    caughtBy: 'drops-subscription-identifiers',
    run: (bench) => overlapping(bench),
  },
  {
    area: 'SUBID',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-4'] },
    purpose: 'A single copy of a message that matches two subscriptions carries both identifiers',
    requires: [...REQUIRES, 'WILDCARDS'],
    caughtBy: 'single-copy-with-one-identifier',
    run: (bench) => overlapping(bench),
  },
  {
    area: 'SUBID',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-5'] },
    purpose: 'Separate copies of a message that matches two subscriptions each carry their own identifier',
    requires: [...REQUIRES, 'WILDCARDS'],
    caughtBy: 'separate-copies-with-all-identifiers',
    run: (bench) => overlapping(bench),
  },
  {
    area: 'SUBID',
    number: 6,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3', 'MQTT-3.3.4-4', 'MQTT-3.3.4-5'] },
    purpose: 'Of two matching subscriptions only the one with an identifier brings one',
    requires: [...REQUIRES, 'WILDCARDS'],
    caughtBy: 'drops-subscription-identifiers',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await subscribe(bench, peer, bench.topic('+'), undefined);
      await subscribe(bench, peer, bench.topic('t'), 2);
      await expectIdentifiers(bench, peer, [[2]], [[], [2]]);
    },
  },
  {
    area: 'SUBID',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.4-3', 'MQTT-3.3.4-3'] },
    purpose: 'A subscription that is made again has the identifier of the later SUBSCRIBE',
    requires: REQUIRES,
    caughtBy: 'keeps-first-subscription-identifier',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await subscribe(bench, peer, bench.topic('t'), 1);
      await subscribe(bench, peer, bench.topic('t'), 2);
      await expectIdentifiers(bench, peer, [[2]]);
    },
  },
  {
    area: 'SUBID',
    number: 8,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.4-3', 'MQTT-3.3.4-3'] },
    purpose: 'A subscription that is made again without an identifier has none',
    requires: REQUIRES,
    caughtBy: 'keeps-first-subscription-identifier',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await subscribe(bench, peer, bench.topic('t'), 1);
      await subscribe(bench, peer, bench.topic('t'), undefined);
      await expectIdentifiers(bench, peer, [[]]);
    },
  },
  {
    area: 'SUBID',
    number: 9,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3', 'MQTT-3.1.2-23'] },
    purpose: 'Subscription Identifiers are part of the session',
    requires: [...REQUIRES, 'PERSISTENT_SESSIONS'],
    caughtBy: 'resumes-without-subscription-identifiers',
    run: async (bench) => {
      const properties = { sessionExpiryIntervalS: 60 };
      const { peer } = await bench.connected('a', { properties });
      await subscribe(bench, peer, bench.topic('t'), 7);
      await leave(bench, peer);
      const { peer: again, connack } = await bench.connected('a', { cleanStart: false, properties });
      if (!connack.sessionPresent) inconclusiveCase('the server did not keep the session');
      await expectIdentifiers(bench, again, [[7]]);
    },
  },
  {
    area: 'SUBID',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3'] },
    purpose: 'A retained message carries the Subscription Identifier of the subscription that called for it',
    requires: [...REQUIRES, 'RETAIN'],
    caughtBy: 'drops-subscription-identifiers',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { retain: true, payload: text('kept') });
      const inbox = await inboxOf(bench, 'a');
      await inbox.peer.send(bench.subscribePacket(7, [{ filter: topic }], { properties: { subscriptionIdentifiers: [7] } }));
      const retained = await inbox.needDelivery('SUBSCRIBE', 'kept');
      if (shown([retained]) !== '[[7]]') failCase(`the retained message came with ${shown([retained])} for [[7]]`);
    },
  },
  {
    area: 'SUBID',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-3'] },
    purpose: 'A message for a subscription without identifier carries none',
    caughtBy: 'forwards-subscription-identifier-of-publisher',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await subscribe(bench, peer, bench.topic('t'), undefined);
      await expectIdentifiers(bench, peer, [[]]);
    },
  },
];

async function subscribe(bench: MqttBench, peer: Peer, filter: string, identifier: number | undefined): Promise<void> {
  await peer.send(bench.subscribePacket(7, [{ filter }], { properties: identifier === undefined ? {} : { subscriptionIdentifiers: [identifier] } }));
  await peer.needPacket('SUBSCRIBE', 'suback', 'that grants it', ({ reasonCodes }) => (reasonCodes[0] ?? 0x80) < 0x80);
}

/** Two subscriptions, with identifiers 1 and 2, that match one message. */
async function overlapping(bench: MqttBench): Promise<void> {
  const { peer } = await bench.connected('a');
  await subscribe(bench, peer, bench.topic('+'), 1);
  await subscribe(bench, peer, bench.topic('t'), 2);
  await expectIdentifiers(bench, peer, [[1, 2]], [[1], [2]]);
}

/** Publishes, and the copies that come carry these identifiers, in one of the ways allowed; the order does not matter. */
async function expectIdentifiers(bench: MqttBench, peer: Peer, ...allowed: readonly (readonly (readonly number[])[])[]): Promise<void> {
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, bench.topic('t'), { payload: text('judged') });
  await bench.published(publisher, bench.topic('t'), { payload: text('last') });
  const got = shown((await deliveriesBefore(peer, 'last')).filter(({ payload }) => textOf(payload) === 'judged'));
  const right = allowed.map((copies) => sorted(copies));
  peer.note(`subscription identifiers of the copies: ${got}; allowed: ${right.join(' or ')}`);
  if (got === '[]') inconclusiveCase('the publication did not come');
  if (!right.includes(got)) failCase(`the copies came with the subscription identifiers ${got}, allowed is ${right.join(' or ')}`);
}

function shown(copies: readonly PublishPacket[]): string {
  return sorted(copies.map(({ properties }) => properties.subscriptionIdentifiers ?? []));
}

function sorted(copies: readonly (readonly number[])[]): string {
  return JSON.stringify(copies.map((identifiers) => JSON.stringify(identifiers.toSorted((a, b) => a - b))).toSorted()).replaceAll('"', '');
}
