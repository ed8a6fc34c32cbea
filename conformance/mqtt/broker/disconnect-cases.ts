import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { inboxOf, refuseDeliveries, type Inbox } from '../bench/inbox.ts';
import { leave } from '../bench/leave.ts';
import { text, type ConnectFields, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** DISCONNECT of the client, and in 5.0 that of the broker. */
export const DISCONNECT_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'DISCONNECT',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.14.1-1'], '5.0': ['MQTT-3.14.1-1'] },
    purpose: 'A DISCONNECT with reserved bits of the fixed header set makes the broker end the connection',
    caughtBy: 'ignores-malformed-disconnect',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(MALFORMED);
      await peer.expectEnd('a DISCONNECT with reserved bits set');
    },
  },
  {
    area: 'DISCONNECT',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.14.1-1', 'MQTT-3.1.2-8'], '5.0': ['MQTT-3.14.1-1', 'MQTT-3.1.2-8'] },
    purpose: 'A DISCONNECT with reserved bits of the fixed header set is none: the will is published',
    requires: ['QOS1'],
    caughtBy: 'takes-malformed-disconnect',
    run: async (bench) => {
      const { listener, will } = await willListener(bench);
      const { peer } = await bench.connected('a', will);
      await peer.send(MALFORMED);
      await listener.expectDelivery('a DISCONNECT with reserved bits set', 'will');
    },
  },
  {
    area: 'DISCONNECT',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.14.4-3'], '5.0': ['MQTT-3.14.4-3'] },
    purpose: 'After DISCONNECT the will is not published',
    requires: ['QOS1'],
    caughtBy: 'takes-disconnect-for-failure',
    run: async (bench) => {
      const { listener, will, topic } = await willListener(bench);
      const { peer } = await bench.connected('a', will);
      await leave(bench, peer);
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { payload: text('last') });
      await listener.needDelivery('DISCONNECT', 'last');
      refuseDeliveries([...listener.unread(), ...(await listener.settled('DISCONNECT'))], ['will'], 'the client had sent DISCONNECT');
    },
  },
  {
    area: 'DISCONNECT',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.4-1'] },
    purpose: 'After its DISCONNECT the broker sends nothing more',
    caughtBy: 'talks-after-its-disconnect',
    run: endsBehindDisconnect,
  },
  {
    area: 'DISCONNECT',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.4-2'] },
    purpose: 'After its DISCONNECT the broker ends the connection',
    caughtBy: 'stays-connected-after-its-disconnect',
    run: endsBehindDisconnect,
  },
  {
    area: 'DISCONNECT',
    number: 6,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.2-1'] },
    purpose: 'DISCONNECT of the broker has a reason code of its table',
    caughtBy: 'disconnect-with-unlisted-code',
    run: async (bench) => {
      for (const provoke of [takeOver, breakRules]) {
        const { peer } = await bench.connected('a');
        await provoke(bench, peer);
        await peer.expect('what makes the broker end the connection', packetOf('disconnect', 'with a code of its table'), connectionEnd);
      }
    },
  },
  {
    area: 'DISCONNECT',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.2-2'] },
    purpose: 'DISCONNECT of the broker has no Session Expiry Interval',
    caughtBy: 'names-session-expiry-in-disconnect',
    run: async (bench) => {
      for (const provoke of [takeOver, breakRules]) {
        const { peer } = await bench.connected('a', { properties: { sessionExpiryIntervalS: 60 } });
        await provoke(bench, peer);
        await peer.expect('what makes the broker end the connection', packetOf('disconnect', 'without a Session Expiry Interval'), connectionEnd);
      }
    },
  },
];

const MALFORMED = { type: 'disconnect', reasonCode: 0, properties: NO_PROPERTIES, fixedHeaderFlags: 0b0001 } as const;

interface WillListener {
  readonly listener: Inbox;
  /** For a client whose will goes to the listener. */
  readonly will: ConnectFields;
  readonly topic: string;
}

async function willListener(bench: MqttBench): Promise<WillListener> {
  const topic = bench.topic('will');
  const listener = await inboxOf(bench, 'listener');
  await listener.subscribed({ filter: topic, qos: 1 });
  return { listener, topic, will: { will: { topic, payload: text('will'), qos: 1, retain: false, properties: NO_PROPERTIES } } };
}

/** After DISCONNECT of the broker nothing comes but the end. One that ends connections without a word (section 4.13) does no wrong. */
async function endsBehindDisconnect(bench: MqttBench): Promise<void> {
  const { peer } = await bench.connected('a');
  await breakRules(bench, peer);
  const heard = await peer.need('a PUBLISH with QoS 3', packetOf('disconnect'), connectionEnd);
  if (heard.kind === 'closed') peer.note('the broker ended the connection without DISCONNECT: nothing to judge');
  else await peer.expect('DISCONNECT of the broker', connectionEnd);
}

async function takeOver(bench: MqttBench, { name }: Peer): Promise<void> {
  await bench.connected('second', { clientId: bench.clientId(name) });
}

async function breakRules(bench: MqttBench, peer: Peer): Promise<void> {
  await peer.send(bench.publishPacket(bench.topic('a'), { qos: 3, packetId: 7 }));
}
