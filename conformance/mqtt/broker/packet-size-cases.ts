import { failCase } from '../../framework/case-stop.ts';
import type { PacketType } from '../../../hil/protocols/mqtt/packet.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { connectionEnd, isOfType, type Heard, type Reaction } from '../bench/heard.ts';
import { text, type MqttBench } from '../bench/mqtt-bench.ts';
import { provokeAnswer, type AnswerType } from '../bench/provoke-answer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** What the client takes, bytes: enough for every answer without texts for people, even one with an assigned client id. */
const LIMIT_BYTES = 128;
const PROPERTIES = { maximumPacketSizeBytes: LIMIT_BYTES } as const;
/** A server's own limit above that is not tried. */
const SENT_BYTES_MAX = 2_000_000;

interface SizedAnswer {
  readonly answer: AnswerType;
  readonly reasonString: string;
  readonly userProperty: string;
  readonly requires?: readonly string[];
}

const ANSWERS: readonly SizedAnswer[] = [
  { answer: 'connack', reasonString: 'MQTT-3.2.2-19', userProperty: 'MQTT-3.2.2-20' },
  { answer: 'puback', reasonString: 'MQTT-3.4.2-2', userProperty: 'MQTT-3.4.2-3', requires: ['QOS1'] },
  { answer: 'pubrec', reasonString: 'MQTT-3.5.2-2', userProperty: 'MQTT-3.5.2-3', requires: ['QOS2'] },
  { answer: 'pubrel', reasonString: 'MQTT-3.6.2-2', userProperty: 'MQTT-3.6.2-3', requires: ['QOS2'] },
  { answer: 'pubcomp', reasonString: 'MQTT-3.7.2-2', userProperty: 'MQTT-3.7.2-3', requires: ['QOS2'] },
  { answer: 'suback', reasonString: 'MQTT-3.9.2-1', userProperty: 'MQTT-3.9.2-2' },
  { answer: 'unsuback', reasonString: 'MQTT-3.11.2-1', userProperty: 'MQTT-3.11.2-2' },
  { answer: 'disconnect', reasonString: 'MQTT-3.14.2-3', userProperty: 'MQTT-3.14.2-4' },
];

/** Maximum Packet Size. @see MQTT 5.0, sections 3.1.2.11.4 and 3.2.2.3.6 */
export const PACKET_SIZE_PURPOSES: readonly BrokerPurpose[] = [
  ...ANSWERS.flatMap(answerPurposes),
  {
    area: 'PACKETSIZE',
    number: 20,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-24'] },
    purpose: 'A QoS 0 publication that is larger than the client takes is not sent to it',
    caughtBy: 'ignores-maximum-packet-size',
    run: (bench) => dropsLarge(bench, 0),
  },
  {
    area: 'PACKETSIZE',
    number: 21,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-24'] },
    purpose: 'A QoS 1 publication that is larger than the client takes is not sent to it',
    requires: ['QOS1'],
    caughtBy: 'ignores-maximum-packet-size',
    run: (bench) => dropsLarge(bench, 1),
  },
  {
    area: 'PACKETSIZE',
    number: 22,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-24'] },
    purpose: 'A QoS 2 publication that is larger than the client takes is not sent to it',
    requires: ['QOS2'],
    caughtBy: 'ignores-maximum-packet-size',
    run: (bench) => dropsLarge(bench, 2),
  },
  {
    area: 'PACKETSIZE',
    number: 23,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-24'] },
    purpose: 'A retained message that is larger than the client takes is not sent to it',
    requires: ['RETAIN'],
    caughtBy: 'ignores-maximum-packet-size',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { retain: true, payload: large() });
      const { peer: subscriber } = await bench.connected('subscriber', { properties: PROPERTIES });
      await bench.subscribed(subscriber, { filter: topic });
      await bench.published(publisher, topic, { payload: text('last') });
      refuseLarge((await deliveriesBefore(subscriber, 'last')).length);
    },
  },
  {
    area: 'PACKETSIZE',
    number: 24,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-25'] },
    purpose: 'A publication that is too large for the client counts as sent: it does not hold up the next one',
    requires: ['QOS1'],
    caughtBy: 'stops-at-large-publication',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber', { properties: { ...PROPERTIES, receiveMaximum: 1 } });
      await bench.subscribed(subscriber, { filter: topic, qos: 1 });
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { qos: 1, payload: large() });
      await bench.published(publisher, topic, { qos: 1, payload: text('small') });
      const publish = await subscriber.expectPacket('a large and a small publication', 'publish', 'of the small one', ({ payload }) => payload.length === 5);
      await bench.acknowledge(subscriber, publish);
    },
  },
  {
    area: 'PACKETSIZE',
    number: 25,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-24'] },
    purpose: 'A client that takes packets of 8 bytes gets no larger one, not even CONNACK',
    caughtBy: 'large-connack',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { properties: { maximumPacketSizeBytes: 8 } });
      const heard = await peer.expect('CONNECT with a Maximum Packet Size of 8', atMost(8, 'connack', 'disconnect'), connectionEnd, silence);
      peer.note(heard.kind);
    },
  },
  {
    area: 'PACKETSIZE',
    number: 30,
    version: 1,
    // How rigorously a receiver looks at packets is its own to decide (section 4.13.1).
    level: 'should',
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'A PUBLISH that is larger than the Maximum Packet Size of the broker makes it end the connection',
    caughtBy: 'swallows-large-publish',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a');
      const { maximumPacketSizeBytes } = declaredLimits(connack);
      if (maximumPacketSizeBytes > SENT_BYTES_MAX) {
        peer.note('the broker names no Maximum Packet Size that the case could exceed, so nothing is judged');
        return;
      }
      await peer.send(bench.publishPacket(bench.topic('t'), { payload: new Uint8Array(maximumPacketSizeBytes) }));
      await peer.expectEnd(`PUBLISH of more than ${maximumPacketSizeBytes} bytes`);
    },
  },
];

