import { failCase } from '../../framework/case-stop.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { inboxOf } from '../bench/inbox.ts';
import { acknowledgement, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** PUBACK, PUBREC, PUBREL and PUBCOMP as packets. That their codes are those of the tables is what reading them checks. */
export const ACK_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'ACK',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.6.1-1'], '5.0': ['MQTT-3.6.1-1'] },
    purpose: 'A PUBREL with fixed header flags other than 0010 makes the broker end the connection',
    requires: ['QOS2'],
    caughtBy: 'takes-pubrel-with-any-flags',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('a'), { qos: 2, packetId: 7 }));
      await peer.needPacket('PUBLISH', 'pubrec');
      await peer.send({ ...acknowledgement('pubrel', 7), fixedHeaderFlags: 0b0000 });
      await peer.expectEnd('a PUBREL with fixed header flags 0000');
    },
  },
  {
    area: 'ACK',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.4.2-1'] },
    purpose: 'PUBACK has a reason code of its table, with a subscriber and without one',
    requires: ['QOS1'],
    caughtBy: 'puback-with-unlisted-code',
    run: (bench) => withAndWithoutSubscriber(bench, async (peer, topic) => {
      await peer.send(bench.publishPacket(topic, { qos: 1, packetId: 7 }));
      await peer.expectPacket('a QoS 1 PUBLISH', 'puback', 'with a code of its table');
    }),
  },
  {
    area: 'ACK',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.5.2-1'] },
    purpose: 'PUBREC has a reason code of its table, with a subscriber and without one',
    requires: ['QOS2'],
    caughtBy: 'pubrec-with-unlisted-code',
    run: (bench) => withAndWithoutSubscriber(bench, async (peer, topic) => {
      await peer.send(bench.publishPacket(topic, { qos: 2, packetId: 7 }));
      await peer.expectPacket('a QoS 2 PUBLISH', 'pubrec', 'with a code of its table');
      await peer.send(acknowledgement('pubrel', 7));
      await peer.needPacket('PUBREL', 'pubcomp');
    }),
  },
  {
    area: 'ACK',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.6.2-1'] },
    purpose: 'PUBREL of the broker has a reason code of its table',
    requires: ['QOS2'],
    caughtBy: 'pubrel-with-unlisted-code',
    run: async (bench) => {
      const { peer } = await bench.connected('subscriber');
      const topic = bench.topic('a');
      await bench.subscribed(peer, { filter: topic, qos: 2 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { qos: 2 });
      const { packetId = 0 } = await peer.needPacket('PUBLISH', 'publish', 'at QoS 2', ({ qos }) => qos === 2);
      await peer.send(acknowledgement('pubrec', packetId));
      await peer.expectPacket('PUBREC', 'pubrel', 'with a code of its table');
    },
  },
  {
    area: 'ACK',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.7.2-1'] },
    purpose: 'PUBCOMP has a reason code of its table, also for a packet identifier that the broker does not know',
    requires: ['QOS2'],
    caughtBy: 'pubcomp-with-unlisted-code',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('a'), { qos: 2, packetId: 7 }));
      await peer.needPacket('PUBLISH', 'pubrec');
      await peer.send(acknowledgement('pubrel', 7));
      await peer.expectPacket('PUBREL', 'pubcomp', 'with a code of its table');
      await peer.send(acknowledgement('pubrel', 4_711));
      await peer.expect('PUBREL with an unknown packet id', packetOf('pubcomp', 'with a code of its table'), packetOf('disconnect'), connectionEnd);
    },
  },
  {
    area: 'ACK',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'A PUBREL with a packet identifier that the broker does not know gets its PUBCOMP, or ends the connection as an error',
    requires: ['QOS2'],
    caughtBy: 'leaves-unknown-pubrel-unanswered',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(acknowledgement('pubrel', 4_711));
      await peer.expect('PUBREL with an unknown packet id', packetOf('pubcomp', 'for packet id 4711', ({ packetId }) => packetId === 4_711), packetOf('disconnect'), connectionEnd);
    },
  },
];

/** The same on a topic that nobody listens to (a server may say so) and on one that somebody does. */
async function withAndWithoutSubscriber(bench: MqttBench, exchange: (peer: Peer, topic: string) => Promise<void>): Promise<void> {
  const subscriber = await inboxOf(bench, 'subscriber');
  await subscriber.subscribed({ filter: bench.topic('heard'), qos: 1 });
  const { peer } = await bench.connected('publisher');
  for (const label of ['heard', 'unheard']) await exchange(peer, bench.topic(label));
  if ((await peer.barrier('both')).length > 0) failCase('a PUBLISH was acknowledged twice');
}
