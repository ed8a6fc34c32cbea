import { rawBytes } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { expectMessage, listener, tell } from '../bench/messages.ts';
import { text, type MqttBench } from '../bench/mqtt-bench.ts';
import { expectRefused } from '../bench/refusal.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

/** Encodings of U+D800 to U+DFFF, alone and as the pair that CESU-8 makes of U+1F600. */
const SURROGATES: readonly Uint8Array[] = [Uint8Array.of(0xed, 0xa0, 0x80), Uint8Array.of(0xed, 0xbf, 0xbf), Uint8Array.of(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)];

/** What RFC 3629 section 3 does not produce: overlong forms, stray and missing continuations, beyond U+10FFFF. */
const ILL_FORMED: readonly Uint8Array[] = [
  Uint8Array.of(0x80),
  Uint8Array.of(0xc1, 0xbf),
  Uint8Array.of(0xc3, 0x28),
  Uint8Array.of(0xe0, 0x80, 0xaf),
  Uint8Array.of(0xe2, 0x82),
  Uint8Array.of(0xf0, 0x80, 0x80, 0xaf),
  Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  Uint8Array.of(0xff),
];

const NULL_CHARACTER: readonly Uint8Array[] = [Uint8Array.of(0)];

/** One wrong string of each kind is enough where the reading of strings is not what differs. */
const ONE_OF_EACH: readonly Uint8Array[] = [Uint8Array.of(0xed, 0xa0, 0x80), Uint8Array.of(0xc3, 0x28)];

const ILL: PurposeStatements = { '3.1.1': ['MQTT-1.5.3-1'], '5.0': ['MQTT-1.5.4-1', 'MQTT-4.13.1-1'] };
const NULL: PurposeStatements = { '3.1.1': ['MQTT-1.5.3-2'], '5.0': ['MQTT-1.5.4-2', 'MQTT-4.13.1-1'] };

type Stimulus = (bench: MqttBench, wrong: Uint8Array) => LoosePacket;

const inTopicName: Stimulus = (bench, wrong) => bench.publishPacket(mixed(bench.topic('name'), wrong), { qos: 1, packetId: 1 });
const inTopicFilter: Stimulus = (bench, wrong) => bench.subscribePacket(1, [{ filter: mixed(bench.topic('filter'), wrong), qos: 0 }]);
const inFilterToLeave: Stimulus = (bench, wrong) => ({ type: 'unsubscribe', packetId: 1, filters: [mixed(bench.topic('filter'), wrong)], properties: NO_PROPERTIES });
const inUserProperty: Stimulus = (bench, wrong) => bench.publishPacket(
  bench.topic('property'),
  { qos: 1, packetId: 1, properties: rawBytes(0x26, 0, 1, text('k'), 0, wrong.length, wrong) },
);
const inUserPropertyName: Stimulus = (bench, wrong) => bench.publishPacket(
  bench.topic('property'),
  { qos: 1, packetId: 1, properties: rawBytes(0x26, 0, wrong.length, wrong, 0, 1, text('v')) },
);
const inClientId: Stimulus = (bench, wrong) => bench.connectPacket('a', { clientId: mixed(bench.clientId('a'), wrong) });
const inWillTopic: Stimulus = (bench, wrong) =>
  bench.connectPacket(
    'a',
    { will: { topic: mixed(bench.topic('will'), wrong), payload: text('will'), qos: 0, retain: false, properties: NO_PROPERTIES } },
  );
const inUserName: Stimulus = (bench, wrong) => bench.connectPacket('a', { userName: mixed('user', wrong), password: text('password') });

