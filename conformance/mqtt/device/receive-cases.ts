import { acknowledgement, text } from '../bench/mqtt-bench.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { DeviceBench } from './device-bench.ts';
import { topicFor } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';

/** Ids that a device may mix up: both bytes matter, and the largest. */
const IDS = [0x1234, 0xffff] as const;
const LARGE_BYTES = 20_000;

async function acknowledged(connection: DeviceConnection, packetId: number, after: string): Promise<void> {
  await connection.expectPacket(after, 'puback', `for packet id ${packetId}`, (puback) => puback.packetId === packetId);
}

/** One QoS 2 message to the end of its handshake. */
async function handshake(bench: DeviceBench, connection: DeviceConnection, packetId: number): Promise<void> {
  await bench.deliver(connection, 2, { packetId });
  await connection.expectPacket('PUBLISH at QoS 2', 'pubrec', `for packet id ${packetId}`, (pubrec) => pubrec.packetId === packetId);
  await connection.expectPacket('PUBREL', 'pubcomp', `for packet id ${packetId}`, (pubcomp) => pubcomp.packetId === packetId);
}

/** Several messages at once; the order of the answers. */
async function inOrder(bench: DeviceBench, qos: 1 | 2): Promise<void> {
  const connection = await bench.fresh();
  const topic = await bench.subscribedTopic(connection, qos);
  const count = Math.min(5, connection.connect.properties.receiveMaximum ?? 65_535);
  if (count < 2) inconclusiveCase('the device takes one publication at a time');
  const sent: number[] = [];
  for (let index = 0; index < count; index += 1) sent.push(await bench.deliver(connection, qos, { topic }));
  const type = qos === 1 ? 'puback' : 'pubrec';
  const came: number[] = [];
  while (came.length < count) came.push((await connection.expectPacket(`${count} messages`, type)).packetId);
  if (came.join() !== sent.join()) failCase(`${type.toUpperCase()}s came for ${came.join()}, the messages were ${sent.join()}`);
}

