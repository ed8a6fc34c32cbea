import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { acknowledgement, textOf } from '../bench/mqtt-bench.ts';
import type { Heard } from '../bench/heard.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';

/** PUBLISH packets of this QoS, in their order. */
export function publications(heard: readonly Heard[], qos: 1 | 2): PublishPacket[] {
  return heard.flatMap((one) => (one.kind === 'packet' && one.packet.type === 'publish' && one.packet.qos === qos ? [one.packet] : []));
}

/** Several publications in flight at once, by a trigger; inconclusive with less than two. */
export async function manyInFlight(bench: DeviceBench, connection: DeviceConnection, qos: 1 | 2): Promise<readonly PublishPacket[]> {
  connection.withheld.add(qos === 1 ? 'puback' : 'pubrec');
  const count = (): number => new Set(publications(connection.heard, qos).map(({ packetId }) => packetId)).size;
  await bench.trigger(connection, `triggerManyQos${qos}`);
  await connection.until(() => count() > 2, bench.publishWaitMs);
  await connection.serve(bench.context.pixit.quietMs);
  const sent = publications(connection.heard, qos);
  return sent.length < 2 ? inconclusiveCase(`the device has ${sent.length} publications at QoS ${qos} in flight, and two are needed`) : sent;
}

function same(a: PublishPacket, b: PublishPacket): boolean {
  return textOf(a.payload) === textOf(b.payload);
}

async function distinctIds(bench: DeviceBench, qos: 1 | 2): Promise<void> {
  const connection = await bench.fresh();
  const sent = await manyInFlight(bench, connection, qos);
  const twice = sent.find((one, index) => sent.slice(0, index).some((earlier) => earlier.packetId === one.packetId && !same(earlier, one)));
  if (twice !== undefined) failCase(`packet id ${twice.packetId ?? 0} is used for a second message while the first is not acknowledged`);
}

async function firstWithoutDup(bench: DeviceBench, qos: 1 | 2): Promise<void> {
  const connection = await bench.fresh();
  const publish = await bench.publication(connection, qos);
  const first = publications(connection.heard, qos).find(({ packetId }) => packetId === publish.packetId) ?? publish;
  // A device that keeps its session in its memory over a restart may resend what was not acknowledged before.
  if (first.dup && !connection.connect.cleanStart && (bench.version === 4 || (connection.connect.properties.sessionExpiryIntervalS ?? 0) > 0)) {
    const next = await bench.publication(connection, qos, ({ packetId }) => packetId !== first.packetId);
    if (next.dup) failCase(`a new message came with DUP 1, packet id ${next.packetId ?? 0}`);
    return;
  }
  if (first.dup) failCase(`a new message came with DUP 1, packet id ${first.packetId ?? 0}`);
}

