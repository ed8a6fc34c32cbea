import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { leave } from '../bench/leave.ts';
import { acknowledgement, text, type MqttBench } from '../bench/mqtt-bench.ts';
import { provokeAnswer, type AnswerType } from '../bench/provoke-answer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** Reason codes of the broker, and what it makes of those of a client. @see MQTT 5.0, sections 2.4, 3.2 to 3.14 and 4.13 */
export const REASON_PURPOSES: readonly BrokerPurpose[] = [
  listedCodes(1, 'connack', 'MQTT-3.2.2-8'),
  listedCodes(2, 'puback', 'MQTT-3.4.2-1', ['QOS1']),
  listedCodes(3, 'pubrec', 'MQTT-3.5.2-1', ['QOS2']),
  listedCodes(4, 'pubrel', 'MQTT-3.6.2-1', ['QOS2']),
  listedCodes(5, 'pubcomp', 'MQTT-3.7.2-1', ['QOS2']),
  listedCodes(6, 'suback', 'MQTT-3.9.3-2'),
  listedCodes(7, 'unsuback', 'MQTT-3.11.3-2'),
  listedCodes(8, 'disconnect', 'MQTT-3.14.2-1'),
  {
    area: 'REASON',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-3.11.3-1'] },
    purpose: 'The codes of UNSUBACK stand in the order of the filters',
    caughtBy: 'reverses-unsuback-codes',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await bench.subscribed(peer, { filter: bench.topic('there') });
      await peer.send({ type: 'unsubscribe', packetId: 7, filters: [bench.topic('there'), bench.topic('never'), bench.topic('neither')], properties: {} });
      // 0x11 says that there was no such subscription; whether 0x00 may say it as well is left open here.
      const says = 'with 0x00 for the first filter, and a code for each of the two others';
      await peer.expectPacket('UNSUBSCRIBE of one subscription and two that are none', 'unsuback', says, ({ reasonCodes }) => reasonCodes.length === 3 && reasonCodes[0] === 0);
    },
  },
  {
    area: 'REASON',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-4.3.3-11', 'MQTT-3.7.2-1'] },
    purpose: 'A PUBREL that belongs to nothing is answered with PUBCOMP, of 0x00 or 0x92, or ends the connection as an error',
    requires: ['QOS2'],
    caughtBy: 'loses-unknown-pubrel',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(acknowledgement('pubrel', 77));
      const completed = packetOf('pubcomp', 'for it', ({ packetId, reasonCode }) => packetId === 77 && (reasonCode === 0 || reasonCode === 0x92));
      const lastWord = packetOf('disconnect', 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
      await peer.expect('PUBREL for a packet id that is not in use', completed, lastWord, connectionEnd);
    },
  },
  {
    area: 'REASON',
    number: 20,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.2-2'] },
    purpose: 'A DISCONNECT of the broker holds no Session Expiry Interval',
    caughtBy: 'disconnect-with-session-expiry',
    run: (bench) => disconnected(bench),
  },
  {
    area: 'REASON',
    number: 21,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.4-1'] },
    purpose: 'The broker sends nothing behind its DISCONNECT',
    caughtBy: 'talks-after-disconnect',
    run: (bench) => disconnected(bench),
  },
  {
    area: 'REASON',
    number: 22,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.4-2', 'MQTT-4.13.2-1'] },
    purpose: 'The broker closes the connection behind its DISCONNECT',
    caughtBy: 'stays-after-last-word',
    run: (bench) => disconnected(bench),
  },
  {
    area: 'REASON',
    number: 23,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
    purpose: 'The broker closes the connection behind a CONNACK with an error',
    caughtBy: 'stays-after-last-word',
    run: (bench) => refused(bench),
  },
  {
    area: 'REASON',
    number: 24,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-6'] },
    purpose: 'A CONNACK with an error has session present 0, although there is a session',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'refuses-with-session-present',
    run: async (bench) => {
      const { peer } = await bench.connected('a', { properties: { sessionExpiryIntervalS: 60 } });
      await leave(bench, peer);
      await refused(bench);
    },
  },
  {
    area: 'REASON',
    number: 25,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.0-1'] },
    purpose: 'A broker that refuses a CONNECT sends no DISCONNECT',
    caughtBy: 'refuses-by-disconnect',
    run: (bench) => refused(bench),
  },
  ...([1, 2] as const).map(
    (qos): BrokerPurpose => ({
      area: 'REASON',
      number: 29 + qos,
      version: 1,
      statements: { '5.0': ['MQTT-4.4.0-2'] },
      purpose: `A publication that the client answered with ${qos === 1 ? 'PUBACK' : 'PUBREC'} 0x80 is not sent again when the session is resumed`,
      requires: ['PERSISTENT_SESSIONS', `QOS${qos}`],
      caughtBy: 'ignores-negative-acknowledgements',
      run: (bench) => refusedPublication(bench, qos),
    }),
  ),
];

