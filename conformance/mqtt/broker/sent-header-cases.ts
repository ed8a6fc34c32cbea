import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { Reaction } from '../bench/heard.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import { expectMessage, listener, tell } from '../bench/messages.ts';
import { acknowledgement, text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import { told, type Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** Fixed headers, packet identifiers and property lengths of what a broker itself sends. */
export const SENT_HEADER_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'HEADER',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-2.2.2-1'], '5.0': ['MQTT-2.1.3-1'] },
    purpose: 'Every packet of the broker has the fixed header flags that its type asks for',
    requires: ['QOS1', 'QOS2'],
    caughtBy: 'sends-wrong-pubrel-flags',
    // The decoder judges the flags of whatever comes.
    run: async (bench) => {
      const topic = bench.topic('a');
      const subscriber = await judgedConnect(bench, 'subscriber');
      await subscriber.send(bench.subscribePacket(1, [{ filter: topic, qos: 2 }]));
      await subscriber.expectPacket('SUBSCRIBE', 'suback');
      const publisher = await judgedConnect(bench, 'publisher');
      await publisher.send(bench.publishPacket(topic, { qos: 1, packetId: 2 }));
      await publisher.expectPacket('PUBLISH', 'puback');
      await publisher.send(bench.publishPacket(topic, { qos: 2, packetId: 3 }));
      await publisher.expectPacket('PUBLISH', 'pubrec');
      await publisher.send(acknowledgement('pubrel', 3));
      await publisher.expectPacket('PUBREL', 'pubcomp');
      await judgedHandshakes(subscriber);
      await subscriber.send({ type: 'unsubscribe', packetId: 4, filters: [topic], properties: NO_PROPERTIES });
      await subscriber.expectPacket('UNSUBSCRIBE', 'unsuback');
      await subscriber.send({ type: 'pingreq' });
      await subscriber.expectPacket('PINGREQ', 'pingresp');
    },
  },
  {
    area: 'HEADER',
    number: 21,
    version: 1,
    statements: { '3.1.1': ['MQTT-2.3.1-1', 'MQTT-2.3.1-4'], '5.0': ['MQTT-2.2.1-4'] },
    purpose: 'Packet identifiers of the broker are not zero, and none is given again while it waits for its acknowledgement',
    requires: ['QOS1', 'QOS2'],
    caughtBy: 'gives-packet-id-twice',
    run: judgePacketIdsInUse,
  },
  {
    area: 'HEADER',
    number: 22,
    version: 1,
    statements: { '3.1.1': ['MQTT-2.3.1-5'], '5.0': ['MQTT-2.2.1-2'] },
    purpose: 'A QoS 0 PUBLISH of the broker has no packet identifier',
    caughtBy: 'sends-packet-id-at-qos-0',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await bench.connected('subscriber');
      await bench.subscribed(peer, { filter: topic, qos: 0 });
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'just this');
      const heard = await peer.need('a message', somePacket);
      if (heard.kind !== 'packet') failCase(`subscriber: ${told(heard)}`);
      if (heard.packet.type !== 'publish' || textOf(heard.packet.payload) !== 'just this') failCase(`subscriber: expected PUBLISH with "just this" behind the topic name, but ${told(heard)}`);
    },
  },
  {
    area: 'HEADER',
    number: 23,
    version: 1,
    statements: { '3.1.1': ['MQTT-2.3.1-6'], '5.0': ['MQTT-2.2.1-5'] },
    purpose: 'PUBACK, PUBREC and PUBCOMP have the packet identifier of the PUBLISH they answer',
    requires: ['QOS1', 'QOS2'],
    caughtBy: 'answers-with-another-packet-id',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 0x1234, 0xffff]) {
        await peer.send(bench.publishPacket(topic, { qos: 1, packetId }));
        await peer.expectPacket('PUBLISH', 'puback', `for packet id ${packetId}`, (puback) => puback.packetId === packetId);
        await peer.send(bench.publishPacket(topic, { qos: 2, packetId }));
        await peer.expectPacket('PUBLISH', 'pubrec', `for packet id ${packetId}`, (pubrec) => pubrec.packetId === packetId);
        await peer.send(acknowledgement('pubrel', packetId));
        await peer.expectPacket('PUBREL', 'pubcomp', `for packet id ${packetId}`, (pubcomp) => pubcomp.packetId === packetId);
      }
    },
  },
  {
    area: 'HEADER',
    number: 24,
    version: 1,
    statements: { '3.1.1': ['MQTT-2.3.1-6'], '5.0': ['MQTT-2.2.1-5'] },
    purpose: 'PUBREL of the broker has the packet identifier of its PUBLISH',
    requires: ['QOS2'],
    caughtBy: 'releases-another-packet-id',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await bench.connected('subscriber');
      await bench.subscribed(peer, { filter: topic, qos: 2 });
      const publisher = await bench.connected('publisher');
      await bench.published(publisher.peer, topic, { qos: 2 });
      const { packetId = 0 } = await peer.needPacket('a message', 'publish', 'at QoS 2', ({ qos }) => qos === 2);
      await peer.send(acknowledgement('pubrec', packetId));
      await peer.expectPacket('PUBREC', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
      await peer.send(acknowledgement('pubcomp', packetId));
    },
  },
  {
    area: 'HEADER',
    number: 25,
    version: 1,
    statements: { '3.1.1': ['MQTT-2.3.1-7'], '5.0': ['MQTT-2.2.1-6'] },
    purpose: 'SUBACK and UNSUBACK have the packet identifier of the request they answer',
    caughtBy: 'answers-with-another-packet-id',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 0x1234, 0xffff]) {
        await peer.send(bench.subscribePacket(packetId, [{ filter: topic, qos: 0 }]));
        await peer.expectPacket('SUBSCRIBE', 'suback', `for packet id ${packetId}`, (suback) => suback.packetId === packetId);
        await peer.send({ type: 'unsubscribe', packetId, filters: [topic], properties: NO_PROPERTIES });
        await peer.expectPacket('UNSUBSCRIBE', 'unsuback', `for packet id ${packetId}`, (unsuback) => unsuback.packetId === packetId);
      }
    },
  },
  {
    area: 'HEADER',
    number: 26,
    version: 1,
    statements: { '5.0': ['MQTT-1.5.5-1'] },
    purpose: 'Remaining lengths of the broker take no more bytes than they need',
    caughtBy: 'pads-remaining-length',
    // The decoder judges the length of whatever comes.
    run: async (bench) => {
      const topic = bench.topic('a');
      const subscriber = await listener(bench, 'subscriber', topic);
      const publisher = await bench.connected('publisher');
      const { maximumPacketSizeBytes } = declaredLimits(publisher.connack);
      for (const payloadBytes of [1, 300, 20_000]) {
        if (payloadBytes + topic.length + 20 > maximumPacketSizeBytes) break;
        const payload = 'x'.repeat(payloadBytes);
        await tell(bench, publisher, topic, payload);
        await expectMessage(bench, subscriber.peer, `a message of ${payloadBytes} bytes`, { topic, payload });
      }
    },
  },
  {
    area: 'HEADER',
    number: 27,
    version: 1,
    statements: { '5.0': ['MQTT-2.2.2-1'] },
    purpose: 'A PUBLISH of the broker without properties has a property length of zero',
    caughtBy: 'leaves-out-property-length',
    run: async (bench) => {
      const topic = bench.topic('a');
      const subscriber = await listener(bench, 'subscriber', topic);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'payload');
      await expectMessage(bench, subscriber.peer, 'a message without properties', { topic, payload: 'payload' });
    },
  },
];

