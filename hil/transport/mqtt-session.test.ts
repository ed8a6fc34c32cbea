import { afterEach, expect, test } from 'vitest';
import { randomFromSeed } from '../runtime/random.ts';
import { realClock } from '../runtime/real-clock.ts';
import { openMqttSession, type MqttSession, type MqttSessionOptions } from './mqtt-session.ts';
import {
  ack,
  connack,
  PACKET,
  publish,
  readPacketId,
  readPublish,
  ScriptedBroker,
  type BrokerSide,
  type RawPacket,
} from './scripted-broker.contract.ts';

const deps = { clock: realClock, random: randomFromSeed(1) };
const OPTIONS = { clientId: 'gateway-1', protocolVersion: 4, clean: false, keepaliveMs: 30_000, connectTimeoutMs: 5_000 } as const;
const QUICK = { minimumMs: 1, maximumMs: 10 };
const AT_LEAST_ONCE = { qos: 1, retain: false } as const;
const EXACTLY_ONCE = { qos: 2, retain: false } as const;

const brokers: ScriptedBroker[] = [];
const sessions: MqttSession[] = [];

afterEach(async () => {
  for (const session of sessions.splice(0)) session.abort();
  for (const started of brokers.splice(0)) await started.stop();
});

/** Accepts connections, the first as a new session and the others as the same, and hands on what else comes. */
async function broker(onPacket: (packet: RawPacket, side: BrokerSide) => void): Promise<ScriptedBroker> {
  return scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send(connack(side.index > 1));
    else onPacket(packet, side);
  });
}

async function scripted(onPacket: (packet: RawPacket, side: BrokerSide) => void): Promise<ScriptedBroker> {
  const started = await ScriptedBroker.start(onPacket);
  brokers.push(started);
  return started;
}

function open(options: Partial<MqttSessionOptions> & { readonly url: string }): MqttSession {
  const session = openMqttSession({ ...OPTIONS, ...options }, deps);
  sessions.push(session);
  return session;
}

function text(value: string): Uint8Array {
  return Buffer.from(value);
}

function closing(session: MqttSession): Promise<string> {
  return new Promise((resolve) => session.onClosed(resolve));
}

function connecting(session: MqttSession): Promise<{ readonly sessionPresent: boolean }> {
  return new Promise((resolve) => session.onConnected(resolve));
}

test.each([
  ['at PUBLISH', 'publish', ['1 publish 1', '2 publish 1 dup', '2 pubrel 1']],
  ['behind PUBREC', 'pubrec', ['1 publish 1', '2 pubrel 1']],
  ['at PUBREL', 'pubrel', ['1 publish 1', '1 pubrel 1', '2 pubrel 1']],
  ['behind PUBCOMP', 'pubcomp', ['1 publish 1', '1 pubrel 1']],
])('QoS 2 cut %s goes on where it was, with the same identifier', async (_where, cutAt, expected) => {
  const seen: string[] = [];
  const { url } = await broker((packet, side) => {
    const cutsAt = (place: string): boolean => side.index === 1 && cutAt === place;
    if (packet.type === PACKET.publish) {
      const { packetId, dup } = readPublish(packet);
      seen.push(`${side.index} publish ${packetId}${dup ? ' dup' : ''}`);
      if (cutsAt('publish')) side.cut();
      else side.send(ack(PACKET.pubrec, packetId));
      if (cutsAt('pubrec')) side.close();
    } else if (packet.type === PACKET.pubrel && !cutsAt('pubrec')) {
      const packetId = readPacketId(packet);
      seen.push(`${side.index} pubrel ${packetId}`);
      if (cutsAt('pubrel')) side.cut();
      else side.send(ack(PACKET.pubcomp, packetId));
      if (cutsAt('pubcomp')) side.close();
    }
  });
  const session = open({ url, reconnect: QUICK });
  await session.publish('t', text('x'), EXACTLY_ONCE);
  expect(seen).toEqual(expected);
});

