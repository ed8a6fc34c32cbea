import { randomFromHex, type Random } from '../../../hil/runtime/random.ts';
import { failCase } from '../../framework/case-stop.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import { textOf } from '../bench/mqtt-bench.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import type { BrokerPurpose } from '../broker/broker-purpose.ts';
import { deliveryCounter, SENTINEL } from './delivery-count.ts';
import { faultMessages } from './fault-pixit.ts';
import type { FaultKind } from './fault-kinds.ts';
import { faultyPublisher, type FaultyPublisher } from './faulty-publisher.ts';
import { faultySubscriber, type FaultySubscriber } from './faulty-subscriber.ts';
import { owedBySender } from './sender-model.ts';

/** Messages between two points at which everything is brought to an end and counted. */
const ROUND = 10;
/** Publications in flight at most; a broker may take fewer. */
const WINDOW = 3;
/** Of the steps of a schedule, how many end the connection. */
const CUT_CHANCE = 0.12;
/** How long a subscriber waits for more while it owes an answer itself, milliseconds. */
const SHORT_MS = 20;
const DRAWN_FAULTS: readonly FaultKind[] = ['fin', 'reset', 'takeover'];
const LIMIT_MS = 600_000;

/** Schedules of many messages with faults that the seed draws, judged by the model of the handshake. */
export const RANDOM_FAULT_PURPOSES: readonly BrokerPurpose[] = ([1, 2] as const).flatMap((qos): BrokerPurpose[] => [
  {
    area: `FAULTQOS${qos}`,
    number: 601,
    version: 1,
    statements: qos === 1 ? { '3.1.1': ['MQTT-4.3.2-2', 'MQTT-4.6.0-6'], '5.0': ['MQTT-4.3.2-4', 'MQTT-4.6.0-5'] } : { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-8', 'MQTT-4.3.3-10'] },
    purpose: `Many QoS ${qos} messages of a publisher whose connection ends anywhere in the handshakes, as the seed draws it: ${qos === 1 ? 'all are delivered, in their order' : 'each is delivered exactly once'}`,
    requires: [`QOS${qos}`, 'PERSISTENT_SESSIONS'],
    caughtBy: qos === 1 ? 'acknowledges-and-loses' : 'delivers-resent-publish-again',
    timeLimitMs: LIMIT_MS,
    run: (bench) => drawnPublisher(bench, qos),
  },
  {
    area: `FAULTQOS${qos}`,
    number: 602,
    version: 1,
    statements: { '3.1.1': [qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': [qos === 1 ? 'MQTT-4.3.2-3' : 'MQTT-4.3.3-3', 'MQTT-4.4.0-1'] },
    purpose: `Many QoS ${qos} messages to a subscriber whose connection ends anywhere in the handshakes, as the seed draws it: ${qos === 1 ? 'all are delivered' : 'each is delivered exactly once'}`,
    requires: [`QOS${qos}`, 'PERSISTENT_SESSIONS'],
    caughtBy: 'resends-without-dup',
    timeLimitMs: LIMIT_MS,
    run: (bench) => drawnSubscriber(bench, qos),
  },
]);

async function drawnPublisher(bench: MqttBench, qos: 1 | 2): Promise<void> {
  const random = randomFromHex(bench.context.seedHex).child('faults');
  const topic = bench.topic('t');
  const counter = await deliveryCounter(bench, topic, qos, false);
  const publisher = await faultyPublisher(bench, topic, qos);
  const { receiveMaximum } = declaredLimits(publisher.client.session.connack);
  const total = faultMessages(bench.context);
  let published = 0;
  while (published < total) {
    const round = Array.from({ length: Math.min(ROUND, total - published) }, (_, index) => `message ${published + index + 1}`);
    await publishRound(publisher, round, published, Math.min(WINDOW, receiveMaximum), random);
    published += round.length;
    const last = round.at(-1) ?? '';
    // The last one of a round is done, so at least one copy of it has to come.
    await counter.until(last);
  }
  await publisher.deliver({ packetId: 65_000, message: SENTINEL });
  await counter.until(SENTINEL);
  counter.judge(publisher.state);
  if (qos === 1) judgeOrder(counter.order);
}

/** Publishes the messages of a round, to the end of every handshake. Packet ids count from 1. */
async function publishRound(publisher: FaultyPublisher, messages: readonly string[], before: number, window: number, random: Random): Promise<void> {
  const waiting = messages.map((message, index) => ({ message, packetId: before + index + 1 }));
  while (waiting.length > 0 || publisher.state.open.size > 0) {
    const { owed, open } = publisher.state;
    if (random.chance(CUT_CHANCE)) {
      await publisher.cutAndResume(DRAWN_FAULTS[random.integer(0, DRAWN_FAULTS.length - 1)] ?? 'fin');
      await resend(publisher);
    } else if (open.size < window && waiting.length > 0 && (owed.length === 0 || random.chance(0.5))) {
      for (const publication of waiting.splice(0, 1)) await publisher.publish(publication);
    } else if (owed.length > 0) {
      await publisher.answer();
      await releaseReceived(publisher);
    }
  }
}

/** PUBREL for whatever PUBREC was just read. */
async function releaseReceived(publisher: FaultyPublisher): Promise<void> {
  for (const [packetId, { isReceived, isReleased }] of publisher.state.open) if (isReceived && !isReleased) await publisher.release(packetId);
}

/** What a client owes after it resumed its session, in the order in which it was sent first (sections 4.4 and 4.6). */
async function resend(publisher: FaultyPublisher): Promise<void> {
  for (const [packetId, { message, isReceived, isReleased }] of publisher.state.open) {
    if (isReceived || isReleased) await publisher.release(packetId);
    else await publisher.publish({ packetId, message, dup: true });
  }
}

/** First copies of one publisher's messages keep their order (section 4.6). */
function judgeOrder(order: readonly string[]): void {
  const numbers = order.filter((message) => message !== SENTINEL).map((message) => Number(message.split(' ')[1]));
  const at = numbers.findIndex((number, index) => index > 0 && number < (numbers[index - 1] ?? 0));
  if (at > 0) failCase(`subscriber: "message ${numbers[at]}" came after "message ${numbers[at - 1]}", which was published later`);
}

async function drawnSubscriber(bench: MqttBench, qos: 1 | 2): Promise<void> {
  const random = randomFromHex(bench.context.seedHex).child('faults');
  const subscriber = await faultySubscriber(bench, qos);
  const total = faultMessages(bench.context);
  for (let done = 0; done < total; done += ROUND) {
    const round = Array.from({ length: Math.min(ROUND, total - done) }, (_, index) => `message ${done + index + 1}`);
    await subscriber.publish(...round);
    await readRound(subscriber, round, random);
  }
  await subscriber.finish();
}

type PendingAnswer = { readonly type: 'puback' | 'pubrec' | 'pubcomp'; readonly packetId: number };

/** Reads and answers the messages of a round, to the end of every handshake. Answers go out in the order of what they answer. */
async function readRound(subscriber: FaultySubscriber, messages: readonly string[], random: Random): Promise<void> {
  let pending: PendingAnswer[] = [];
  for (;;) {
    const { seen } = subscriber.state;
    const isDue = owedBySender(subscriber.state).length > 0 || messages.some((message) => !seen.has(message));
    if (!isDue && pending.length === 0) return;
    if (random.chance(CUT_CHANCE)) {
      await subscriber.cutAndResume(DRAWN_FAULTS[random.integer(0, DRAWN_FAULTS.length - 1)] ?? 'fin');
      pending = [];
    } else if (pending.length > 0 && (!isDue || random.chance(0.5))) {
      for (const { type, packetId } of pending.splice(0, 1)) await subscriber.answer(type, packetId);
    } else {
      pending.push(...(await answersTo(subscriber, pending.length > 0)));
    }
  }
}

/** Reads one packet, and says what it has to be answered with. Who owes an answer may be the reason that nothing comes. */
async function answersTo(subscriber: FaultySubscriber, mayBeSilent: boolean): Promise<PendingAnswer[]> {
  const packet = mayBeSilent ? await listened(subscriber) : await subscriber.read('the rest of the messages');
  if (packet === undefined) return [];
  if (packet.type === 'pubrel') return [{ type: 'pubcomp', packetId: packet.packetId }];
  if (packet.type !== 'publish' || packet.packetId === undefined || textOf(packet.payload) === SENTINEL) return [];
  return [{ type: packet.qos === 1 ? 'puback' : 'pubrec', packetId: packet.packetId }];
}

async function listened(subscriber: FaultySubscriber): Promise<Awaited<ReturnType<FaultySubscriber['read']>> | undefined> {
  const heard = await subscriber.listen(SHORT_MS);
  return heard.kind === 'packet' ? heard.packet : undefined;
}
