import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { inboxOf } from '../bench/inbox.ts';
import { leave, untilEnd } from '../bench/leave.ts';
import { acknowledgement, text, type MqttBench, type Session } from '../bench/mqtt-bench.ts';
import { pastSessionExpiry, sessionExpiryS, timerGraceMs } from '../bench/timer-grace.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const LONG_S = 60;

/** How long a session lives, and how long a message does not. @see MQTT 5.0, sections 3.1.2.11.2, 3.3.2.3.3 and 4.1 */
export const SESSION_EXPIRY_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'EXPIRY',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-23', 'MQTT-4.1.0-1'] },
    purpose: 'A session with a Session Expiry Interval above 0 outlives the connection, subscriptions and all',
    requires: ['PERSISTENT_SESSIONS', 'QOS1'],
    caughtBy: 'ends-sessions-with-connection',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer, connack } = await connectFor(bench, LONG_S);
      if (sessionExpiryS(connack, LONG_S) === 0) inconclusiveCase('the server grants no session expiry interval');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      await leave(bench, peer);
      const again = await expectSession(bench, true, LONG_S);
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { qos: 1 });
      const publish = await again.expectPacket('a publication that matches the subscription of the session', 'publish', `on ${topic}`, (packet) => packet.topic === topic);
      await bench.acknowledge(again, publish);
    },
  },
  {
    area: 'EXPIRY',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-23'] },
    purpose: 'A session with a Session Expiry Interval outlives a connection that broke off without DISCONNECT',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'ends-sessions-with-connection',
    run: async (bench) => {
      const { peer, connack } = await connectFor(bench, LONG_S);
      if (sessionExpiryS(connack, LONG_S) === 0) inconclusiveCase('the server grants no session expiry interval');
      await peer.cut();
      await expectSession(bench, true, LONG_S);
    },
  },
  {
    area: 'EXPIRY',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-4.1.0-2'] },
    purpose: 'Without a Session Expiry Interval the session ends with the connection',
    caughtBy: 'keeps-sessions-forever',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a', { cleanStart: false });
      if (sessionExpiryS(connack, 0) !== 0) inconclusiveCase('the server asks for a session expiry interval of its own');
      await leave(bench, peer);
      await expectSession(bench, false);
    },
  },
  {
    area: 'EXPIRY',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-4.1.0-2'] },
    purpose: 'A session ends when the client has been away for longer than the Session Expiry Interval of its CONNECT',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'keeps-sessions-forever',
    run: async (bench) => {
      const { peer, connack } = await connectFor(bench, 1);
      await leave(bench, peer);
      await pastSessionExpiry(bench, sessionExpiryS(connack, 1));
      await expectSession(bench, false);
    },
  },
  {
    area: 'EXPIRY',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-4.1.0-2'] },
    purpose: 'Session Expiry Interval 0 in DISCONNECT ends a session that CONNECT wanted to last',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'ignores-disconnect-session-expiry',
    run: async (bench) => {
      const { peer } = await connectFor(bench, LONG_S);
      await leave(bench, peer, { properties: { sessionExpiryIntervalS: 0 } });
      await expectSession(bench, false);
    },
  },
  {
    area: 'EXPIRY',
    number: 6,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-23'] },
    purpose: 'A longer Session Expiry Interval in DISCONNECT replaces the one of CONNECT',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'ignores-disconnect-session-expiry',
    run: async (bench) => {
      const { peer, connack } = await connectFor(bench, 1);
      if (connack.properties.sessionExpiryIntervalS !== undefined) inconclusiveCase('the server grants an interval of its own');
      await leave(bench, peer, { properties: { sessionExpiryIntervalS: LONG_S } });
      await pastSessionExpiry(bench, 1);
      await expectSession(bench, true);
    },
  },
  {
    area: 'EXPIRY',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-4.1.0-2'] },
    purpose: 'The Session Expiry Interval of the last CONNECT counts: a resumed session without one ends with that connection',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'keeps-sessions-forever',
    run: async (bench) => {
      const { peer } = await connectFor(bench, LONG_S);
      await leave(bench, peer);
      const { peer: again, connack } = await bench.connected('a', { cleanStart: false });
      if (sessionExpiryS(connack, 0) !== 0) inconclusiveCase('the server asks for a session expiry interval of its own');
      await leave(bench, again);
      await expectSession(bench, false);
    },
  },
  {
    area: 'EXPIRY',
    number: 8,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-23'] },
    purpose: 'A session with the Session Expiry Interval 0xFFFFFFFF, which never expires, outlives the connection',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'ends-sessions-with-connection',
    run: async (bench) => {
      const { peer, connack } = await connectFor(bench, 0xffff_ffff);
      if (sessionExpiryS(connack, LONG_S) === 0) inconclusiveCase('the server grants no session expiry interval');
      await leave(bench, peer);
      await expectSession(bench, true, LONG_S);
    },
  },
  {
    area: 'EXPIRY',
    number: 9,
    version: 1,
    statements: { '5.0': ['MQTT-4.1.0-2', 'MQTT-4.13.1-1'] },
    purpose: 'A Session Expiry Interval in DISCONNECT after none in CONNECT is a protocol error and leaves no session behind',
    caughtBy: 'session-expiry-born-in-disconnect',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a');
      if (sessionExpiryS(connack, 0) !== 0) inconclusiveCase('the server asks for a session expiry interval of its own');
      await peer.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryIntervalS: LONG_S } });
      await peer.expectEnd('DISCONNECT with a session expiry interval after CONNECT without one');
      await expectSession(bench, false);
    },
  },
  {
    area: 'EXPIRY',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1', 'MQTT-3.1.2-8'] },
    purpose: 'DISCONNECT with a Session Expiry Interval after none in CONNECT is no valid DISCONNECT, so the will is published',
    caughtBy: 'ignores-disconnect-session-expiry',
    run: async (bench) => {
      const topic = bench.topic('will');
      const { peer: watcher } = await bench.connected('watcher');
      await bench.subscribed(watcher, { filter: topic });
      const { peer, connack } = await bench.connected('a', { will: { topic, payload: text('will'), qos: 0, retain: false, properties: {} } });
      if (sessionExpiryS(connack, 0) !== 0) inconclusiveCase('the server asks for a session expiry interval of its own');
      await peer.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryIntervalS: LONG_S } });
      await untilEnd(bench, peer);
      await watcher.expectPacket('that DISCONNECT', 'publish', 'of the will', (packet) => packet.topic === topic);
    },
  },
  {
    area: 'EXPIRY',
    number: 20,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-5'] },
    purpose: 'A message that expired while it was queued for an absent client is not delivered',
    requires: ['PERSISTENT_SESSIONS', 'QOS1'],
    caughtBy: 'message-never-expires',
    run: async (bench) => {
      const { topic, publisher } = await absentSubscriber(bench, 1);
      await bench.published(publisher, topic, { qos: 1, payload: text('expired'), properties: { messageExpiryIntervalS: 1 } });
      await bench.wire.pause(1_000 + timerGraceMs(bench));
      await bench.published(publisher, topic, { qos: 1, payload: text('last') });
      const delivered = await deliveriesBefore(await resumed(bench), 'last');
      if (delivered.length > 0) failCase(`the message with an expiry interval of 1 s was delivered ${1 + timerGraceMs(bench) / 1_000} s later`);
    },
  },
  {
    area: 'EXPIRY',
    number: 21,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-5'] },
    purpose: 'A retained message that has expired is not sent to a new subscriber',
    requires: ['RETAIN'],
    caughtBy: 'message-never-expires',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { retain: true, payload: text('expired'), properties: { messageExpiryIntervalS: 1 } });
      await bench.wire.pause(1_000 + timerGraceMs(bench));
      const { peer: subscriber } = await bench.connected('subscriber');
      await bench.subscribed(subscriber, { filter: topic });
      await bench.published(publisher, topic, { payload: text('last') });
      const delivered = await deliveriesBefore(subscriber, 'last');
      if (delivered.length > 0) failCase('the retained message was delivered after its expiry interval of 1 s');
    },
  },
  {
    area: 'EXPIRY',
    number: 22,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-6'] },
    purpose: 'A message that is delivered at once carries the Message Expiry Interval that it came with',
    caughtBy: 'raises-message-expiry',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber');
      await bench.subscribed(subscriber, { filter: topic });
      const { peer: publisher } = await bench.connected('publisher');
      const sentMs = bench.wire.nowMs();
      await bench.published(publisher, topic, { properties: { messageExpiryIntervalS: 100 } });
      const publish = await subscriber.needPacket('the publication', 'publish');
      checkRemaining(bench, publish.properties.messageExpiryIntervalS, 100, 0, bench.wire.nowMs() - sentMs);
    },
  },
  {
    area: 'EXPIRY',
    number: 23,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-6'] },
    purpose: 'A message that waited for an absent client carries what is left of its Message Expiry Interval',
    requires: ['PERSISTENT_SESSIONS', 'QOS1'],
    caughtBy: 'message-expiry-unchanged',
    run: async (bench) => {
      const { topic, publisher } = await absentSubscriber(bench, 1);
      const sentMs = bench.wire.nowMs();
      await bench.published(publisher, topic, { qos: 1, properties: { messageExpiryIntervalS: 100 } });
      await bench.wire.pause(3_000);
      const again = await resumed(bench);
      const publish = await again.needPacket('the resumed session', 'publish', 'that waited');
      await bench.acknowledge(again, publish);
      checkRemaining(bench, publish.properties.messageExpiryIntervalS, 100, 3_000, bench.wire.nowMs() - sentMs);
    },
  },
  {
    area: 'EXPIRY',
    number: 24,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-6'] },
    purpose: 'A retained message carries what is left of its Message Expiry Interval',
    requires: ['RETAIN'],
    caughtBy: 'message-expiry-unchanged',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: publisher } = await bench.connected('publisher');
      const sentMs = bench.wire.nowMs();
      await bench.published(publisher, topic, { retain: true, properties: { messageExpiryIntervalS: 100 } });
      await bench.wire.pause(3_000);
      // The retained message may come before SUBACK (section 3.8.4).
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic });
      const publish = await subscriber.needDelivery('the subscription', 'x');
      checkRemaining(bench, publish.properties.messageExpiryIntervalS, 100, 3_000, bench.wire.nowMs() - sentMs);
    },
  },
  {
    area: 'EXPIRY',
    number: 30,
    version: 1,
    statements: { '5.0': ['MQTT-4.3.3-7'] },
    purpose: 'A QoS 2 message that was sent before it expired is completed: PUBREC still gets its PUBREL',
    requires: ['QOS2'],
    caughtBy: 'drops-outgoing-handshake-of-expired-message',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber');
      await bench.subscribed(subscriber, { filter: topic, qos: 2 });
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { qos: 2, properties: { messageExpiryIntervalS: 1 } });
      const { packetId = 0 } = await subscriber.needPacket('the publication', 'publish', 'at QoS 2', ({ qos }) => qos === 2);
      await bench.wire.pause(1_000 + timerGraceMs(bench));
      await subscriber.send(acknowledgement('pubrec', packetId));
      await subscriber.expectPacket('PUBREC after the message expired', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId && pubrel.reasonCode === 0);
      await subscriber.send(acknowledgement('pubcomp', packetId));
    },
  },
  {
    area: 'EXPIRY',
    number: 31,
    version: 1,
    statements: { '5.0': ['MQTT-4.3.3-13'] },
    purpose: 'A QoS 2 message of the client that expired meanwhile is completed: PUBREL still gets its PUBCOMP',
    requires: ['QOS2'],
    caughtBy: 'drops-incoming-handshake-of-expired-message',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('t'), { qos: 2, packetId: 7, properties: { messageExpiryIntervalS: 1 } }));
      await peer.needPacket('PUBLISH', 'pubrec', 'that accepts', ({ packetId, reasonCode }) => packetId === 7 && reasonCode < 0x80);
      await bench.wire.pause(1_000 + timerGraceMs(bench));
      await peer.send(acknowledgement('pubrel', 7));
      await peer.expectPacket('PUBREL after the message expired', 'pubcomp', 'for packet id 7', ({ packetId }) => packetId === 7);
    },
  },
];