export const RECEIVE_PURPOSES: readonly DevicePurpose[] = [
  {
    area: 'RECEIVE',
    number: 1,
    statements: { '3.1.1': ['MQTT-2.3.1-6', 'MQTT-3.3.4-1', 'MQTT-4.3.2-2'], '5.0': ['MQTT-2.2.1-5', 'MQTT-3.3.4-1', 'MQTT-4.3.2-4'] },
    purpose: 'A message at QoS 1 is answered by PUBACK with its packet id',
    requires: ['SUBSCRIBES'],
    caughtBy: 'puback-with-wrong-id',
    run: async (bench) => {
      const connection = await bench.fresh();
      for (const packetId of IDS) await acknowledged(connection, await bench.deliver(connection, 1, { packetId }), 'PUBLISH at QoS 1');
    },
  },
  {
    area: 'RECEIVE',
    number: 2,
    statements: { '3.1.1': ['MQTT-4.5.0-2'], '5.0': ['MQTT-4.5.0-2'] },
    purpose: 'A message that means nothing to the device is acknowledged all the same, on every topic that it is subscribed to',
    requires: ['SUBSCRIBES'],
    caughtBy: 'never-acknowledges',
    run: async (bench) => {
      const connection = await bench.fresh();
      await bench.subscribedTopic(connection, 1);
      for (const [filter, qos] of new Map(connection.subscriptions)) {
        if (qos === 0) continue;
        const packetId = await bench.deliver(connection, 1, { topic: topicFor(filter), payload: Uint8Array.of(0xff, 0x00, 0xfe) });
        await acknowledged(connection, packetId, `a message that means nothing on ${topicFor(filter)}`);
      }
    },
  },
  {
    area: 'RECEIVE',
    number: 3,
    statements: { '3.1.1': ['MQTT-2.3.1-6', 'MQTT-3.3.4-1', 'MQTT-4.3.3-2'], '5.0': ['MQTT-2.2.1-5', 'MQTT-3.3.4-1', 'MQTT-4.3.3-8', 'MQTT-4.3.3-11'] },
    purpose: 'A message at QoS 2 is answered by PUBREC, and PUBREL by PUBCOMP, each with its packet id',
    requires: ['SUBSCRIBES_QOS2'],
    caughtBy: 'pubrec-with-wrong-id',
    run: async (bench) => {
      const connection = await bench.fresh();
      for (const packetId of IDS) await handshake(bench, connection, packetId);
    },
  },
  {
    area: 'RECEIVE',
    number: 4,
    statements: { '3.1.1': ['MQTT-3.3.4-1'], '5.0': ['MQTT-3.3.4-1'] },
    purpose: 'A message at QoS 0 is not acknowledged',
    requires: ['SUBSCRIBES'],
    caughtBy: 'acknowledges-qos-0',
    run: async (bench) => {
      const connection = await bench.fresh();
      const topic = await bench.subscribedTopic(connection, 1);
      await connection.send(bench.publishPacket(topic, { qos: 0 }));
      const packetId = await bench.deliver(connection, 1, { topic });
      const first = await connection.expectPacket('a message at QoS 0 and one at QoS 1', 'puback');
      if (first.packetId !== packetId) failCase(`PUBACK came for packet id ${first.packetId}, which no message has`);
    },
  },
  {
    area: 'RECEIVE',
    number: 5,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-5'] },
    purpose: 'After PUBACK the same packet id is that of a new message, and acknowledged',
    requires: ['SUBSCRIBES'],
    caughtBy: 'takes-each-id-once',
    run: async (bench) => {
      const connection = await bench.fresh();
      for (const payload of ['one', 'two']) await acknowledged(connection, await bench.deliver(connection, 1, { packetId: 7, payload: text(payload) }), `PUBLISH "${payload}" with packet id 7`);
    },
  },
  {
    area: 'RECEIVE',
    number: 6,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
    purpose: 'Before PUBREL each copy of a message at QoS 2 is answered by PUBREC',
    requires: ['SUBSCRIBES_QOS2'],
    caughtBy: 'takes-each-id-once',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('pubrel');
      const topic = await bench.subscribedTopic(connection, 2);
      for (const dup of [false, true]) {
        await bench.deliver(connection, 2, { topic, packetId: 7, dup });
        await connection.expectPacket(`PUBLISH with packet id 7${dup ? ' again' : ''}`, 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
      }
      await connection.send(acknowledgement('pubrel', 7));
      await connection.expectPacket('PUBREL', 'pubcomp', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
  {
    area: 'RECEIVE',
    number: 7,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-12'] },
    purpose: 'After PUBCOMP the same packet id is that of a new message',
    requires: ['SUBSCRIBES_QOS2'],
    caughtBy: 'takes-each-id-once',
    run: async (bench) => {
      const connection = await bench.fresh();
      await handshake(bench, connection, 7);
      await handshake(bench, connection, 7);
    },
  },
  {
    area: 'RECEIVE',
    number: 8,
    statements: { '5.0': ['MQTT-4.3.3-13'] },
    purpose: 'The handshake of a QoS 2 message goes on when the message has expired',
    requires: ['SUBSCRIBES_QOS2'],
    caughtBy: 'never-completes',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('pubrel');
      const packetId = await bench.deliver(connection, 2, { properties: { messageExpiryIntervalS: 1 } });
      await connection.needPacket('PUBLISH', 'pubrec', '', (pubrec) => pubrec.packetId === packetId);
      await connection.serve(1_200);
      await connection.send(acknowledgement('pubrel', packetId));
      await connection.expectPacket('PUBREL of a message that has expired', 'pubcomp', '', (pubcomp) => pubcomp.packetId === packetId);
    },
  },
  { area: 'RECEIVE', number: 9, statements: { '3.1.1': ['MQTT-4.6.0-2'], '5.0': ['MQTT-4.6.0-2'] }, purpose: 'PUBACKs go out in the order of the messages', requires: ['SUBSCRIBES'], caughtBy: 'swaps-pubacks', run: (bench) => inOrder(bench, 1) },
  { area: 'RECEIVE', number: 10, statements: { '3.1.1': ['MQTT-4.6.0-3'], '5.0': ['MQTT-4.6.0-3'] }, purpose: 'PUBRECs go out in the order of the messages', requires: ['SUBSCRIBES_QOS2'], caughtBy: 'swaps-pubrecs', run: (bench) => inOrder(bench, 2) },
  {
    area: 'RECEIVE',
    number: 11,
    statements: { '5.0': ['MQTT-3.3.2-10'] },
    purpose: 'The device takes every topic alias up to the maximum that it announced',
    requires: ['SUBSCRIBES', 'TAKES_TOPIC_ALIASES'],
    caughtBy: 'refuses-topic-aliases',
    run: async (bench) => {
      const connection = await bench.fresh();
      const topic = await bench.subscribedTopic(connection, 1);
      const { topicAliasMaximum = 0 } = connection.connect.properties;
      if (topicAliasMaximum === 0) inconclusiveCase('the device takes no topic alias');
      for (const topicAlias of new Set([1, topicAliasMaximum])) {
        for (const name of [topic, '']) {
          const packetId = await bench.deliver(connection, 1, { topic: name, properties: { topicAlias } });
          await acknowledged(connection, packetId, `PUBLISH with topic alias ${topicAlias} of ${topicAliasMaximum}`);
        }
      }
    },
  },
  {
    area: 'RECEIVE',
    number: 12,
    statements: { '5.0': ['MQTT-4.3.3-9'] },
    purpose: 'After a PUBREC that refuses, the packet id is that of a new message',
    requires: ['SUBSCRIBES_QOS2', 'REFUSES_PUBLICATIONS'],
    caughtBy: 'takes-each-id-once',
    run: async (bench) => {
      const connection = await bench.fresh();
      await bench.subscribedTopic(connection, 2);
      const refused = bench.textOf('refusedTopic') ?? inconclusiveCase('the PIXIT has no refusedTopic');
      await bench.deliver(connection, 2, { topic: refused, packetId: 7 });
      const { reasonCode } = await connection.needPacket('PUBLISH to refusedTopic', 'pubrec');
      if (reasonCode < 0x80) inconclusiveCase('the device takes what is published to refusedTopic');
      await handshake(bench, connection, 7);
    },
  },
  {
    area: 'RECEIVE',
    number: 13,
    statements: { '3.1.1': [], '5.0': [] },
    source: 'MQTT 3.1.1 section 2.2.3, MQTT 5.0 sections 2.1.4 and 3.1.2.11.4 (how long a packet may be)',
    level: 'should',
    purpose: `A payload of ${LARGE_BYTES} bytes is taken and acknowledged (5.0: unless the device announces less)`,
    requires: ['SUBSCRIBES'],
    caughtBy: 'chokes-on-large-payload',
    run: async (bench) => {
      const connection = await bench.fresh();
      const { maximumPacketSizeBytes = Number.MAX_SAFE_INTEGER } = connection.connect.properties;
      const bytes = Math.min(LARGE_BYTES, Math.max(0, maximumPacketSizeBytes - 1_000));
      await acknowledged(connection, await bench.deliver(connection, 1, { payload: new Uint8Array(bytes).fill(0x2e) }), `a payload of ${bytes} bytes`);
    },
  },
];
