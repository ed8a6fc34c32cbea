import type { MqttProperties } from '../../../hil/protocols/mqtt/properties.ts';
import { packetOf } from '../bench/heard.ts';
import { leave } from '../bench/leave.ts';
import { acknowledgement, text, type MqttBench } from '../bench/mqtt-bench.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { provokeAnswer, type AnswerType } from '../bench/provoke-answer.ts';
import { failCase } from '../../framework/case-stop.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

type Explained = Exclude<AnswerType, 'connack' | 'disconnect'>;

const NEEDED: Partial<Record<Explained, string>> = { puback: 'QOS1', pubrec: 'QOS2', pubrel: 'QOS2', pubcomp: 'QOS2' };
const EXPLAINED: readonly Explained[] = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback'];
const USER_PROPERTIES: MqttProperties = { userProperties: [['a', '1'], ['b', '2'], ['a', '3']] };

/** What the client asks to be told, and user properties of packets other than PUBLISH. @see MQTT 5.0, sections 3.1.2.11.6 to 3.1.2.11.8 */
export const REQUEST_INFO_PURPOSES: readonly BrokerPurpose[] = [
  responseInformation(1, 'without Request Response Information', {}),
  responseInformation(2, 'with Request Response Information 0', { requestResponseInformation: false }),
  ...EXPLAINED.flatMap((type, index) => [
    problemInformation(10 + 2 * index, type, 'Reason String', `explains-${type}-unasked`, ({ reasonString }) => reasonString === undefined),
    problemInformation(11 + 2 * index, type, 'User Property', `details-${type}-unasked`, ({ userProperties }) => userProperties === undefined),
  ]),
  {
    area: 'USERPROPERTY',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.4-5'] },
    purpose: 'A CONNECT with user properties, one name twice, is accepted',
    caughtBy: 'refuses-connect-with-user-properties',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { properties: USER_PROPERTIES });
      await peer.expectPacket('CONNECT with user properties', 'connack', 'that accepts', ({ reasonCode }) => reasonCode === 0);
    },
  },
  {
    area: 'USERPROPERTY',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.8.4-1'] },
    purpose: 'A SUBSCRIBE with user properties is answered with SUBACK',
    caughtBy: 'loses-subscribe-with-user-properties',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('t') }], { properties: USER_PROPERTIES }));
      await peer.expectPacket('SUBSCRIBE with user properties', 'suback', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
  {
    area: 'USERPROPERTY',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.10.4-4'] },
    purpose: 'An UNSUBSCRIBE with user properties is answered with UNSUBACK',
    caughtBy: 'loses-unsubscribe-with-user-properties',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await bench.subscribed(peer, { filter: bench.topic('t') });
      await peer.send({ type: 'unsubscribe', packetId: 7, filters: [bench.topic('t')], properties: USER_PROPERTIES });
      await peer.expectPacket('UNSUBSCRIBE with user properties', 'unsuback', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
  {
    area: 'USERPROPERTY',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-4.9.0-3'] },
    purpose: 'A PUBACK with reason string and user properties acknowledges like any other',
    requires: ['QOS1'],
    caughtBy: 'ignores-long-acknowledgements',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber', { properties: { receiveMaximum: 1 } });
      await bench.subscribed(subscriber, { filter: topic, qos: 1 });
      const { peer: publisher } = await bench.connected('publisher');
      for (const payload of ['one', 'two']) await bench.published(publisher, topic, { qos: 1, payload: text(payload) });
      const { packetId = 0 } = await subscriber.needPacket('the first publication', 'publish');
      await subscriber.send({ ...acknowledgement('puback', packetId), properties: { reasonString: 'taken', ...USER_PROPERTIES } });
      const next = await subscriber.expectPacket('PUBACK with user properties', 'publish', 'that waited for it');
      await bench.acknowledge(subscriber, next);
    },
  },
  {
    area: 'USERPROPERTY',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'A PUBREL with reason string and user properties is answered with PUBCOMP',
    requires: ['QOS2'],
    caughtBy: 'loses-pubrel-with-user-properties',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('t'), { qos: 2, packetId: 7 }));
      await peer.needPacket('PUBLISH', 'pubrec', 'that accepts', ({ reasonCode }) => reasonCode < 0x80);
      await peer.send({ ...acknowledgement('pubrel', 7), properties: { reasonString: 'go on', ...USER_PROPERTIES } });
      await peer.expectPacket('PUBREL with user properties', 'pubcomp', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
  {
    area: 'USERPROPERTY',
    number: 6,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.4-3'] },
    purpose: 'A DISCONNECT 0x00 with reason string and user properties takes back the will',
    caughtBy: 'takes-normal-disconnect-for-loss',
    run: async (bench) => {
      const topic = bench.topic('will');
      const { peer: watcher } = await bench.connected('watcher');
      await bench.subscribed(watcher, { filter: topic });
      const { peer } = await bench.connected('a', { will: { topic, payload: text('will'), qos: 0, retain: false, properties: {} } });
      await leave(bench, peer, { properties: { reasonString: 'done', ...USER_PROPERTIES } });
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { payload: text('last') });
      if ((await deliveriesBefore(watcher, 'last')).length > 0) failCase('the will came after DISCONNECT 0x00');
    },
  },
];

function responseInformation(number: number, how: string, properties: MqttProperties): BrokerPurpose {
  return {
    area: 'REQUESTINFO',
    number,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-28'] },
    purpose: `A CONNECT ${how} gets a CONNACK without Response Information`,
    caughtBy: 'gives-response-information-unasked',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { properties });
      await peer.expectPacket(`CONNECT ${how}`, 'connack', 'without response information', (connack) => connack.properties.responseInformation === undefined);
    },
  };
}

function problemInformation(number: number, type: Explained, what: string, caughtBy: string, holds: (properties: MqttProperties) => boolean): BrokerPurpose {
  const needed = NEEDED[type];
  return {
    area: 'REQUESTINFO',
    number,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-29'] },
    purpose: `With Request Problem Information 0 no ${type.toUpperCase()} holds a ${what}`,
    requires: needed === undefined ? [] : [needed],
    caughtBy,
    run: async (bench: MqttBench) => {
      const { peer, after } = await provokeAnswer(bench, type, { requestProblemInformation: false });
      await peer.expect(after, packetOf(type, `without ${what}`, ({ properties }) => holds(properties)));
    },
  };
}
