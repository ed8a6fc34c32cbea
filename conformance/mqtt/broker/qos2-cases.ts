import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { nothing, packetOf } from '../bench/heard.ts';
import { Inbox, inboxOf } from '../bench/inbox.ts';
import { interrupted, notSentAgain, resumed } from '../bench/interrupted.ts';
import { connectedToKept } from '../bench/kept-session.ts';
import { acknowledgement, text, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const KEPT = ['QOS2', 'PERSISTENT_SESSIONS'];

/** QoS 2, the broker as receiver. */
const RECEIVER: readonly BrokerPurpose[] = [
  {
    area: 'QOS2',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-8'] },
    purpose: 'Each QoS 2 PUBLISH is answered with PUBREC of its packet identifier, from 1 to 65535',
    requires: ['QOS2'],
    caughtBy: 'answers-with-other-packet-id',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 255, 256, 65_535]) {
        await peer.send(bench.publishPacket(bench.topic('a'), { qos: 2, packetId }));
        await peer.expectPacket(`a QoS 2 PUBLISH with packet id ${packetId}`, 'pubrec', `for packet id ${packetId}`, (pubrec) => pubrec.packetId === packetId);
        await peer.send(acknowledgement('pubrel', packetId));
        await peer.needPacket('PUBREL', 'pubcomp');
      }
    },
  },
  {
    area: 'QOS2',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'PUBREL is answered with PUBCOMP of its packet identifier, from 1 to 65535',
    requires: ['QOS2'],
    caughtBy: 'completes-other-packet-id',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 255, 256, 65_535]) await completed(bench, peer, packetId);
    },
  },
  {
    area: 'QOS2',
    number: 3,
    version: 1,
    // 5.0 forbids a client to send a PUBLISH again as long as the connection lasts.
    statements: { '3.1.1': ['MQTT-4.3.3-2'] },
    purpose: 'A QoS 2 PUBLISH that comes again before PUBREL is answered with PUBREC again and delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-each-qos-2-copy',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench);
      for (const dup of [false, true]) {
        await publisher.send(bench.publishPacket(topic, { qos: 2, packetId: 7, dup, payload: text('once') }));
        await publisher.expectPacket(`PUBLISH with DUP ${dup ? 1 : 0}`, 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
      }
      await publisher.send(acknowledgement('pubrel', 7));
      await publisher.needPacket('PUBREL', 'pubcomp');
      await deliveredOnce(bench, subscriber, publisher, topic);
    },
  },
  {
    area: 'QOS2',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'] },
    purpose: 'A QoS 2 PUBLISH and its repetition that arrive together are answered with PUBREC each and delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-each-qos-2-copy',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench);
      const copies = [false, true].map((dup) => encodeLoose(bench.publishPacket(topic, { qos: 2, packetId: 7, dup, payload: text('once') }), bench.version));
      await publisher.sendBytes(new Uint8Array(Buffer.concat(copies)));
      for (const copy of ['first', 'second']) await publisher.expectPacket(`the ${copy} of two copies`, 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
      await publisher.send(acknowledgement('pubrel', 7));
      await publisher.needPacket('PUBREL', 'pubcomp');
      await deliveredOnce(bench, subscriber, publisher, topic);
    },
  },
  {
    area: 'QOS2',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
    purpose: 'A QoS 2 PUBLISH that the client sends again after it resumed its session is answered with PUBREC and delivered once',
    requires: KEPT,
    caughtBy: 'delivers-each-qos-2-copy',
    run: async (bench) => {
      const topic = bench.topic('once');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 2 });
      const { peer } = await connectedToKept(bench, 'publisher');
      await peer.send(bench.publishPacket(topic, { qos: 2, packetId: 7, payload: text('once') }));
      await peer.needPacket('PUBLISH', 'pubrec');
      await peer.cut();
      const again = await resumed(bench, 'publisher');
      await again.send(bench.publishPacket(topic, { qos: 2, packetId: 7, dup: true, payload: text('once') }));
      const { reasonCode } = await again.expectPacket('PUBLISH with DUP 1', 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
      if (reasonCode >= 0x80) inconclusiveCase('the SUT refuses the PUBLISH that comes again');
      await again.send(acknowledgement('pubrel', 7));
      await again.needPacket('PUBREL', 'pubcomp');
      await deliveredOnce(bench, subscriber, again, topic);
    },
  },
  {
    area: 'QOS2',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-12'] },
    purpose: 'After PUBCOMP the same packet identifier means a new message, with DUP 0 as well as with DUP 1',
    requires: ['QOS2'],
    caughtBy: 'drops-repeated-qos-2-ids',
    run: async (bench) => {
      const topic = bench.topic('again');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 2 });
      const publisher = await inboxOf(bench, 'publisher');
      for (const payload of ['one', 'two']) await publisher.published(topic, { qos: 2, packetId: 7, payload: text(payload) });
      await publisher.published(topic, { qos: 2, packetId: 7, dup: true, payload: text('three') });
      for (const payload of ['one', 'two', 'three']) await subscriber.expectDelivery('PUBLISH under a packet id that PUBCOMP had set free', payload);
    },
  },
  {
    area: 'QOS2',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'A PUBREL that the client sends again after it resumed its session is answered with PUBCOMP of its packet identifier',
    requires: KEPT,
    caughtBy: 'completes-each-id-once',
    run: async (bench) => {
      const { peer } = await connectedToKept(bench, 'publisher');
      await completed(bench, peer, 7);
      await peer.cut();
      const again = await resumed(bench, 'publisher');
      await again.send(acknowledgement('pubrel', 7));
      await again.expectPacket('PUBREL that comes again', 'pubcomp', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
  {
    area: 'QOS2',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
    purpose: 'A QoS 2 message whose PUBREL comes only after the session was resumed is delivered once',
    requires: KEPT,
    caughtBy: 'delivers-at-publish-and-pubrel',
    run: async (bench) => {
      const topic = bench.topic('once');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 2 });
      const { peer } = await connectedToKept(bench, 'publisher');
      await peer.send(bench.publishPacket(topic, { qos: 2, packetId: 7, payload: text('once') }));
      await peer.needPacket('PUBLISH', 'pubrec');
      await peer.cut();
      const again = await resumed(bench, 'publisher');
      await again.send(acknowledgement('pubrel', 7));
      await again.needPacket('PUBREL', 'pubcomp');
      await deliveredOnce(bench, subscriber, again, topic);
    },
  },
  {
    area: 'QOS2',
    number: 10,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
    purpose: 'A QoS 2 PUBLISH that comes again on each of several connections is answered with PUBREC each time and delivered once',
    requires: KEPT,
    caughtBy: 'delivers-each-qos-2-copy',
    run: async (bench) => {
      const topic = bench.topic('once');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 2 });
      const { peer } = await connectedToKept(bench, 'publisher');
      await peer.send(bench.publishPacket(topic, { qos: 2, packetId: 7, payload: text('once') }));
      await peer.needPacket('PUBLISH', 'pubrec');
      let again = peer;
      for (let copy = 2; copy <= 4; copy += 1) {
        await again.cut();
        again = await resumed(bench, 'publisher');
        await again.send(bench.publishPacket(topic, { qos: 2, packetId: 7, dup: true, payload: text('once') }));
        const { reasonCode } = await again.expectPacket(`copy ${copy} of a PUBLISH`, 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
        if (reasonCode >= 0x80) inconclusiveCase('the SUT refuses the PUBLISH that comes again');
      }
      await again.send(acknowledgement('pubrel', 7));
      await again.needPacket('PUBREL', 'pubcomp');
      await deliveredOnce(bench, subscriber, again, topic);
    },
  },
  {
    area: 'QOS2',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'] },
    purpose: 'A QoS 2 PUBLISH is answered with PUBREC however often it comes again before PUBREL, and delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-each-qos-2-copy',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench);
      for (const copy of [1, 2, 3, 4]) {
        await publisher.send(bench.publishPacket(topic, { qos: 2, packetId: 7, dup: copy > 1, payload: text('once') }));
        await publisher.expectPacket(`copy ${copy} of a PUBLISH`, 'pubrec', 'for packet id 7', ({ packetId }) => packetId === 7);
      }
      await publisher.send(acknowledgement('pubrel', 7));
      await publisher.needPacket('PUBREL', 'pubcomp');
      await deliveredOnce(bench, subscriber, publisher, topic);
    },
  },
  {
    area: 'QOS2',
    number: 9,
    version: 1,
    statements: { '5.0': ['MQTT-4.3.3-9'] },
    purpose: 'After a PUBREC of 0x80 or more of the broker the same packet identifier means a new message',
    requires: ['QOS2', 'ACCESS_CONTROL'],
    caughtBy: 'drops-repeated-qos-2-ids',
    run: async (bench) => {
      const { subscriber, publisher, topic } = await pair(bench);
      const forbidden = bench.context.pixit.values['forbiddenTopic'];
      if (typeof forbidden !== 'string') inconclusiveCase('the PIXIT value forbiddenTopic is missing');
      await publisher.send(bench.publishPacket(forbidden, { qos: 2, packetId: 7 }));
      await publisher.needPacket(`PUBLISH to ${forbidden}`, 'pubrec', 'that refuses', ({ reasonCode }) => reasonCode >= 0x80);
      await publisher.send(bench.publishPacket(topic, { qos: 2, packetId: 7, payload: text('new') }));
      await publisher.expectPacket('PUBLISH under the packet id that was refused', 'pubrec', 'for packet id 7', ({ packetId, reasonCode }) => packetId === 7 && reasonCode < 0x80);
      await publisher.send(acknowledgement('pubrel', 7));
      await publisher.needPacket('PUBREL', 'pubcomp');
      await subscriber.expectDelivery('PUBLISH under the packet id that was refused', 'new');
    },
  },
];

