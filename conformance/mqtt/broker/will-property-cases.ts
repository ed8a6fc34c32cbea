import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { LooseWill } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { MqttProperties } from '../../../hil/protocols/mqtt/properties.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { leave, untilEnd } from '../bench/leave.ts';
import { text, textOf, type ConnectFields, type MqttBench } from '../bench/mqtt-bench.ts';
import { told, type Peer } from '../bench/peer.ts';
import { sessionExpiryS, timerGraceMs } from '../bench/timer-grace.ts';
import type { BrokerPurpose } from './broker-purpose.ts';
import { checkUnaltered } from './publish-property-cases.ts';

const LONG_S = 60;

/** Will properties and the will delay. @see MQTT 5.0, sections 3.1.2.5 and 3.1.3.2 */
export const WILL_PROPERTY_PURPOSES: readonly BrokerPurpose[] = [
  forwarded(1, 'Payload Format Indicator 1', 'MQTT-3.3.2-4', { payloadFormatIndicator: 1 }, 'drops-payload-format-indicator'),
  forwarded(2, 'the Content Type', 'MQTT-3.3.2-20', { contentType: 'text/plain' }, 'drops-content-type'),
  forwarded(3, 'the Response Topic', 'MQTT-3.3.2-15', { responseTopic: 'fieldproof/answers' }, 'drops-response-topic'),
  forwarded(4, 'the Correlation Data', 'MQTT-3.3.2-16', { correlationData: Uint8Array.of(0xff, 0x00, 0x01) }, 'cuts-correlation-data'),
  forwarded(5, 'the User Properties, in their order,', 'MQTT-3.1.3-10', { userProperties: [['b', '1'], ['a', '2'], ['b', '0']] }, 'sorts-user-properties'),
  {
    area: 'WILLPROPERTY',
    number: 6,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-6'] },
    purpose: 'A will that is published at once carries its Message Expiry Interval',
    caughtBy: 'raises-message-expiry',
    run: async (bench) => {
      const publish = await lostWill(bench, { messageExpiryIntervalS: 100 });
      const leftS = publish.properties.messageExpiryIntervalS;
      if (leftS === undefined || leftS > 100 || leftS < 90) failCase(`a will with a message expiry interval of 100 s came with ${leftS ?? 'none'}`);
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'A will without Will Delay Interval is published as soon as the connection is lost',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'loses-wills',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, {}, { properties: { sessionExpiryIntervalS: LONG_S } });
      await peer.cut();
      await expectWill(bench, watcher, 'the end of the connection');
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'A will is published when its Will Delay Interval has passed, not before',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'ignores-will-delay',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, { willDelayIntervalS: 3 }, { properties: { sessionExpiryIntervalS: LONG_S } });
      await peer.cut();
      // Servers that count whole seconds may be up to one early.
      await watcher.expectNothing('the end of the connection, with a will delay of 3 s', 1_800);
      await expectWill(bench, watcher, 'the will delay', 1_200 + timerGraceMs(bench));
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 12,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'A will is published when the session ends with the connection, although its Will Delay Interval has not passed',
    caughtBy: 'will-delay-outlives-session',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, { willDelayIntervalS: LONG_S }, {});
      await peer.cut();
      await expectWill(bench, watcher, 'the end of connection and session', timerGraceMs(bench));
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'A will is published when the Session Expiry Interval has passed, although its Will Delay Interval has not',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'will-delay-outlives-session',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, { willDelayIntervalS: LONG_S }, { properties: { sessionExpiryIntervalS: 1 } });
      await peer.cut();
      await expectWill(bench, watcher, 'the end of the session', 1_000 + timerGraceMs(bench));
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 14,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.3-9', 'MQTT-3.1.2-8'] },
    purpose: 'A client that resumes its session before the Will Delay Interval has passed takes its will back',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'publishes-will-in-spite-of-return',
    run: async (bench) => {
      const properties = { sessionExpiryIntervalS: LONG_S };
      const { watcher, peer } = await withWill(bench, { willDelayIntervalS: 4 }, { properties });
      await peer.cut();
      const { connack } = await bench.connected('a', { cleanStart: false, properties });
      if (!connack.sessionPresent) inconclusiveCase('the server did not keep the session');
      await bench.wire.pause(4_000 + timerGraceMs(bench));
      await refuseWill(bench, watcher, 'the will came although the session was resumed before the will delay had passed');
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 15,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'Clean Start 1 ends the session, so a will that waits for its delay is published',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'will-delay-outlives-session',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, { willDelayIntervalS: LONG_S }, { properties: { sessionExpiryIntervalS: LONG_S } });
      await peer.cut();
      await bench.connected('a', { cleanStart: true });
      await expectWill(bench, watcher, 'CONNECT with Clean Start 1', timerGraceMs(bench));
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 16,
    version: 2,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'DISCONNECT with reason code 0x04 has the will published',
    caughtBy: 'takes-disconnect-with-will-for-normal',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, {}, {});
      // A server may leave the end of the connection to its client, and owes the will only after that (sections 3.1.2.5, 3.14.4).
      await leave(bench, peer, { reasonCode: 0x04 });
      await expectWill(bench, watcher, 'DISCONNECT 0x04');
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 17,
    version: 2,
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'DISCONNECT with an error (0x80) has the will published',
    caughtBy: 'takes-disconnect-with-will-for-normal',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, {}, {});
      // A server may leave the end of the connection to its client, and owes the will only after that (sections 3.1.2.5, 3.14.4).
      await leave(bench, peer, { reasonCode: 0x80 });
      await expectWill(bench, watcher, 'DISCONNECT 0x80');
    },
  },
  {
    area: 'WILLPROPERTY',
    number: 18,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'] },
    purpose: 'DISCONNECT 0x00 takes back a will with a delay as well, for good',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'takes-normal-disconnect-for-loss',
    run: async (bench) => {
      const { watcher, peer } = await withWill(bench, { willDelayIntervalS: 1 }, { properties: { sessionExpiryIntervalS: LONG_S } });
      await peer.send({ type: 'disconnect', reasonCode: 0, properties: {} });
      await untilEnd(bench, peer);
      await bench.wire.pause(1_000 + timerGraceMs(bench));
      await refuseWill(bench, watcher, 'the will came after DISCONNECT 0x00');
    },
  },
];

