import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { acknowledgement, textOf } from '../bench/mqtt-bench.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection, Withheld } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';
import { manyInFlight, publications } from './send-cases.ts';

const KEPT = ['PERSISTENT_SESSION', 'RECONNECTS'] as const;

function keepsSession({ connect }: DeviceConnection): boolean {
  const { sessionExpiryIntervalS = 0 } = connect.properties;
  return !connect.cleanStart && (connect.protocolLevel === 4 || sessionExpiryIntervalS > 0);
}

/** Cut, and connected again with the session resumed. */
async function resumed(bench: DeviceBench, before: DeviceConnection, withheld: readonly Withheld[]): Promise<DeviceConnection> {
  await before.close('reset');
  const again = await bench.open();
  for (const answer of withheld) again.withheld.add(answer);
  if (!keepsSession(before) || again.connect.cleanStart) inconclusiveCase('the device does not ask for a session that outlives the connection');
  await bench.connack(again, { sessionPresent: true });
  return again;
}

interface Interrupted {
  readonly publish: PublishPacket;
  readonly packetId: number;
  readonly again: DeviceConnection;
}

/** A publication that is not acknowledged when the link is cut, and the connection after it. */
async function interrupted(bench: DeviceBench, qos: 1 | 2, released = false): Promise<Interrupted> {
  const connection = await bench.fresh();
  connection.withheld.add('puback').add('pubrec').add('pubcomp');
  const publish = await bench.publication(connection, qos);
  const { packetId = 0 } = publish;
  if (released) {
    await connection.send(acknowledgement('pubrec', packetId));
    await connection.needPacket('PUBREC', 'pubrel', '', (pubrel) => pubrel.packetId === packetId);
  }
  return { publish, packetId, again: await resumed(bench, connection, ['puback', 'pubrec', 'pubcomp']) };
}

/** The message came again on the resumed connection, under its own id. */
async function resent(bench: DeviceBench, qos: 1 | 2): Promise<PublishPacket & Interrupted> {
  const { publish, packetId, again } = await interrupted(bench, qos);
  const isIt = (packet: PublishPacket): boolean => packet.qos === qos && textOf(packet.payload) === textOf(publish.payload);
  const heard = await again.expectPacket(`the resumption of a session with packet id ${packetId} unacknowledged`, 'publish', 'of the same message', isIt);
  return { ...heard, publish, packetId, again };
}

/** Whatever of an earlier session comes on a connection that has none. */
async function expectNothingLeft(bench: DeviceBench, connection: DeviceConnection, old: readonly number[]): Promise<void> {
  await connection.serve(bench.publishWaitMs);
  for (const heard of connection.heard) {
    if (heard.kind !== 'packet') continue;
    if (heard.packet.type === 'publish' && heard.packet.dup) failCase(`PUBLISH with DUP 1 and packet id ${heard.packet.packetId ?? 0} came on a connection without a session`);
    const own = publications(connection.heard, 2).some(({ packetId }) => heard.packet.type === 'pubrel' && packetId === heard.packet.packetId);
    if (heard.packet.type === 'pubrel' && old.includes(heard.packet.packetId) && !own) failCase(`PUBREL of an earlier session came, packet id ${heard.packet.packetId}`);
  }
  if (connection.heard.length < 2) inconclusiveCase('the device sent nothing after CONNECT, so nothing can be said');
}