/** QoS 2, the broker as sender. */
const SENDER: readonly BrokerPurpose[] = [
  {
    area: 'QOS2',
    number: 20,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-1', 'MQTT-4.3.3-2'] },
    purpose: 'QoS 2 messages that wait for PUBREC side by side have different packet identifiers and DUP 0',
    requires: ['QOS2'],
    caughtBy: 'gives-one-packet-id-to-all',
    run: async (bench) => {
      const { peer } = await bench.connected('subscriber');
      const topic = bench.topic('pending');
      await bench.subscribed(peer, { filter: topic, qos: 2 });
      const publisher = await inboxOf(bench, 'publisher');
      for (const payload of ['one', 'two', 'three']) await publisher.published(topic, { qos: 2, payload: text(payload) });
      const used = new Set<number>();
      for (const payload of ['one', 'two', 'three']) {
        // A server may keep fewer messages in flight than three: what does not come then is not judged.
        const heard = await peer.need('three messages', packetOf('publish', `"${payload}"`, (publish) => textOf(publish.payload) === payload), ...(used.size === 0 ? [] : [nothing]));
        if (heard.kind !== 'packet' || heard.packet.type !== 'publish') return;
        const { packetId = 0, dup } = heard.packet;
        if (used.has(packetId)) failCase(`"${payload}" has the packet id ${packetId} of a message that is not completed yet`);
        if (dup) failCase(`"${payload}" is sent for the first time with DUP 1`);
        used.add(packetId);
      }
    },
  },
  {
    area: 'QOS2',
    number: 21,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-4'] },
    purpose: 'PUBREC of the client is answered with PUBREL of its packet identifier',
    requires: ['QOS2'],
    caughtBy: 'releases-other-packet-id',
    run: async (bench) => {
      const { peer } = await bench.connected('subscriber');
      const topic = bench.topic('pending');
      await bench.subscribed(peer, { filter: topic, qos: 2 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { qos: 2, payload: text('pending') });
      const { packetId = 0 } = await peer.needPacket('PUBLISH', 'publish', 'at QoS 2', ({ qos }) => qos === 2);
      await peer.send(acknowledgement('pubrec', packetId));
      await peer.expectPacket('PUBREC', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
    },
  },
  {
    area: 'QOS2',
    number: 22,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.3.3-3', 'MQTT-4.4.0-1'] },
    purpose: 'A QoS 2 message without PUBREC is sent again, under the same packet identifier, when its session is resumed',
    requires: KEPT,
    caughtBy: 'forgets-unacknowledged',
    run: async (bench) => {
      const { first, again } = await interrupted(bench, 2);
      await again.expectPacket('the session was resumed', 'publish', `"pending" with packet id ${first.packetId}`, (publish) => textOf(publish.payload) === 'pending' && publish.packetId === first.packetId);
    },
  },
  {
    area: 'QOS2',
    number: 23,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-3.3.1-1'] },
    purpose: 'A QoS 2 message that is sent again has DUP 1',
    requires: KEPT,
    caughtBy: 'redelivers-without-dup',
    run: async (bench) => {
      const { again } = await interrupted(bench, 2);
      const { dup } = await again.needPacket('the session was resumed', 'publish', '"pending"', ({ payload }) => textOf(payload) === 'pending');
      if (!dup) failCase('the message was sent again with DUP 0');
    },
  },
  {
    area: 'QOS2',
    number: 24,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.3.3-5', 'MQTT-4.4.0-1'] },
    purpose: 'A PUBREL without PUBCOMP is sent again, under the same packet identifier, when its session is resumed',
    requires: KEPT,
    caughtBy: 'forgets-pubrel',
    run: async (bench) => {
      const { first, again } = await interruptedAfterPubrel(bench);
      const heard = await again.expect('the session was resumed', packetOf('pubrel', `for packet id ${first.packetId}`, ({ packetId }) => packetId === first.packetId), packetOf('publish'));
      if (heard.kind === 'packet' && heard.packet.type === 'publish') inconclusiveCase('the SUT sends PUBLISH again, which another case judges');
    },
  },
  {
    area: 'QOS2',
    number: 25,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-6'] },
    purpose: 'Once PUBREL was sent, PUBLISH is not sent again, also when the session is resumed',
    requires: KEPT,
    caughtBy: 'redelivers-publish-after-pubrel',
    run: async (bench) => {
      const { again, publisher, topic } = await interruptedAfterPubrel(bench);
      const subscriber = new Inbox(bench, again);
      await publisher.published(topic, { qos: 2, payload: text('last') });
      await subscriber.needDelivery('PUBLISH behind the one that was released', 'last');
      const [more] = subscriber.unread();
      if (more !== undefined) failCase(`"${textOf(more.payload)}" was sent again although PUBREL had been sent`);
    },
  },
  {
    area: 'QOS2',
    number: 26,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-5', 'MQTT-4.4.0-1'] },
    purpose: 'A QoS 2 message that was completed is not sent again when the session is resumed',
    requires: KEPT,
    caughtBy: 'resends-completed-messages',
    run: (bench) => notSentAgain(bench, 2, async (peer, publish) => bench.acknowledge(peer, publish)),
  },
  {
    area: 'QOS2',
    number: 27,
    version: 1,
    statements: { '5.0': ['MQTT-4.4.0-2'] },
    purpose: 'A QoS 2 message that the client refused with PUBREC 0x80 is not sent again when the session is resumed',
    requires: KEPT,
    caughtBy: 'resends-refused-messages',
    run: (bench) => notSentAgain(bench, 2, async (peer, { packetId = 0 }) => peer.send({ ...acknowledgement('pubrec', packetId), reasonCode: 0x80 })),
  },
];

export const QOS2_PURPOSES: readonly BrokerPurpose[] = [...RECEIVER, ...SENDER];

interface Pair {
  readonly subscriber: Inbox;
  readonly publisher: Peer;
  readonly topic: string;
}

async function pair(bench: MqttBench): Promise<Pair> {
  const topic = bench.topic('once');
  const subscriber = await inboxOf(bench, 'subscriber');
  await subscriber.subscribed({ filter: topic, qos: 2 });
  const { peer } = await bench.connected('publisher');
  return { subscriber, publisher: peer, topic };
}

/** A whole handshake, of which the answer to PUBREL is judged. */
async function completed(bench: MqttBench, peer: Peer, packetId: number): Promise<void> {
  await peer.send(bench.publishPacket(bench.topic('a'), { qos: 2, packetId }));
  await peer.needPacket('PUBLISH', 'pubrec');
  await peer.send(acknowledgement('pubrel', packetId));
  await peer.expectPacket(`PUBREL ${packetId}`, 'pubcomp', `for packet id ${packetId}`, (pubcomp) => pubcomp.packetId === packetId);
}

/** "once" has come exactly once before a message that was published behind it. */
async function deliveredOnce(bench: MqttBench, subscriber: Inbox, publisher: Peer, topic: string): Promise<void> {
  await bench.published(publisher, topic, { qos: 2, packetId: 8, payload: text('last') });
  await subscriber.needDelivery('PUBLISH', 'last');
  const copies = subscriber.unread().filter(({ payload }) => textOf(payload) === 'once').length;
  if (copies !== 1) failCase(`a QoS 2 message was delivered ${copies} times`);
}

async function interruptedAfterPubrel(bench: MqttBench): ReturnType<typeof interrupted> {
  return interrupted(bench, 2, async (peer, { packetId = 0 }) => {
    await peer.send(acknowledgement('pubrec', packetId));
    await peer.needPacket('PUBREC', 'pubrel');
  });
}