/** A case for the reason string of an answer, and one for its user properties: numbers 1, 2 and so on. */
function answerPurposes({ answer, reasonString, userProperty, requires = [] }: SizedAnswer, index: number): BrokerPurpose[] {
  const purpose = (number: number, what: string, statement: string, caughtBy: string): BrokerPurpose => ({
    area: 'PACKETSIZE',
    number,
    version: 1,
    statements: { '5.0': [statement] },
    purpose: `${what} makes no ${answer.toUpperCase()} larger than the client takes`,
    requires,
    caughtBy,
    run: (bench) => expectSmall(bench, answer),
  });
  return [
    purpose(2 * index + 1, 'A Reason String', reasonString, `long-reason-string-in-${answer}`),
    purpose(2 * index + 2, 'A User Property', userProperty, `long-user-property-in-${answer}`),
  ];
}

async function expectSmall(bench: MqttBench, answer: AnswerType): Promise<void> {
  const { peer, after } = await provokeAnswer(bench, answer, PROPERTIES);
  const also = answer === 'disconnect' ? [connectionEnd] : [];
  await peer.expect(`${after} from a client that takes ${LIMIT_BYTES} bytes`, atMost(LIMIT_BYTES, answer), ...also);
}

function atMost(bytesMax: number, ...types: readonly PacketType[]): Reaction {
  const accepts = (heard: Heard): boolean => heard.kind === 'packet' && heard.bytes.length <= bytesMax && types.some((type) => isOfType(heard.packet, type));
  return { says: `${types.map((type) => type.toUpperCase()).join(' or ')} of at most ${bytesMax} bytes`, accepts };
}

const silence: Reaction = { says: 'nothing', accepts: ({ kind }) => kind === 'silence' };

function large(): Uint8Array {
  return new Uint8Array(3 * LIMIT_BYTES).fill(0x78);
}

async function dropsLarge(bench: MqttBench, qos: 0 | 1 | 2): Promise<void> {
  const topic = bench.topic('t');
  const { peer: subscriber } = await bench.connected('subscriber', { properties: PROPERTIES });
  await bench.subscribed(subscriber, { filter: topic, qos });
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, topic, { qos, payload: large() });
  await bench.published(publisher, topic, { qos, payload: text('last') });
  refuseLarge((await deliveriesBefore(subscriber, 'last')).length);
}

function refuseLarge(delivered: number): void {
  if (delivered > 0) failCase(`a publication of more than ${3 * LIMIT_BYTES} bytes came to a client that takes ${LIMIT_BYTES}`);
}