function connectFor(bench: MqttBench, sessionExpiryIntervalS: number): Promise<Session> {
  return bench.connected('a', { properties: { sessionExpiryIntervalS } });
}

/** Comes back with Clean Start 0: there is a session, or there is none. */
async function expectSession(bench: MqttBench, isThere: boolean, sessionExpiryIntervalS?: number): ReturnType<MqttBench['open']> {
  // The end of a session has to go through the broker before a new CONNECT does: nothing on the wire shows that.
  if (!isThere) await bench.wire.pause(bench.context.pixit.quietMs);
  const peer = await bench.openAndConnect('a', { cleanStart: false, properties: sessionExpiryIntervalS === undefined ? {} : { sessionExpiryIntervalS } });
  await peer.expectPacket('CONNECT with Clean Start 0', 'connack', `with session present ${isThere ? 1 : 0}`, ({ reasonCode, sessionPresent }) => reasonCode === 0 && sessionPresent === isThere);
  return peer;
}

/** A session with a subscription whose client is away, and a publisher. */
async function absentSubscriber(bench: MqttBench, qos: 1 | 2): Promise<{ readonly topic: string; readonly publisher: Session['peer'] }> {
  const topic = bench.topic('t');
  const { peer } = await connectFor(bench, LONG_S);
  await bench.subscribed(peer, { filter: topic, qos });
  await leave(bench, peer);
  const { peer: publisher } = await bench.connected('publisher');
  return { topic, publisher };
}

async function resumed(bench: MqttBench): ReturnType<MqttBench['open']> {
  const { peer, connack } = await bench.connected('a', { cleanStart: false, properties: { sessionExpiryIntervalS: LONG_S } });
  if (!connack.sessionPresent) inconclusiveCase('the server did not keep the session');
  return peer;
}

/** What is left after a wait between two bounds; servers that count whole seconds may be one off. */
function checkRemaining(bench: MqttBench, gotS: number | undefined, sentS: number, waitedMinMs: number, waitedMaxMs: number): void {
  const mostS = sentS - Math.floor(waitedMinMs / 1_000) + (waitedMinMs > 0 ? 1 : 0);
  const leastS = sentS - Math.ceil(waitedMaxMs / 1_000) - 1;
  bench.wire.note(`a message expiry interval of ${leastS} to ${mostS} s is right`);
  if (gotS === undefined || gotS > mostS || gotS < leastS) {
    failCase(`the message expiry interval is ${gotS ?? 'missing'}, not ${leastS} to ${mostS} s: ${sentS} s less the time it waited`);
  }
}