test('QoS 1 cut before PUBACK is sent again with DUP, in order, before what was published in between', async () => {
  const seen: string[] = [];
  const { url } = await broker((packet, side) => {
    if (packet.type !== PACKET.publish) return;
    const { payload, packetId, dup } = readPublish(packet);
    seen.push(`${side.index} ${packetId} ${payload}${dup ? ' dup' : ''}`);
    if (side.index > 1) side.send(ack(PACKET.puback, packetId));
    else if (payload === 'c') side.cut();
  });
  const session = open({ url, reconnect: QUICK });
  const published = ['a', 'b', 'c'].map((payload) => session.publish('t', text(payload), AT_LEAST_ONCE));
  await closing(session);
  published.push(session.publish('t', text('d'), AT_LEAST_ONCE));
  await Promise.all(published);
  expect(seen).toEqual(['1 1 a', '1 2 b', '1 3 c', '2 1 a dup', '2 2 b dup', '2 3 c dup', '2 4 d']);
});

test('a clean session, too, sends again what a lost keep-alive left unacknowledged', async () => {
  const seen: string[] = [];
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send(connack(false));
    else if (packet.type === PACKET.publish) {
      const { packetId } = readPublish(packet);
      seen.push(`${side.index} publish`);
      side.send(ack(PACKET.pubrec, packetId));
    } else if (packet.type === PACKET.pubrel && side.index > 1) side.send(ack(PACKET.pubcomp, readPacketId(packet)));
  });
  const session = open({ url, clean: true, keepaliveMs: 1_000, reconnect: QUICK });
  const reason = closing(session);
  await session.publish('t', text('x'), EXACTLY_ONCE);
  expect(await reason).toBe('Keepalive timeout');
  expect(seen).toEqual(['1 publish', '2 publish']);
});

test('without a connection QoS 0 is rejected at once, QoS 1 waits', async () => {
  const { url } = await broker((packet, side) => {
    if (packet.type === PACKET.publish) side.send(ack(PACKET.puback, readPublish(packet).packetId));
  });
  const session = open({ url });
  await expect(session.publish('t', text('x'), { qos: 0, retain: false })).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  expect(session.connected).toBe(false);
  await session.publish('t', text('x'), AT_LEAST_ONCE);
  expect(session.connected).toBe(true);
  await session.publish('t', text('x'), { qos: 0, retain: false });
});

test('QoS 0 to a broker that reads nothing is held back, and rejected when the connection is lost', async () => {
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send(connack(false));
    else side.cut();
  });
  const session = open({ url });
  await connecting(session);
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, () => session.publish('t', new Uint8Array(1_048_576), { qos: 0, retain: false })),
  );
  expect(results.some((result) => result.status === 'rejected')).toBe(true);
});

test('a refused connection is told with its code, and tried again', async () => {
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send(side.index === 1 ? connack(false, 5) : connack(false));
  });
  const session = open({ url, reconnect: QUICK });
  const [reason] = await Promise.all([closing(session), connecting(session)]);
  expect(reason).toBe('Connection refused: Not authorized (code 5)');
});

test('without reconnect the first failure ends the session, and says why', async () => {
  const stopped = await ScriptedBroker.start(() => undefined);
  const { url } = stopped;
  await stopped.stop();
  const session = open({ url });
  const published = session.publish('t', text('x'), AT_LEAST_ONCE);
  const subscribed = session.subscribe([{ filter: 't', qos: 1 }]);
  await expect(published).rejects.toMatchObject({ code: 'FP_LINK_CLOSED', message: expect.stringContaining('ECONNREFUSED') });
  await expect(subscribed).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  await expect(session.publish('t', text('x'), AT_LEAST_ONCE)).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  await session.end();
});

test('a broker that never answers CONNECT ends the attempt at its time limit', async () => {
  const { url } = await scripted(() => undefined);
  const session = open({ url, connectTimeoutMs: 50 });
  expect(await closing(session)).toBe('connack timeout');
});