export const RESUME_PURPOSES: readonly DevicePurpose[] = [
  { area: 'RESUME', number: 1, statements: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-3.1.2-23', 'MQTT-4.3.2-3'] }, purpose: 'A message at QoS 1 that was not acknowledged is sent again when the session is resumed', requires: [...KEPT, 'PUBLISHES_QOS1'], caughtBy: 'forgets-unacknowledged', run: async (bench) => void (await resent(bench, 1)) },
  {
    area: 'RESUME',
    number: 2,
    statements: { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-3.3.1-1'] },
    purpose: 'A message that is sent again has DUP 1',
    requires: [...KEPT, 'PUBLISHES_QOS1'],
    caughtBy: 'resends-without-dup',
    run: async (bench) => {
      const { dup, packetId } = await resent(bench, 1);
      if (!dup) failCase(`packet id ${packetId} was sent again with DUP 0`);
    },
  },
  {
    area: 'RESUME',
    number: 3,
    statements: { '3.1.1': ['MQTT-2.3.1-3', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.4.0-1'] },
    purpose: 'A message that is sent again keeps its packet id',
    requires: [...KEPT, 'PUBLISHES_QOS1'],
    caughtBy: 'resends-with-new-id',
    run: async (bench) => {
      const { publish, packetId, again } = await interrupted(bench, 1);
      const heard = await again.needPacket('the resumption of a session', 'publish', 'of the same message', (packet) => textOf(packet.payload) === textOf(publish.payload));
      if (heard.packetId !== packetId) failCase(`the message with packet id ${packetId} was sent again with ${heard.packetId ?? 0}`);
    },
  },
  { area: 'RESUME', number: 4, statements: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.3-3'] }, purpose: 'A message at QoS 2 without PUBREC is sent again when the session is resumed', requires: [...KEPT, 'PUBLISHES_QOS2'], caughtBy: 'forgets-unacknowledged', run: async (bench) => void (await resent(bench, 2)) },
  {
    area: 'RESUME',
    number: 5,
    statements: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.3-5', 'MQTT-4.3.3-6'] },
    purpose: 'A PUBREL without PUBCOMP is sent again when the session is resumed, and the message is not',
    requires: [...KEPT, 'PUBLISHES_QOS2'],
    caughtBy: 'forgets-pubrel',
    run: async (bench) => {
      const { publish, packetId, again } = await interrupted(bench, 2, true);
      await again.expectPacket('the resumption of a session', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
      const twice = publications(again.heard, 2).find((one) => one.packetId === packetId && textOf(one.payload) === textOf(publish.payload));
      if (twice !== undefined) failCase(`the message with packet id ${packetId} was published again after PUBREL`);
    },
  },
  ...([1, 2] as const).map((qos): DevicePurpose => ({
    area: 'RESUME',
    number: 5 + qos,
    statements: { '3.1.1': ['MQTT-4.6.0-1'], '5.0': ['MQTT-4.6.0-1'] },
    purpose: `Messages at QoS ${qos} are sent again in the order of their first sending`,
    requires: [...KEPT, `PUBLISHES_QOS${qos}`, 'PUBLISHES_MANY'],
    caughtBy: 'resends-in-reverse',
    run: async (bench) => {
      const connection = await bench.fresh();
      const sent = [...new Set((await manyInFlight(bench, connection, qos)).map(({ packetId = 0 }) => packetId))];
      const again = await resumed(bench, connection, ['puback', 'pubrec']);
      await again.serve(bench.publishWaitMs);
      const order = publications(again.heard, qos).flatMap(({ packetId = 0, dup }) => (dup && sent.includes(packetId) ? [packetId] : []));
      if (order.length < 2) inconclusiveCase(`${order.length} messages were sent again, and two are needed`);
      const expected = sent.filter((packetId) => order.includes(packetId));
      if ([...new Set(order)].join() !== expected.join()) failCase(`first sent in the order ${expected.join()}, sent again in the order ${order.join()}`);
    },
  })),
  {
    area: 'SESSION',
    number: 1,
    statements: { '5.0': ['MQTT-3.2.2-5'] },
    purpose: 'When the broker has no session, the device drops its own: nothing of it is sent again',
    requires: [...KEPT, 'PUBLISHES_QOS1'],
    caughtBy: 'keeps-discarded-session',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('puback');
      const { packetId = 0 } = await bench.publication(connection, 1);
      await connection.close('reset');
      await expectNothingLeft(bench, await bench.accept({ sessionPresent: false }), [packetId]);
    },
  },
  {
    area: 'SESSION',
    number: 2,
    statements: { '3.1.1': ['MQTT-3.1.2-6'], '5.0': ['MQTT-3.1.2-4'] },
    purpose: 'After a CONNECT with clean session 1 nothing of an earlier session is sent again',
    requires: ['CLEAN_SESSION', 'RECONNECTS', 'PUBLISHES_QOS1'],
    caughtBy: 'resends-after-clean-start',
    run: async (bench) => {
      const connection = await bench.fresh({}, { variant: 'cleanSession' });
      connection.withheld.add('puback');
      const { packetId = 0 } = await bench.publication(connection, 1);
      await connection.close('reset');
      const again = await bench.accept();
      if (!again.connect.cleanStart) inconclusiveCase('the device connects with clean session 0');
      await expectNothingLeft(bench, again, [packetId]);
    },
  },
  {
    area: 'SESSION',
    number: 3,
    statements: { '5.0': ['MQTT-3.2.2-4'] },
    purpose: 'A device that asked for a clean start ends the connection when the broker says that a session is present',
    requires: ['CLEAN_SESSION'],
    caughtBy: 'believes-session-present',
    run: async (bench) => {
      await bench.start({ variant: 'cleanSession' });
      const connection = await bench.open();
      if (!connection.connect.cleanStart) inconclusiveCase('the device connects with Clean Start 0');
      await bench.connack(connection, { sessionPresent: true });
      await connection.expectEnd('CONNACK with session present 1 to Clean Start 1');
    },
  },
  {
    area: 'SESSION',
    number: 4,
    statements: { '3.1.1': ['MQTT-3.1.3-2'], '5.0': ['MQTT-3.1.3-2'] },
    purpose: 'A device that goes on with a session does so under the client id of that session',
    requires: [...KEPT, 'PUBLISHES_QOS1'],
    caughtBy: 'changes-client-id',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('puback');
      const { packetId = 0 } = await bench.publication(connection, 1);
      const again = await resumed(bench, connection, ['puback']);
      const before = connection.connect.clientId === '' ? 'fieldproof-assigned' : connection.connect.clientId;
      await again.need('the resumption', { says: 'the message again', accepts: (heard) => heard.kind === 'packet' && heard.packet.type === 'publish' && heard.packet.packetId === packetId && heard.packet.dup }, bench.publishWaitMs);
      if (again.connect.clientId !== before) failCase(`the session of ${before} goes on under the client id ${again.connect.clientId}`);
    },
  },
  {
    area: 'SESSION',
    number: 5,
    statements: { '3.1.1': ['MQTT-4.1.0-1', 'MQTT-3.1.2-4'], '5.0': ['MQTT-3.1.2-23', 'MQTT-4.1.0-1'] },
    purpose: 'A QoS 2 message that the device has received before the link was cut is completed afterwards',
    requires: [...KEPT, 'SUBSCRIBES_QOS2'],
    caughtBy: 'never-completes',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('pubrel');
      const packetId = await bench.deliver(connection, 2);
      await connection.needPacket('PUBLISH', 'pubrec', '', (pubrec) => pubrec.packetId === packetId);
      const again = await resumed(bench, connection, ['pubrel']);
      await again.send({ ...acknowledgement('pubrel', packetId), properties: NO_PROPERTIES });
      await again.expectPacket('PUBREL after the resumption', 'pubcomp', '', (pubcomp) => pubcomp.packetId === packetId);
    },
  },
  {
    area: 'SESSION',
    number: 6,
    statements: { '5.0': ['MQTT-4.4.0-2'] },
    purpose: 'A message that was refused by PUBACK with 0x80 or more is not sent again',
    requires: [...KEPT, 'PUBLISHES_QOS1'],
    caughtBy: 'resends-refused',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('puback');
      const { packetId = 0 } = await bench.publication(connection, 1);
      await connection.send({ ...acknowledgement('puback', packetId), reasonCode: 0x97 });
      await connection.serve(bench.context.pixit.quietMs);
      const again = await resumed(bench, connection, ['puback']);
      await again.serve(bench.publishWaitMs);
      if (publications(again.heard, 1).some((one) => one.packetId === packetId && one.dup)) failCase(`the message with packet id ${packetId} was refused and sent again`);
    },
  },
  {
    area: 'SESSION',
    number: 7,
    statements: { '3.1.1': [], '5.0': [] },
    source: 'MQTT 3.1.1 section 3.2.2.2, MQTT 5.0 section 3.2.2.1.1 (Session Present)',
    level: 'should',
    purpose: 'When the session has expired on the broker, the device subscribes again',
    requires: [...KEPT, 'SUBSCRIBES'],
    caughtBy: 'does-not-subscribe-again',
    run: async (bench) => {
      const connection = await bench.fresh();
      await bench.subscribedTopic(connection, 0);
      await connection.close('reset');
      const again = await bench.accept({ sessionPresent: false });
      await again.expectPacket('CONNACK without a session', 'subscribe');
    },
  },
];
