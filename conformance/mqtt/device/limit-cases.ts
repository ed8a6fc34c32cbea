import type { MqttPacket, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { MqttProperties } from '../../../hil/protocols/mqtt/properties.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { acknowledgement } from '../bench/mqtt-bench.ts';
import type { Heard } from '../bench/heard.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';
import { publications } from './send-cases.ts';

/** A connection with limits, on which the device is told to exceed them. That it publishes, or leaves, has to be seen. */
async function limited(bench: DeviceBench, properties: MqttProperties, triggers: readonly string[], exceeds: (packet: MqttPacket, bytes: Uint8Array) => string | undefined): Promise<void> {
  const connection = await bench.fresh({ properties });
  await connection.until(() => connection.subscriptions.size > 0, bench.publishWaitMs);
  for (const what of triggers) if (!connection.ended && connection.subscriptions.size > 0) await bench.trigger(connection, what);
  await connection.serve(bench.publishWaitMs);
  for (const heard of connection.heard) {
    const found = heard.kind === 'packet' ? exceeds(heard.packet, heard.bytes) : undefined;
    if (found !== undefined) failCase(`the broker announced ${JSON.stringify(properties)}, and the device sent ${found}`);
  }
  if (!connection.ended && !connection.heard.some(isPublish)) inconclusiveCase('the device neither published nor left within the limits, so they were not put to the test');
}

function isPublish(heard: Heard): boolean {
  return heard.kind === 'packet' && heard.packet.type === 'publish';
}

const publishing = (found: (packet: Extract<MqttPacket, { type: 'publish' }>) => string | undefined) => (packet: MqttPacket): string | undefined => (packet.type === 'publish' ? found(packet) : undefined);

/** A few packets of every kind with a small Maximum Packet Size; for all cases about what is left out then. */
function withSmallPackets(bench: DeviceBench, variant: string): Promise<readonly Heard[]> {
  return bench.wire.shared(`small packets of ${variant}`, async (wire) => {
    const own = bench.on(wire);
    const connection = await own.fresh({ properties: { maximumPacketSizeBytes: bench.numberOf('smallPacketBytes', 128) } }, { variant });
    await connection.until(() => connection.subscriptions.size > 0, own.publishWaitMs);
    for (const qos of [1, 2] as const) if ([...connection.subscriptions.values()].some((granted) => granted >= qos)) await own.deliver(connection, qos, { payload: new Uint8Array(1) });
    for (const what of ['triggerQos2', 'triggerReauthenticate']) if (!connection.ended && connection.subscriptions.size > 0) await own.trigger(connection, what);
    await connection.serve(own.publishWaitMs);
    if (!connection.ended && (await own.stop())) await connection.serve(own.context.pixit.quietMs);
    if (!connection.ended) await connection.close('reset');
    return connection.heard;
  });
}

function smallPacket(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'disconnect' | 'auth', number: number, statements: readonly string[], item: string, variant = 'usual'): DevicePurpose {
  return {
    area: 'SMALL',
    number,
    statements: { '5.0': statements },
    purpose: `${type.toUpperCase()} leaves out reason string and user properties where they would make it larger than the broker takes`,
    requires: [item],
    caughtBy: `${type}-too-large`,
    run: async (bench) => {
      const bytesMax = bench.numberOf('smallPacketBytes', 128);
      const meant = (await withSmallPackets(bench, variant)).filter((heard) => heard.kind === 'packet' && heard.packet.type === type);
      const tooLarge = meant.find((heard) => heard.kind === 'packet' && heard.bytes.length > bytesMax);
      if (tooLarge?.kind === 'packet') failCase(`the broker takes ${bytesMax} bytes, and ${type.toUpperCase()} came with ${tooLarge.bytes.length}`);
      if (meant.length === 0) inconclusiveCase(`the device sent no ${type.toUpperCase()}`);
    },
  };
}

/** One message at QoS 1 in flight with Receive Maximum 1. */
async function fullQuota(bench: DeviceBench): Promise<DeviceConnection> {
  const connection = await bench.fresh({ properties: { receiveMaximum: 1 } });
  connection.withheld.add('puback').add('pubrec');
  await bench.publication(connection, 1);
  return connection;
}

export const LIMIT_PURPOSES: readonly DevicePurpose[] = [
  ...([0, 1] as const).map((maximumQos): DevicePurpose => ({
    area: 'LIMIT',
    number: 1 + maximumQos,
    statements: { '5.0': ['MQTT-3.2.2-11'] },
    purpose: `With Maximum QoS ${maximumQos} nothing is published above it`,
    requires: [maximumQos === 0 ? 'PUBLISHES_QOS1' : 'PUBLISHES_QOS2'],
    caughtBy: 'ignores-maximum-qos',
    run: (bench) => limited(bench, { maximumQos }, ['triggerQos1', 'triggerQos2'], publishing(({ qos }) => (qos > maximumQos ? `a publication at QoS ${qos}` : undefined))),
  })),
  { area: 'LIMIT', number: 3, statements: { '5.0': ['MQTT-3.2.2-14'] }, purpose: 'With Retain Available 0 nothing is published with RETAIN 1', requires: ['RETAINS'], caughtBy: 'ignores-retain-available', run: (bench) => limited(bench, { retainAvailable: false }, ['triggerRetained'], publishing(({ retain }) => (retain ? 'a publication with RETAIN 1' : undefined))) },
  {
    area: 'LIMIT',
    number: 4,
    statements: { '5.0': ['MQTT-3.2.2-15'] },
    purpose: 'No packet is larger than the Maximum Packet Size of the broker',
    requires: ['LARGE_PUBLICATIONS'],
    caughtBy: 'ignores-maximum-packet-size',
    run: (bench) => limited(bench, { maximumPacketSizeBytes: 1_000 }, ['triggerLarge', 'triggerQos1'], (packet, bytes) => (packet.type !== 'connect' && bytes.length > 1_000 ? `${packet.type.toUpperCase()} of ${bytes.length} bytes` : undefined)),
  },
  { area: 'LIMIT', number: 5, statements: { '5.0': ['MQTT-3.2.2-18'] }, purpose: 'Without a Topic Alias Maximum of the broker no topic alias is used', requires: ['PUBLISHES'], caughtBy: 'ignores-topic-alias-maximum', run: (bench) => limited(bench, {}, ['triggerQos1'], publishing(({ properties }) => (properties.topicAlias === undefined ? undefined : `topic alias ${properties.topicAlias}`))) },
  { area: 'LIMIT', number: 6, statements: { '5.0': ['MQTT-3.2.2-17', 'MQTT-3.3.2-9'] }, purpose: 'Topic aliases stay within the Topic Alias Maximum of the broker', requires: ['SENDS_TOPIC_ALIASES'], caughtBy: 'ignores-topic-alias-maximum', run: (bench) => limited(bench, { topicAliasMaximum: 1 }, ['triggerQos1'], publishing(({ properties }) => ((properties.topicAlias ?? 1) > 1 ? `topic alias ${properties.topicAlias ?? 0}` : undefined))) },
  {
    area: 'LIMIT',
    number: 7,
    statements: { '5.0': ['MQTT-3.3.2-7'] },
    purpose: 'On a new connection a topic alias comes with its topic before it stands alone',
    requires: ['SENDS_TOPIC_ALIASES', 'RECONNECTS'],
    caughtBy: 'keeps-topic-aliases',
    run: async (bench) => {
      const first = await bench.fresh({ properties: { topicAliasMaximum: 5 } });
      await bench.publication(first, 1, hasAlias);
      await first.close('reset');
      const second = await bench.accept({ properties: { topicAliasMaximum: 5 } });
      const { topic, properties } = await bench.publication(second, 1, hasAlias);
      const known = publishesWithTopic(second, properties.topicAlias);
      if (topic === '' && !known) failCase(`topic alias ${properties.topicAlias ?? 0} stands alone at its first use on a new connection`);
    },
  },
  {
    area: 'QUOTA',
    number: 1,
    statements: { '5.0': ['MQTT-3.3.4-7', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
    purpose: 'No more publications at QoS 1 and 2 are in flight than the Receive Maximum of the broker',
    requires: ['PUBLISHES_QOS1', 'PUBLISHES_MANY'],
    caughtBy: 'ignores-receive-maximum',
    run: async (bench) => {
      const connection = await fullQuota(bench);
      await bench.trigger(connection, 'triggerManyQos1');
      await connection.serve(bench.publishWaitMs);
      const [first, second] = [...publications(connection.heard, 1), ...publications(connection.heard, 2)];
      if (second !== undefined) failCase('two publications are in flight with Receive Maximum 1');
      // That it holds others back is seen when the first one is acknowledged.
      await connection.send(acknowledgement('puback', first?.packetId ?? 0));
const isNext = ({ qos, packetId, payload }: PublishPacket): boolean => qos > 0 && (packetId !== first?.packetId || !equal(payload, first?.payload));
      await connection.needPacket('PUBACK', 'publish', 'that was held back', isNext, bench.publishWaitMs);
    },
  },
  {
    area: 'QUOTA',
    number: 2,
    statements: { '5.0': ['MQTT-3.3.4-8', 'MQTT-4.9.0-3'] },
    purpose: 'With its send quota used up the device still acknowledges what it is sent',
    requires: ['PUBLISHES_QOS1', 'SUBSCRIBES'],
    caughtBy: 'never-acknowledges',
    run: async (bench) => {
      const connection = await fullQuota(bench);
      const packetId = await bench.deliver(connection, 1);
      await connection.expectPacket('PUBLISH with the send quota of the device used up', 'puback', '', (puback) => puback.packetId === packetId);
    },
  },
  smallPacket('puback', 1, ['MQTT-3.4.2-2', 'MQTT-3.4.2-3'], 'SUBSCRIBES'),
  smallPacket('pubrec', 2, ['MQTT-3.5.2-2', 'MQTT-3.5.2-3'], 'SUBSCRIBES_QOS2'),
  smallPacket('pubrel', 3, ['MQTT-3.6.2-2', 'MQTT-3.6.2-3'], 'PUBLISHES_QOS2'),
  smallPacket('pubcomp', 4, ['MQTT-3.7.2-2', 'MQTT-3.7.2-3'], 'SUBSCRIBES_QOS2'),
  smallPacket('disconnect', 5, ['MQTT-3.14.2-3', 'MQTT-3.14.2-4'], 'DISCONNECTS'),
  smallPacket('auth', 6, ['MQTT-3.15.2-2', 'MQTT-3.15.2-3'], 'REAUTHENTICATES', 'authentication'),
];

function hasAlias({ properties }: PublishPacket): boolean {
  return properties.topicAlias !== undefined;
}

function publishesWithTopic({ heard }: DeviceConnection, alias: number | undefined): boolean {
  return heard.some((one) => one.kind === 'packet' && one.packet.type === 'publish' && one.packet.properties.topicAlias === alias && one.packet.topic !== '');
}

function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.from(a).equals(b);
}