/** A QoS 2 publication whose PUBREC comes late. */
async function latePubrec(bench: DeviceBench, waitMs: (publish: PublishPacket) => number): Promise<void> {
  const connection = await bench.fresh();
  connection.withheld.add('pubrec');
  const publish = await bench.publication(connection, 2);
  const { packetId = 0 } = publish;
  await connection.serve(waitMs(publish));
  if (connection.ended) inconclusiveCase('the device ended the connection while PUBREC was due');
  await connection.send(acknowledgement('pubrec', packetId));
  await connection.expectPacket('PUBREC that came late', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
}

export const SEND_PURPOSES: readonly DevicePurpose[] = [
  { area: 'SEND', number: 1, statements: { '3.1.1': ['MQTT-2.3.1-2', 'MQTT-4.3.2-1'], '5.0': ['MQTT-2.2.1-3', 'MQTT-4.3.2-1', 'MQTT-4.3.2-3'] }, purpose: 'Messages at QoS 1 in flight have packet ids of their own', requires: ['PUBLISHES_QOS1', 'PUBLISHES_MANY'], caughtBy: 'reuses-packet-ids', run: (bench) => distinctIds(bench, 1) },
  { area: 'SEND', number: 2, statements: { '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3', 'MQTT-4.3.3-1'], '5.0': ['MQTT-2.2.1-3', 'MQTT-4.3.3-1', 'MQTT-4.3.3-3'] }, purpose: 'Messages at QoS 2 in flight have packet ids of their own', requires: ['PUBLISHES_QOS2', 'PUBLISHES_MANY'], caughtBy: 'reuses-packet-ids', run: (bench) => distinctIds(bench, 2) },
  { area: 'SEND', number: 3, statements: { '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-2'] }, purpose: 'A message at QoS 1 is first sent with DUP 0', requires: ['PUBLISHES_QOS1'], caughtBy: 'dup-at-first', run: (bench) => firstWithoutDup(bench, 1) },
  { area: 'SEND', number: 4, statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-2'] }, purpose: 'A message at QoS 2 is first sent with DUP 0', requires: ['PUBLISHES_QOS2'], caughtBy: 'dup-at-first', run: (bench) => firstWithoutDup(bench, 2) },
  {
    area: 'SEND',
    number: 5,
    statements: { '3.1.1': ['MQTT-2.3.1-6', 'MQTT-4.3.3-1'], '5.0': ['MQTT-2.2.1-5', 'MQTT-4.3.3-4'] },
    purpose: 'PUBREC is answered by PUBREL with the packet id of the message',
    requires: ['PUBLISHES_QOS2'],
    caughtBy: 'pubrel-with-wrong-id',
    run: async (bench) => {
      const connection = await bench.fresh();
      const { packetId = 0 } = await bench.publication(connection, 2);
      const isMeant = (heard: Heard): boolean => heard.kind === 'packet' && heard.packet.type === 'pubrel' && heard.packet.packetId === packetId;
      if (!connection.heard.some(isMeant) && (await connection.until(isMeant)) === undefined) failCase(`PUBREC for packet id ${packetId} was not answered by PUBREL for it`);
    },
  },
  {
    area: 'SEND',
    number: 6,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-6'] },
    purpose: 'After PUBREL the message is not published again',
    requires: ['PUBLISHES_QOS2'],
    caughtBy: 'publishes-again-after-pubrel',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('pubrec').add('pubcomp');
      const publish = await bench.publication(connection, 2);
      const { packetId = 0 } = publish;
      await connection.send(acknowledgement('pubrec', packetId));
      await connection.needPacket('PUBREC', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
      const after = await connection.serve(bench.numberOf('resendWaitMs', 700));
      const again = publications(after, 2).find((one) => one.packetId === packetId);
      if (again !== undefined) failCase(`the message with packet id ${packetId} was published again after PUBREL`);
    },
  },
  { area: 'SEND', number: 7, statements: { '3.1.1': ['MQTT-4.1.0-1', 'MQTT-4.1.0-2'], '5.0': ['MQTT-4.1.0-1'] }, purpose: 'The device keeps the state of a handshake as long as the connection lasts: a late PUBREC is answered by PUBREL', requires: ['PUBLISHES_QOS2'], caughtBy: 'never-releases', run: (bench) => latePubrec(bench, () => 3 * bench.context.pixit.quietMs) },
  {
    area: 'SEND',
    number: 8,
    statements: { '5.0': ['MQTT-4.3.3-7'] },
    purpose: 'A message at QoS 2 that was sent does not expire: a PUBREC after its expiry is answered by PUBREL',
    requires: ['PUBLISHES_QOS2', 'MESSAGE_EXPIRY'],
    caughtBy: 'never-releases',
    run: (bench) =>
      latePubrec(bench, ({ properties }) => {
        const { messageExpiryIntervalS = 0 } = properties;
        if (messageExpiryIntervalS < 1 || messageExpiryIntervalS > 5) return inconclusiveCase('the publication has no message expiry interval of 1 to 5 seconds');
        return messageExpiryIntervalS * 1_000 + 300;
      }),
  },
  {
    area: 'SEND',
    number: 9,
    statements: { '3.1.1': ['MQTT-4.6.0-4'], '5.0': ['MQTT-4.6.0-4'] },
    purpose: 'PUBRELs go out in the order of the PUBRECs',
    requires: ['PUBLISHES_QOS2', 'PUBLISHES_MANY'],
    caughtBy: 'swaps-pubrels',
    run: async (bench) => {
      const connection = await bench.fresh();
      const ids = [...new Set((await manyInFlight(bench, connection, 2)).map(({ packetId = 0 }) => packetId))].toReversed();
      if (ids.length < 2) inconclusiveCase('the device has one message in flight, and two are needed');
      for (const packetId of ids) await connection.send(acknowledgement('pubrec', packetId));
      const released: number[] = [];
      while (released.length < ids.length) released.push((await connection.expectPacket(`PUBRECs for ${ids.join()}`, 'pubrel')).packetId);
      if (released.join() !== ids.join()) failCase(`PUBRELs came for ${released.join()}, the PUBRECs were for ${ids.join()}`);
    },
  },
  {
    area: 'SEND',
    number: 10,
    statements: { '5.0': ['MQTT-4.4.0-1'] },
    purpose: 'A message that is not acknowledged is not sent again on the same connection',
    requires: ['PUBLISHES_QOS1'],
    caughtBy: 'resends-on-live-connection',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('puback');
      const publish = await bench.publication(connection, 1);
      const after = await connection.serve(bench.numberOf('resendWaitMs', 10_000));
      const again = publications(after, 1).find((one) => one.packetId === publish.packetId);
      if (again !== undefined) failCase(`the message with packet id ${publish.packetId ?? 0} was sent again on a live connection`);
    },
  },
];