/** Strings that the standard forbids, in every packet of a client that has strings; and those it wants kept as they are. */
export const UTF8_PURPOSES: readonly BrokerPurpose[] = [
  afterConnect(
    1,
    ILL,
    'A surrogate code point in the topic name of PUBLISH makes the broker end the connection',
    'takes-surrogates',
    inTopicName,
    SURROGATES,
  ),
  afterConnect(
    2,
    ILL,
    'Ill-formed UTF-8 in the topic name of PUBLISH makes the broker end the connection',
    'takes-ill-formed-topic-names',
    inTopicName,
    ILL_FORMED,
  ),
  afterConnect(
    3,
    ILL,
    'Ill-formed UTF-8 in a topic filter of SUBSCRIBE makes the broker end the connection',
    'takes-ill-formed-filters',
    inTopicFilter,
    ONE_OF_EACH,
  ),
  afterConnect(
    4,
    ILL,
    'Ill-formed UTF-8 in a topic filter of UNSUBSCRIBE makes the broker end the connection',
    'takes-ill-formed-filters',
    inFilterToLeave,
    ONE_OF_EACH,
  ),
  atConnect(
    5,
    ILL,
    'A client id that is ill-formed UTF-8 is refused, and the connection ends',
    'takes-ill-formed-client-ids',
    inClientId,
    ONE_OF_EACH,
  ),
  atConnect(
    6,
    ILL,
    'A will topic that is ill-formed UTF-8 is refused, and the connection ends',
    'takes-ill-formed-will-topics',
    inWillTopic,
    ONE_OF_EACH,
  ),
  atConnect(
    7,
    ILL,
    'A user name that is ill-formed UTF-8 is refused, and the connection ends',
    'takes-ill-formed-user-names',
    inUserName,
    ONE_OF_EACH,
  ),
  afterConnect(
    8,
    NULL,
    'U+0000 in the topic name of PUBLISH makes the broker end the connection',
    'takes-null-in-packets',
    inTopicName,
    NULL_CHARACTER,
  ),
  afterConnect(
    9,
    NULL,
    'U+0000 in a topic filter of SUBSCRIBE makes the broker end the connection',
    'takes-null-in-packets',
    inTopicFilter,
    NULL_CHARACTER,
  ),
  afterConnect(
    10,
    NULL,
    'U+0000 in a topic filter of UNSUBSCRIBE makes the broker end the connection',
    'takes-null-in-packets',
    inFilterToLeave,
    NULL_CHARACTER,
  ),
  atConnect(11, NULL, 'A client id that holds U+0000 is refused, and the connection ends', 'takes-null-in-connect', inClientId, NULL_CHARACTER),
  atConnect(12, NULL, 'A will topic that holds U+0000 is refused, and the connection ends', 'takes-null-in-connect', inWillTopic, NULL_CHARACTER),
  atConnect(13, NULL, 'A user name that holds U+0000 is refused, and the connection ends', 'takes-null-in-connect', inUserName, NULL_CHARACTER),
  {
    area: 'UTF8',
    number: 14,
    version: 1,
    statements: { '3.1.1': ['MQTT-1.5.3-3'], '5.0': ['MQTT-1.5.4-3'] },
    purpose: 'A topic with U+FEFF is delivered with it, and is another topic than the one without it',
    caughtBy: 'strips-byte-order-mark',
    run: async (bench) => {
      const plain = bench.topic('mark/a');
      const marked = bench.topic('mark/\u{feff}a');
      const subscriber = await listener(bench, 'subscriber', marked);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, plain, 'without');
      await tell(bench, publisher, marked, 'with');
      await expectMessage(
        bench,
        subscriber.peer,
        'a message on another topic and one on the topic with U+FEFF',
        { topic: marked, payload: 'with' },
      );
    },
  },
  {
    area: 'UTF8',
    number: 15,
    version: 1,
    statements: { '3.1.1': ['MQTT-1.5.3-1'], '5.0': ['MQTT-1.5.4-1'] },
    purpose: 'Topic names with characters of two, three and four bytes are delivered well-formed and unchanged',
    caughtBy: 'sends-surrogate-pairs',
    run: async (bench) => {
      const topic = bench.topic('Größe/温度/\u{1f600}');
      const subscriber = await listener(bench, 'subscriber', topic);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'x');
      await expectMessage(bench, subscriber.peer, 'a message on that topic', { topic, payload: 'x' });
    },
  },
  afterConnect(
    16,
    { '5.0': ['MQTT-1.5.7-1', 'MQTT-4.13.1-1'] },
    'Ill-formed UTF-8 in the value of a user property makes the broker end the connection',
    'takes-ill-formed-pairs',
    inUserProperty,
    ONE_OF_EACH,
  ),
  afterConnect(
    17,
    { '5.0': ['MQTT-1.5.7-1', 'MQTT-4.13.1-1'] },
    'Ill-formed UTF-8 in the name of a user property makes the broker end the connection',
    'takes-ill-formed-pairs',
    inUserPropertyName,
    ONE_OF_EACH,
  ),
];

/** Wrong strings in a packet on a connection in good standing, each on a connection of its own. */
function afterConnect(number: number, statements: PurposeStatements, purpose: string, caughtBy: string, stimulus: Stimulus, wrongs: readonly Uint8Array[]): BrokerPurpose {
  return {
    area: 'UTF8',
    number,
    version: 1,
    statements,
    purpose,
    caughtBy,
    run: async (bench) => {
      for (const [index, wrong] of wrongs.entries()) {
        const { peer } = await bench.connected(`a${index}`);
        await peer.send(stimulus(bench, wrong));
        await peer.expectEnd(`a string with ${hexOf(wrong)}`);
      }
    },
  };
}

/** Wrong strings in CONNECT. The connection has to end; what is said before is another statement's business. */
function atConnect(number: number, statements: PurposeStatements, purpose: string, caughtBy: string, stimulus: Stimulus, wrongs: readonly Uint8Array[]): BrokerPurpose {
  return {
    area: 'UTF8',
    number,
    version: 1,
    statements,
    purpose,
    caughtBy,
    run: async (bench) => {
      for (const [index, wrong] of wrongs.entries()) {
        const peer = await bench.open(`a${index}`);
        await peer.send(stimulus(bench, wrong));
        await expectRefused(peer, `a string with ${hexOf(wrong)}`);
      }
    },
  };
}

/** A string with something in its midst. */
function mixed(start: string, wrong: Uint8Array): Uint8Array {
  return rawBytes(text(start), wrong, text('z'));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