/** The decoder takes no code that the standard does not list for the packet and the side, so that the packet comes is enough. */
function listedCodes(number: number, type: AnswerType, statement: string, requires: readonly string[] = []): BrokerPurpose {
  return {
    area: 'REASON',
    number,
    version: 1,
    statements: { '5.0': [statement] },
    purpose: `The broker sends a ${type.toUpperCase()} with a reason code that the standard lists for it`,
    requires,
    caughtBy: `unlisted-code-in-${type}`,
    run: async (bench) => {
      const { peer, after } = await provokeAnswer(bench, type, {});
      await peer.expect(after, packetOf(type, 'with a listed code'), ...(type === 'disconnect' ? [connectionEnd] : []));
    },
  };
}

/** A protocol error of the client: DISCONNECT and the end, or just the end. */
async function disconnected(bench: MqttBench): Promise<void> {
  const { peer, after } = await provokeAnswer(bench, 'disconnect', {});
  const heard = await peer.expect(after, packetOf('disconnect', 'with an error', ({ reasonCode }) => reasonCode >= 0x80), connectionEnd);
  if (heard.kind === 'packet') await peer.expect('DISCONNECT of the broker', connectionEnd);
}

/** A CONNECT that no broker accepts: CONNACK with an error and the end, or just the end. */
async function refused(bench: MqttBench): Promise<void> {
  const peer = await bench.openAndConnect('a', { cleanStart: false, properties: { authenticationMethod: 'fieldproof-unknown', sessionExpiryIntervalS: 60 } });
  const heard = await peer.expect('CONNECT with an authentication method that nobody has', packetOf('connack', 'with an error', ({ reasonCode }) => reasonCode >= 0x80), connectionEnd);
  if (heard.kind === 'packet') await peer.expect('CONNACK with an error', connectionEnd);
}

async function refusedPublication(bench: MqttBench, qos: 1 | 2): Promise<void> {
  const topic = bench.topic('t');
  const properties = { sessionExpiryIntervalS: 60 };
  const { peer: subscriber } = await bench.connected('subscriber', { properties });
  await bench.subscribed(subscriber, { filter: topic, qos });
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, topic, { qos, payload: text('refused') });
  const { packetId = 0 } = await subscriber.needPacket('the publication', 'publish', `at QoS ${qos}`, (publish) => publish.qos === qos);
  await subscriber.send({ ...acknowledgement(qos === 1 ? 'puback' : 'pubrec', packetId), reasonCode: 0x80 });
  await leave(bench, subscriber);
  const { peer: again, connack } = await bench.connected('subscriber', { cleanStart: false, properties });
  if (!connack.sessionPresent) inconclusiveCase('the server did not keep the session');
  await bench.published(publisher, topic, { qos, payload: text('last') });
  if ((await deliveriesBefore(again, 'last')).length > 0) failCase('the publication that the client had refused came again');
}