test.each([
  ['a packet of the reserved type 0', [0x00, 0x00]],
  ['an acknowledgement without identifier', [0x40, 0x00]],
  ['an acknowledgement of the wrong kind', ack(PACKET.pubrec, 1)],
  ['a second CONNACK', connack(false)],
])('%s ends the connection, and the message is sent again', async (_what, wrong) => {
  const { url } = await broker((packet, side) => {
    if (packet.type !== PACKET.publish) return;
    side.send(side.index === 1 ? wrong : ack(PACKET.puback, readPublish(packet).packetId));
  });
  const session = open({ url, reconnect: QUICK });
  const reason = closing(session);
  await session.publish('t', text('x'), AT_LEAST_ONCE);
  expect(await reason).not.toBe('the broker closed the connection');
});

test('a subscription that is refused is named; the others hold', async () => {
  const asked: string[] = [];
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send(connack(false));
    if (packet.type !== PACKET.subscribe) return;
    const [high = 0, low = 0] = packet.body;
    asked.push(`${side.index} ${packet.body.subarray(2).toString('latin1').replaceAll(/[^a-z/#]/g, ' ').trim()}`);
    side.send([0x90, side.index === 1 ? 4 : 3, high, low, 1, ...(side.index === 1 ? [0x80] : [])]);
    if (side.index === 1) side.close();
  });
  const session = open({ url, reconnect: QUICK });
  const subscribed = session.subscribe([{ filter: 'good/#', qos: 1 }, { filter: 'bad', qos: 1 }]);
  await expect(subscribed).rejects.toMatchObject({ code: 'FP_BROKER_REFUSED', message: expect.stringContaining("'bad' (code 0x80)") });
  while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(asked).toEqual(['1 good/#   bad', '2 good/#']);
});

test('what is no topic filter is refused before the broker is asked', async () => {
  const session = open({ url: 'mqtt://127.0.0.1:1' });
  for (const filter of ['', 'a/#/b', 'a#', 'a/b+']) {
    await expect(session.subscribe([{ filter, qos: 0 }])).rejects.toMatchObject({ code: 'FP_BROKER_REFUSED' });
  }
});

test('a subscription whose SUBACK is lost is asked again on the next connection', async () => {
  let asked = 0;
  const { url } = await broker((packet, side) => {
    if (packet.type !== PACKET.subscribe) return;
    asked += 1;
    const [high = 0, low = 0] = packet.body;
    if (side.index < 3) side.cut();
    else side.send([0x90, 3, high, low, 0]);
  });
  await open({ url, reconnect: QUICK }).subscribe([{ filter: 'a', qos: 0 }]);
  expect(asked).toBe(3);
});

test('a QoS 2 delivery that the broker repeats after a cut is handed over once, even right behind CONNACK', async () => {
  const { url } = await scripted((packet, side) => {
    const [high = 0, low = 0] = packet.body;
    if (packet.type === PACKET.connect && side.index === 1) side.send(connack(false));
    else if (packet.type === PACKET.connect && side.index === 2) side.send([...connack(true), ...publish('t', 7, 'first', 2, true)]);
    else if (packet.type === PACKET.connect) side.send([...connack(true), ...ack(PACKET.pubrel, 7)]);
    else if (packet.type === PACKET.subscribe) side.send([0x90, 3, high, low, 2, ...publish('t', 7, 'first', 2)]);
    else if (packet.type === PACKET.pubrec && side.index === 1) side.cut();
    else if (packet.type === PACKET.pubrec) side.send(ack(PACKET.pubrel, readPacketId(packet)));
    else if (packet.type === PACKET.pubcomp && readPacketId(packet) === 7 && side.index === 2) side.cut();
    else if (packet.type === PACKET.pubcomp) side.send(publish('t', 8, 'last', 2));
  });
  const session = open({ url, reconnect: QUICK });
  const events: string[] = [];
  session.onConnected(({ sessionPresent }) => events.push(sessionPresent ? 'connected again' : 'connected'));
  const last = new Promise<void>((resolve) => {
    session.onMessage(({ payload, qos, dup }) => {
      events.push(`${Buffer.from(payload).toString()} ${qos} ${dup}`);
      if (Buffer.from(payload).toString() === 'last') resolve();
    });
  });
  await session.subscribe([{ filter: 't', qos: 2 }]);
  await last;
  expect(events).toEqual(['connected', 'connected again', 'first 2 true', 'connected again', 'last 2 false']);
});

