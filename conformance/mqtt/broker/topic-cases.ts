import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { inboxOf, refuseDeliveries } from '../bench/inbox.ts';
import { text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import { failCase } from '../../framework/case-stop.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const HASH: PurposeStatements = { '3.1.1': ['MQTT-4.7.1-2'], '5.0': ['MQTT-4.7.1-1'] };
const PLUS: PurposeStatements = { '3.1.1': ['MQTT-4.7.1-3'], '5.0': ['MQTT-4.7.1-2'] };
const EMPTY: PurposeStatements = { '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] };
const NULL: PurposeStatements = { '3.1.1': ['MQTT-4.7.3-2'], '5.0': ['MQTT-4.7.3-2'] };
const DOLLAR: PurposeStatements = { '3.1.1': ['MQTT-4.7.2-1'], '5.0': ['MQTT-4.7.2-1'] };
/** What matches is delivered, and what does not match is not. */
const MATCHING: PurposeStatements = { '3.1.1': ['MQTT-4.5.0-1', 'MQTT-3.3.2-3'], '5.0': ['MQTT-4.5.0-1', 'MQTT-3.3.2-3'] };
const AS_IT_IS: PurposeStatements = { '3.1.1': ['MQTT-4.7.3-4'], '5.0': ['MQTT-4.7.3-4'] };

/** Topic names and topic filters (section 4.7). */
export const TOPIC_PURPOSES: readonly BrokerPurpose[] = [
  refusedFilter(1, HASH, 'A topic filter with # beside other characters of its level is not granted', 'takes-misplaced-hash', (root) => `${root}/a#`),
  refusedFilter(2, HASH, 'A topic filter with # that is not its last level is not granted', 'takes-misplaced-hash', (root) => `${root}/#/a`),
  refusedFilter(3, PLUS, 'A topic filter with + behind other characters of its level is not granted', 'takes-misplaced-plus', (root) => `${root}/a+`),
  refusedFilter(
    4,
    PLUS,
    'A topic filter with + before other characters of its level is not granted',
    'takes-misplaced-plus',
    (root) => `${root}/+a/b`,
  ),
  refusedFilter(5, EMPTY, 'An empty topic filter is not granted', 'takes-empty-topics', () => ''),
  ends(
    6,
    EMPTY,
    'A PUBLISH with an empty topic name (in 5.0: and no topic alias) makes the broker end the connection',
    'takes-empty-topics',
    (bench) => bench.publishPacket(''),
  ),
  ends(
    7,
    NULL,
    'U+0000 in a topic name makes the broker end the connection',
    'takes-null-in-topics',
    (bench) => bench.publishPacket(`${bench.topic('a')}\u0000b`),
  ),
  ends(
    8,
    NULL,
    'U+0000 in a topic filter makes the broker end the connection',
    'takes-null-in-topics',
    (bench) => bench.subscribePacket(7, [{ filter: `${bench.topic('a')}\u0000b` }]),
  ),
  matching(10, '# matches the level above it and any number of levels below, an empty one as well', 'hash-for-one-level', {
    filter: (root) => `${root}/#`,
    others: (root) => [`${root}x`, `${root}x/a`],
    matches: (root) => [root, `${root}/`, `${root}/a`, `${root}/a/b`, `${root}//b/`],
  }),
  matching(11, '+ at the end matches one level, an empty one as well, and neither none nor two', 'plus-for-many-levels', {
    filter: (root) => `${root}/+`,
    others: (root) => [root, `${root}/a/b`, `${root}//`],
    matches: (root) => [`${root}/a`, `${root}/`],
  }),
  matching(12, '+ between levels matches one level, an empty one as well, and neither none nor two', 'plus-for-many-levels', {
    filter: (root) => `${root}/+/z`,
    others: (root) => [`${root}/z`, `${root}/a/b/z`, `${root}/a/z/z`, `${root}/a`],
    matches: (root) => [`${root}/a/z`, `${root}//z`],
  }),
  matching(13, '+ as the first level and in several places matches one level each', 'plus-for-many-levels', {
    filter: (root) => `+${root.slice(root.indexOf('/'))}/+/z/+`,
    others: (root) => [`${root}/a/z`, `${root}/a/b/z/c`],
    matches: (root) => [`${root}/a/z/c`],
  }),
  matching(14, '+ and # together match as each of them does', 'hash-for-one-level', {
    filter: (root) => `${root}/+/z/#`,
    others: (root) => [`${root}/z`, `${root}/a/b/z`],
    matches: (root) => [`${root}/a/z`, `${root}/a/z/c`, `${root}/a/z/c/d`],
  }),
  matching(15, 'A filter without wildcards matches the very same topic name only', 'matches-topics-that-begin-alike', {
    filter: (root) => `${root}/a`,
    others: (root) => [root, `${root}/a/b`, `${root}/a/`, `${root}/b`, `${root}/aa`],
    matches: (root) => [`${root}/a`],
  }),
  {
    area: 'TOPIC',
    number: 20,
    version: 1,
    statements: DOLLAR,
    purpose: 'A filter that begins with + does not match a topic name that begins with $',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'wildcards-match-dollar-topics',
    run: (bench) => dollar(bench, (path) => `+${path}`),
  },
  {
    area: 'TOPIC',
    number: 21,
    version: 1,
    statements: DOLLAR,
    purpose: 'The filter # does not match a topic name that begins with $',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'wildcards-match-dollar-topics',
    // It hears the messages of everybody, also what other cases have a broker send that is malformed.
    alone: true,
    run: (bench) => dollar(bench, () => '#'),
  },
  asItIs(30, 'Capitals and small letters are different topics', 'folds-case', 'Level', 'level'),
  asItIs(31, 'Spaces count, at the ends and inside', 'trims-spaces', ' two words ', 'two words'),
  asItIs(32, 'An empty level is a level: a separator more makes another topic', 'drops-empty-levels', 'a//b', 'a/b'),
  asItIs(33, 'A separator at the end makes another topic', 'drops-empty-levels', 'a/b/', 'a/b'),
  asItIs(34, 'A character and its decomposition are different topics', 'normalizes-topics', 'caf\u00e9', 'cafe\u0301'),
  asItIs(35, 'Characters of compatibility forms are different topics from the plain ones', 'normalizes-topics', '\uff21\u2460', 'A1'),
  asItIs(
    36,
    'Characters that Unicode has not assigned, or leaves to private use, are neither replaced nor taken for each other',
    'replaces-unknown-characters',
    '\u0378\ue000',
    '\ufffd\ufffd',
  ),
];

/** 3.1.1 has a failure code for a filter that is not granted and 5.0 has several, so that will do as well as the end of the connection. */
function refusedFilter(number: number, statements: PurposeStatements, purpose: string, caughtBy: string, filterOf: (root: string) => string): BrokerPurpose {
  return {
    area: 'TOPIC',
    number,
    version: 1,
    statements,
    purpose,
    requires: ['WILDCARDS'],
    caughtBy,
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const filter = filterOf(bench.topic('a'));
      await peer.send(bench.subscribePacket(7, [{ filter }]));
      const refused = packetOf('suback', 'with a failure', ({ reasonCodes }) => (reasonCodes[0] ?? 0) >= 0x80);
      const farewell = packetOf('disconnect', 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
      const heard = await peer.expect(`SUBSCRIBE to "${filter}"`, refused, farewell, connectionEnd);
      if (heard.kind === 'packet' && heard.packet.type === 'disconnect') await peer.expect('DISCONNECT', connectionEnd);
    },
  };
}

function ends(number: number, statements: PurposeStatements, purpose: string, caughtBy: string, stimulus: (bench: MqttBench) => LoosePacket): BrokerPurpose {
  return {
    area: 'TOPIC',
    number,
    version: 1,
    statements,
    purpose,
    caughtBy,
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.sendBytes(encodeLoose(stimulus(bench), bench.version));
      await peer.expectEnd('that packet');
    },
  };
}

interface Matching {
  readonly filter: (root: string) => string;
  /** Topic names that it does not match, and those that it does. */
  readonly others: (root: string) => readonly string[];
  readonly matches: (root: string) => readonly string[];
}

function matching(number: number, purpose: string, caughtBy: string, { filter, others, matches }: Matching): BrokerPurpose {
  return {
    area: 'TOPIC',
    number,
    version: 1,
    statements: MATCHING,
    purpose,
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy,
    run: async (bench) => {
      const root = bench.topic('match');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: filter(root), qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      for (const topic of [...others(root), ...matches(root)]) await publisher.published(topic, { payload: text(topic) });
      for (const topic of matches(root)) await subscriber.expectDelivery(`PUBLISH to ${topic}, which ${filter(root)} matches`, topic);
      refuseDeliveries(await subscriber.settled('all messages'), others(root), `${filter(root)} does not match its topic name`);
    },
  };
}

/**
 * A message to a $ topic, and one to a topic of the same levels that the filter matches. A server may refuse the first;
 * then nothing can come of it.
 */
async function dollar(bench: MqttBench, filterOf: (path: string) => string): Promise<void> {
  const topic = bench.topic('dollar');
  const path = topic.slice(topic.indexOf('/'));
  const subscriber = await inboxOf(bench, 'subscriber');
  await subscriber.subscribed({ filter: filterOf(path), qos: 1 });
  const { peer } = await bench.connected('dollar');
  await peer.send(bench.publishPacket(`$fieldproof${path}`, { qos: 1, packetId: 7, payload: text(`$${path}`) }));
  await peer.need(`PUBLISH to $fieldproof${path}`, packetOf('puback'), packetOf('disconnect'), connectionEnd);
  const publisher = await inboxOf(bench, 'publisher');
  await publisher.published(topic, { payload: text(`plain ${path}`) });
  await subscriber.needDelivery('both messages', `plain ${path}`);
  // With the filter # the messages of all other cases come as well.
  const delivered = [...subscriber.unread(), ...(await subscriber.settled('both messages'))].map(({ payload }) => textOf(payload));
  if (delivered.includes(`$${path}`)) failCase(`${filterOf(path)} got a message to $fieldproof${path}`);
}

/** Two topic names that a server might take for one; each subscriber gets its own message and not the other. */
function asItIs(number: number, purpose: string, caughtBy: string, one: string, other: string): BrokerPurpose {
  return {
    area: 'TOPIC',
    number,
    version: 1,
    statements: AS_IT_IS,
    purpose,
    requires: ['QOS1'],
    caughtBy,
    run: async (bench) => {
      const names = [one, other];
      const publisher = await inboxOf(bench, 'publisher');
      for (const [index, own] of names.entries()) {
        const root = bench.topic(`plain/${index}`);
        const subscriber = await inboxOf(bench, `subscriber ${index}`);
        await subscriber.subscribed({ filter: `${root}/${own}`, qos: 1 });
        for (const name of [...names.filter((each) => each !== own), own]) await publisher.published(`${root}/${name}`, { payload: text(name) });
        await subscriber.expectDelivery(`PUBLISH to ${root}/${own}`, own);
        refuseDeliveries(await subscriber.settled('both messages'), names.filter((each) => each !== own), `its topic name is not ${root}/${own}`);
      }
    },
  };
}