/** QoS 0 promises nothing: that nothing comes is not judged, what comes is. */
const somePacket: Reaction = { says: 'PUBLISH', accepts: ({ kind }) => kind === 'packet' || kind === 'malformed' };

/** Connected; unlike with `bench.connected`, what CONNACK looks like is judged. */
async function judgedConnect(bench: MqttBench, label: string): Promise<Peer> {
  const peer = await bench.openAndConnect(label);
  await peer.expectPacket('CONNECT', 'connack');
  return peer;
}

/** One message at QoS 1 and one at QoS 2, in whatever order they come. */
async function judgedHandshakes(subscriber: Peer): Promise<void> {
  const open = new Set<number>();
  for (let publications = 0, releases = 0; publications < 2 || releases < 1; ) {
    const heard = await subscriber.next();
    if (heard.kind === 'malformed') failCase(`subscriber: ${told(heard)}`, [heard.violation.statement]);
    if (heard.kind !== 'packet') return inconclusiveCase(`subscriber: expected two messages, but ${told(heard)}`);
    const { packet } = heard;
    if (packet.type === 'publish' && !open.has(packet.packetId ?? 0)) {
      publications += 1;
      if (packet.qos === 2) open.add(packet.packetId ?? 0);
      await subscriber.send(acknowledgement(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId ?? 1));
    }
    if (packet.type === 'pubrel') {
      releases += 1;
      await subscriber.send(acknowledgement('pubcomp', packet.packetId));
    }
  }
}

/** Messages that are left without acknowledgement: at least two, as many as the broker sends of four. */
async function judgePacketIdsInUse(bench: MqttBench): Promise<void> {
  const topic = bench.topic('a');
  const { peer } = await bench.connected('subscriber');
  await bench.subscribed(peer, { filter: topic, qos: 2 });
  const publisher = await bench.connected('publisher');
  for (const [index, qos] of ([1, 2, 1, 2] as const).entries()) await bench.published(
    publisher.peer,
    topic,
    { qos, payload: text(`message ${index}`) },
  );
  const inUse = new Map<number, string>();
  while (inUse.size < 4) {
    const heard = await peer.next();
    if (heard.kind === 'malformed') failCase(`subscriber: ${told(heard)}`, [heard.violation.statement]);
    if (heard.kind !== 'packet') break;
    const { packet } = heard;
    if (packet.type !== 'publish' || packet.packetId === undefined) continue;
    const payload = textOf(packet.payload);
    const other = inUse.get(packet.packetId);
    // A 3.1.1 server may send a message again on a living connection.
    if (other !== undefined && other !== payload) failCase(`packet id ${packet.packetId} was given to "${payload}" while "${other}" waits for its acknowledgement`);
    inUse.set(packet.packetId, payload);
  }
  if (inUse.size === 0) inconclusiveCase('the broker delivers nothing');
  if (inUse.size === 1) peer.note('the broker sends one message at a time, so no two packet ids are in use at once');
}
