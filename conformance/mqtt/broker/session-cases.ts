import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { safestQos } from '../bench/declared-limits.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { connectedToKept, keptSession } from '../bench/kept-session.ts';
import { leave } from '../bench/leave.ts';
import { expectMessage, expectRetained, listener, messagesBeforeSuback, nextMessages, tell } from '../bench/messages.ts';
import { text, textOf, type MqttBench, type Session } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import { failCase } from '../../framework/case-stop.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const KEPT = ['PERSISTENT_SESSIONS'];

/** What a broker keeps of a client, what it resumes and what it discards. */
export const SESSION_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'SESSION',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-4', 'MQTT-3.1.4-3', 'MQTT-4.1.0-1'], '5.0': ['MQTT-3.1.2-5', 'MQTT-3.1.2-23', 'MQTT-3.1.4-4'] },
    purpose: 'A subscription is still there when the client resumes its session after DISCONNECT',
    requires: KEPT,
    caughtBy: 'resumes-without-subscriptions',
    run: async (bench) => judgeResumed(bench, async ({ peer }) => leave(bench, peer)),
  },
  {
    area: 'SESSION',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'], '5.0': ['MQTT-3.1.2-5', 'MQTT-3.1.2-23'] },
    purpose: 'A subscription is still there when the client resumes its session after its connection broke',
    requires: KEPT,
    caughtBy: 'resumes-without-subscriptions',
    run: async (bench) => judgeResumed(bench, async ({ peer }) => peer.cut()),
  },
  storesOffline(3, 1),
  storesOffline(4, 2),
  {
    area: 'SESSION',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'], '5.0': ['MQTT-3.1.2-4', 'MQTT-3.1.4-4'] },
    purpose: 'A clean start discards the subscriptions of the session before',
    caughtBy: 'keeps-session-on-clean-start',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer, connack } = await bench.connected('subscriber', keptSession(bench));
      await bench.subscribed(peer, { filter: topic, qos: safestQos(connack) });
      await leave(bench, peer);
      const again = await bench.connected('subscriber', { cleanStart: true });
      await expectNotSubscribed(bench, again, topic);
    },
  },
  {
    area: 'SESSION',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-6'], '5.0': ['MQTT-3.1.2-4'] },
    purpose: 'A clean start discards the messages that wait in the session before',
    requires: ['QOS1', ...KEPT],
    caughtBy: 'keeps-session-on-clean-start',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await connectedToKept(bench, 'subscriber');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      await leave(bench, peer);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'waiting');
      // A server may acknowledge a message before it looks who subscribed to it.
      await bench.wire.pause(bench.context.pixit.quietMs);
      const again = await bench.connected('subscriber', { cleanStart: true });
      expectNothingOf(again.peer, await messagesBeforeSuback(bench, again.peer, topic, 1));
      await tell(bench, publisher, topic, 'new');
      await expectMessage(bench, again.peer, 'a clean start, a new subscription and a message', { topic, payload: 'new' });
    },
  },
  {
    area: 'SESSION',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-6'], '5.0': ['MQTT-4.1.0-2'] },
    purpose: 'Nothing of a session that ended with its connection is found again: no session, no subscription',
    caughtBy: 'keeps-every-session',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await listener(bench, 'subscriber', topic);
      await leave(bench, peer);
      // The end of a connection has to go through the broker before a new CONNECT does: nothing on the wire shows that.
      await bench.wire.pause(bench.context.pixit.quietMs);
      const again = await bench.openAndConnect('subscriber', keptSession(bench));
      const connack = await again.expectPacket(
        'a CONNECT after a session that ended',
        'connack',
        'with session present 0',
        (packet) => packet.reasonCode === 0 && !packet.sessionPresent,
      );
      await expectNotSubscribed(bench, { peer: again, connack, clientId: bench.clientId('subscriber') }, topic);
    },
  },
  {
    area: 'SESSION',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-4'], '5.0': ['MQTT-3.1.2-6'] },
    purpose: 'Without a stored session the broker makes a new one, although the client asked for the stored one',
    caughtBy: 'demands-stored-session',
    run: async (bench) => {
      const topic = bench.topic('a');
      const fresh = await bench.connected('subscriber');
      await leave(bench, fresh.peer);
      const peer = await bench.openAndConnect('subscriber', keptSession(bench));
      const connack = await peer.expectPacket(
        'a CONNECT that asks for a session where there is none',
        'connack',
        'with code 0',
        ({ reasonCode }) => reasonCode === 0,
      );
      await bench.subscribed(peer, { filter: topic, qos: safestQos(connack) });
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'x');
      await expectMessage(bench, peer, 'a message in the new session', { topic, payload: 'x' });
    },
  },
  {
    area: 'SESSION',
    number: 9,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-7'] },
    purpose: 'A retained message outlives the session of the client that published it',
    requires: ['RETAIN'],
    caughtBy: 'drops-retained-with-session',
    run: async (bench) => {
      const topic = bench.topic('a');
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'kept', { retain: true });
      await leave(bench, publisher.peer);
      const again = await bench.connected('publisher');
      await leave(bench, again.peer);
      await expectRetained(bench, 'subscriber', { topic, payload: 'kept' });
    },
  },
  {
    area: 'SESSION',
    number: 10,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.4-2'], '5.0': ['MQTT-3.1.4-3'] },
    purpose: 'A CONNECT with the client id of a connected client ends that one\'s connection',
    caughtBy: 'lets-client-ids-be-shared',
    run: async (bench) => {
      const first = await bench.connected('first');
      const second = await bench.openAndConnect('second', { clientId: first.clientId });
      await second.expectPacket('a CONNECT with a client id in use', 'connack', 'with code 0', ({ reasonCode }) => reasonCode === 0);
      await first.peer.expectEnd('a CONNECT of another with its client id');
      await second.barrier('the end of the first connection');
    },
  },
  {
    area: 'SESSION',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-4', 'MQTT-3.1.4-3'], '5.0': ['MQTT-3.1.2-5', 'MQTT-3.1.4-4'] },
    purpose: 'A client that takes over its own connection goes on with the session, subscriptions and all',
    requires: KEPT,
    caughtBy: 'loses-session-on-takeover',
    run: async (bench) => {
      const topic = bench.topic('a');
      const first = await connectedToKept(bench, 'first');
      await bench.subscribed(first.peer, { filter: topic, qos: safestQos(first.connack) });
      const second = await bench.openAndConnect('second', { ...keptSession(bench), clientId: first.clientId });
      await second.expectPacket(
        'a takeover',
        'connack',
        'with session present 1',
        ({ reasonCode, sessionPresent }) => reasonCode === 0 && sessionPresent,
      );
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'x');
      await expectMessage(bench, second, 'a takeover and a message', { topic, payload: 'x' });
    },
  },
  {
    area: 'SESSION',
    number: 12,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.1.0-1', 'MQTT-4.1.0-2'], '5.0': ['MQTT-4.1.0-1'] },
    purpose: 'A session lasts at least as long as its connection: its subscriptions hold whatever else goes on',
    caughtBy: 'forgets-subscriptions-of-connected-clients',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await listener(bench, 'subscriber', topic);
      const publisher = await bench.connected('publisher');
      for (const round of ['first', 'second', 'third']) {
        await tell(bench, publisher, topic, round);
        await expectMessage(bench, peer, `the ${round} message`, { topic, payload: round });
        await peer.barrier(`the ${round} message`);
        await leave(bench, publisher.peer);
        await bench.connected('publisher');
      }
    },
  },
  {
    area: 'SESSION',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-4.1.0-1'] },
    purpose: 'The session expiry interval does not run while the client is connected',
    caughtBy: 'expires-sessions-of-connected-clients',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer, connack } = await bench.connected('subscriber', { properties: { sessionExpiryIntervalS: 1 } });
      await bench.subscribed(peer, { filter: topic, qos: safestQos(connack) });
      await bench.wire.pause(2_500);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'x');
      await expectMessage(bench, peer, 'a message after 2.5 s with a session expiry of 1 s', { topic, payload: 'x' });
    },
  },
];

