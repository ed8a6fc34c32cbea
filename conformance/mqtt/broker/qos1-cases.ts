import { failCase } from '../../framework/case-stop.ts';
import { nothing, packetOf } from '../bench/heard.ts';
import { inboxOf } from '../bench/inbox.ts';
import { interrupted, notSentAgain } from '../bench/interrupted.ts';
import { connectedToKept, keptSession } from '../bench/kept-session.ts';
import { acknowledgement, text, textOf } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const KEPT = ['QOS1', 'PERSISTENT_SESSIONS'];

/** QoS 1, the broker as receiver and as sender. */
export const QOS1_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'QOS1',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-4'] },
    purpose: 'Each QoS 1 PUBLISH is answered with PUBACK of its packet identifier, from 1 to 65535',
    requires: ['QOS1'],
    caughtBy: 'answers-with-other-packet-id',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const packetId of [1, 255, 256, 65_535]) {
        await peer.send(bench.publishPacket(bench.topic('a'), { qos: 1, packetId }));
        await peer.expectPacket(`a QoS 1 PUBLISH with packet id ${packetId}`, 'puback', `for packet id ${packetId}`, (puback) => puback.packetId === packetId);
      }
    },
  },
  {
    area: 'QOS1',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-5'] },
    purpose: 'After PUBACK the same packet identifier means a new message, with DUP 0 as well as with DUP 1',
    requires: ['QOS1'],
    caughtBy: 'drops-repeated-qos-1-ids',
    run: async (bench) => {
      const topic = bench.topic('again');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { packetId: 7, payload: text('one') });
      await publisher.published(topic, { packetId: 7, payload: text('two') });
      await publisher.published(topic, { packetId: 7, dup: true, payload: text('three') });
      for (const payload of ['one', 'two', 'three']) await subscriber.expectDelivery('PUBLISH under a packet id that PUBACK had set free', payload);
    },
  },
  {
    area: 'QOS1',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-1', 'MQTT-4.3.2-2'] },
    purpose: 'QoS 1 messages that wait for PUBACK side by side have different packet identifiers and DUP 0',
    requires: ['QOS1'],
    caughtBy: 'gives-one-packet-id-to-all',
    run: async (bench) => {
      const { peer } = await bench.connected('subscriber');
      const topic = bench.topic('pending');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      for (const payload of ['one', 'two', 'three']) await publisher.published(topic, { payload: text(payload) });
      const used = new Set<number>();
      for (const payload of ['one', 'two', 'three']) {
        // A server may keep fewer messages in flight than three: what does not come then is not judged.
        const heard = await peer.need('three messages', packetOf('publish', `"${payload}"`, (publish) => textOf(publish.payload) === payload), ...(used.size === 0 ? [] : [nothing]));
        if (heard.kind !== 'packet' || heard.packet.type !== 'publish') return;
        const { packetId = 0, dup } = heard.packet;
        if (used.has(packetId)) failCase(`"${payload}" has the packet id ${packetId} of a message that is not acknowledged yet`);
        if (dup) failCase(`"${payload}" is sent for the first time with DUP 1`);
        used.add(packetId);
      }
    },
  },
  {
    area: 'QOS1',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-4.3.2-1', 'MQTT-2.3.1-4'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.2-3'] },
    purpose: 'A QoS 1 message without PUBACK is sent again, under the same packet identifier, when its session is resumed',
    requires: KEPT,
    caughtBy: 'forgets-unacknowledged',
    run: async (bench) => {
      const { first, again } = await interrupted(bench, 1);
      await again.expectPacket('the session was resumed', 'publish', `"pending" with packet id ${first.packetId}`, (publish) => textOf(publish.payload) === 'pending' && publish.packetId === first.packetId);
    },
  },
  {
    area: 'QOS1',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-3.3.1-1'] },
    purpose: 'A QoS 1 message that is sent again has DUP 1',
    requires: KEPT,
    caughtBy: 'redelivers-without-dup',
    run: async (bench) => {
      const { again } = await interrupted(bench, 1);
      const { dup } = await again.needPacket('the session was resumed', 'publish', '"pending"', ({ payload }) => textOf(payload) === 'pending');
      if (!dup) failCase('the message was sent again with DUP 0');
    },
  },
  {
    area: 'QOS1',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-3'] },
    purpose: 'PUBACK with another packet identifier leaves a message pending: it is sent again when the session is resumed',
    requires: KEPT,
    caughtBy: 'takes-any-puback',
    run: async (bench) => {
      const { again } = await interrupted(bench, 1, async (peer, { packetId = 0 }) => {
        await peer.send(acknowledgement('puback', packetId === 4_711 ? 4_712 : 4_711));
        // A server may end the connection for that; the answer only shows that it has read so far.
        await peer.send({ type: 'pingreq' });
        await peer.next();
      });
      await again.expectPacket('the session was resumed', 'publish', '"pending"', ({ payload }) => textOf(payload) === 'pending');
    },
  },
  {
    area: 'QOS1',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-3', 'MQTT-4.4.0-1'] },
    purpose: 'A QoS 1 message that was acknowledged is not sent again when the session is resumed',
    requires: KEPT,
    caughtBy: 'loses-acknowledgements',
    run: (bench) => notSentAgain(bench, 1, async (peer, { packetId = 0 }) => peer.send(acknowledgement('puback', packetId))),
  },
  {
    area: 'QOS1',
    number: 8,
    version: 1,
    statements: { '5.0': ['MQTT-4.4.0-2'] },
    purpose: 'A QoS 1 message that the client refused with PUBACK 0x80 is not sent again when the session is resumed',
    requires: KEPT,
    caughtBy: 'resends-refused-messages',
    run: (bench) => notSentAgain(bench, 1, async (peer, { packetId = 0 }) => peer.send({ ...acknowledgement('puback', packetId), reasonCode: 0x80 })),
  },
  {
    area: 'QOS1',
    number: 9,
    version: 1,
    statements: { '5.0': ['MQTT-4.4.0-1'] },
    purpose: 'A QoS 1 message without PUBACK is not sent again as long as the connection lasts',
    requires: ['QOS1'],
    caughtBy: 'resends-on-live-connection',
    run: async (bench) => {
      const { peer } = await bench.connected('subscriber');
      const topic = bench.topic('pending');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { payload: text('pending') });
      await peer.needPacket('PUBLISH', 'publish', '"pending"', ({ payload }) => textOf(payload) === 'pending');
      await peer.expectNothing('a message that is not acknowledged');
    },
  },
  {
    area: 'QOS1',
    number: 10,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-4'] },
    purpose: 'A QoS 1 PUBLISH that the client sends again after it resumed its session is answered with PUBACK',
    requires: KEPT,
    caughtBy: 'ignores-resent-publish',
    run: async (bench) => {
      const topic = bench.topic('resent');
      const publisher = await connectedToKept(bench, 'publisher');
      await publisher.peer.send(bench.publishPacket(topic, { qos: 1, packetId: 7 }));
      await publisher.peer.cut();
      const { peer } = await bench.connected('publisher', keptSession(bench));
      await peer.send(bench.publishPacket(topic, { qos: 1, packetId: 7, dup: true }));
      await peer.expectPacket('PUBLISH with DUP 1', 'puback', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
];