function forwarded(number: number, what: string, statement: string, properties: MqttProperties, caughtBy: string): BrokerPurpose {
  return {
    area: 'WILLPROPERTY',
    number,
    version: 1,
    statements: { '5.0': [statement] },
    purpose: `A will is published with ${what} of its CONNECT`,
    caughtBy,
    run: async (bench: MqttBench) => checkUnaltered(properties, await lostWill(bench, properties)),
  };
}

/** QoS 1 where the server has it, so that nothing may get lost. */
function willQos({ context }: MqttBench): 0 | 1 {
  return context.pics.get('QOS1') === false ? 0 : 1;
}

/** Somebody who waits for a will, and the client that has it. */
async function withWill(bench: MqttBench, properties: MqttProperties, fields: ConnectFields): Promise<{ readonly watcher: Peer; readonly peer: Peer }> {
  const topic = bench.topic('will');
  const { peer: watcher } = await bench.connected('watcher');
  const qos = willQos(bench);
  await bench.subscribed(watcher, { filter: topic, qos });
  const will: LooseWill = { topic, payload: text('will'), qos, retain: false, properties };
  const { peer, connack } = await bench.connected('a', { ...fields, will });
  const asked = fields.properties === undefined || fields.properties instanceof Uint8Array ? 0 : (fields.properties.sessionExpiryIntervalS ?? 0);
  if (sessionExpiryS(connack, asked) !== asked) inconclusiveCase('the server has a session expiry interval of its own');
  return { watcher, peer };
}

/** The will of a client without session whose connection is cut. */
async function lostWill(bench: MqttBench, properties: MqttProperties): Promise<PublishPacket> {
  const { watcher, peer } = await withWill(bench, properties, {});
  await peer.cut();
  return expectWill(bench, watcher, 'the end of the connection');
}

async function expectWill(bench: MqttBench, watcher: Peer, after: string, waitMs = 0): Promise<PublishPacket> {
  const heard = await watcher.next(Math.max(waitMs, bench.context.pixit.answerTimeoutMs));
  if (heard.kind === 'packet' && heard.packet.type === 'publish' && textOf(heard.packet.payload) === 'will') {
    await bench.acknowledge(watcher, heard.packet);
    return heard.packet;
  }
  return failCase(`the will did not come after ${after}, but ${told(heard)}`);
}

/** Nothing of the will came before a message that somebody else sends now on its topic. */
async function refuseWill(bench: MqttBench, watcher: Peer, because: string): Promise<void> {
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, bench.topic('will'), { qos: willQos(bench), payload: text('last') });
  if ((await deliveriesBefore(watcher, 'last')).length > 0) failCase(because);
}