/** QoS 1 and 2 messages that came while the client was away. */
function storesOffline(number: number, qos: 1 | 2): BrokerPurpose {
  return {
    area: 'SESSION',
    number,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-5'], '5.0': ['MQTT-3.1.2-23', 'MQTT-4.5.0-1'] },
    purpose: `QoS ${qos} messages that come while the client is away are delivered when it resumes its session`,
    requires: [`QOS${qos}`, ...KEPT],
    caughtBy: 'loses-messages-of-absent-clients',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await connectedToKept(bench, 'subscriber');
      await bench.subscribed(peer, { filter: topic, qos });
      await leave(bench, peer);
      const publisher = await bench.connected('publisher');
      for (const payload of ['first', 'second']) await bench.published(publisher.peer, topic, { qos, payload: text(payload) });
      const again = await bench.connected('subscriber', keptSession(bench));
      const came = await nextMessages(again.peer, 'the return to a session with two messages', 2);
      if (!came.includes('first') || !came.includes('second')) failCase(`subscriber: expected "first" and "second", but got "${came.join('" and "')}"`);
    },
  };
}

/** A session is left in some way, and resumed. */
async function judgeResumed(bench: MqttBench, end: (session: Session) => Promise<void>): Promise<void> {
  const topic = bench.topic('a');
  const session = await connectedToKept(bench, 'subscriber');
  await bench.subscribed(session.peer, { filter: topic, qos: safestQos(session.connack) });
  await end(session);
  const again = await bench.connected('subscriber', keptSession(bench));
  const publisher = await bench.connected('publisher');
  await tell(bench, publisher, topic, 'x');
  await expectMessage(bench, again.peer, 'a resumed session and a message', { topic, payload: 'x' });
}

/** One message before the client subscribes again and one after: only the second may come. */
async function expectNotSubscribed(bench: MqttBench, session: Session, topic: string): Promise<void> {
  const publisher = await bench.connected('publisher');
  await tell(bench, publisher, topic, 'not subscribed');
  // A server may acknowledge a message before it looks who subscribed to it.
  await bench.wire.pause(bench.context.pixit.quietMs);
  expectNothingOf(session.peer, await messagesBeforeSuback(bench, session.peer, topic, safestQos(session.connack)));
  await tell(bench, publisher, topic, 'subscribed');
  const before = await deliveriesBefore(session.peer, 'subscribed');
  expectNothingOf(session.peer, before);
}

function expectNothingOf({ name }: Peer, messages: readonly PublishPacket[]): void {
  const [first] = messages;
  if (first !== undefined) failCase(`${name}: "${textOf(first.payload)}" came, which belongs to a session that is over`);
}