test('answers to what came in the last bytes of a lost connection do not go out on the next', async () => {
  const answers: number[] = [];
  const messages = Array.from({ length: 50 }, (_, index) => publish('t', index + 1, String(index), 1));
  const withoutIdentifier = ack(PACKET.puback, 0);
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect && side.index === 1) side.send([...connack(false), ...withoutIdentifier, ...messages.flat()]);
    else if (packet.type === PACKET.connect) side.send(connack(true));
    else if (side.index === 2) answers.push(packet.type);
  });
  const session = open({ url, reconnect: { minimumMs: 50, maximumMs: 50 } });
  let received = 0;
  session.onMessage(() => (received += 1));
  await closing(session);
  await connecting(session);
  expect(received).toBe(50);
  await session.publish('t', text('x'), { qos: 0, retain: false });
  while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(answers).toEqual([PACKET.publish]);
});

test('a message in the packet of CONNACK comes after the connection', async () => {
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send([...connack(false), ...publish('t', 1, 'x', 1)]);
  });
  const session = open({ url });
  const events: string[] = [];
  session.onConnected(() => events.push('connected'));
  await new Promise<void>((resolve) => {
    session.onMessage(() => {
      events.push('message');
      resolve();
    });
  });
  expect(events).toEqual(['connected', 'message']);
});

test('end sends DISCONNECT, rejects what is pending, and does not come back', async () => {
  const seen: number[] = [];
  const { url } = await broker((packet, side) => {
    seen.push(packet.type);
    if (packet.type === PACKET.disconnect) side.close();
  });
  const session = open({ url, reconnect: QUICK });
  const reason = closing(session);
  await connecting(session);
  const published = session.publish('t', text('x'), AT_LEAST_ONCE);
  const ending = session.end();
  await expect(published).rejects.toMatchObject({ code: 'FP_LINK_CLOSED', message: expect.stringContaining('was ended') });
  await Promise.all([ending, session.end()]);
  expect(await reason).toBe('the session was ended');
  expect(seen).toEqual([PACKET.publish, PACKET.disconnect]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(session.connected).toBe(false);
  expect(seen.length).toBe(2);
});

test('end comes to an end between two attempts, too', async () => {
  const session = open({ url: 'mqtt://127.0.0.1:1', reconnect: { minimumMs: 60_000, maximumMs: 60_000 } });
  await closing(session);
  await session.end();
});

test('abort cuts without DISCONNECT', async () => {
  const seen: number[] = [];
  const { url } = await broker((packet) => seen.push(packet.type));
  const session = open({ url, reconnect: QUICK });
  const reason = closing(session);
  await connecting(session);
  session.abort();
  expect(await reason).toBe('the session was aborted');
  await session.end();
  expect(seen).toEqual([]);
});

test('MQTT 5.0: the receive maximum is kept, a refused message rejects, a refused session ends', async () => {
  const receiveMaximumOne = [0x21, 0, 1];
  let unacknowledged = 0;
  let most = 0;
  const { url } = await scripted((packet, side) => {
    if (packet.type === PACKET.connect) side.send(connack(false, side.index === 1 ? 0x88 : 0, side.index === 1 ? [] : receiveMaximumOne));
    if (packet.type !== PACKET.publish) return;
    unacknowledged += 1;
    most = Math.max(most, unacknowledged);
    const packetId = packet.body.readUInt16BE(3);
    setTimeout(() => {
      unacknowledged -= 1;
      side.send(ack(PACKET.puback, packetId, packetId === 2 ? 0x97 : 0));
    }, 5);
  });
  const session = open({ url, protocolVersion: 5, reconnect: QUICK });
  const reason = closing(session);
  const results = await Promise.allSettled(['a', 'b', 'c'].map((payload) => session.publish('t', text(payload), AT_LEAST_ONCE)));
  expect(await reason).toBe('Connection refused: Server unavailable (code 136)');
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { code: 'FP_BROKER_REFUSED' } });
  expect(most).toBe(1);
});
