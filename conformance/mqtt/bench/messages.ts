import type { PublishPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase } from '../../framework/case-stop.ts';
import { acknowledgement, text, textOf, type MqttBench, type Session } from './mqtt-bench.ts';
import { packetOf } from './heard.ts';
import { safestQos } from './declared-limits.ts';
import { told, type Peer } from './peer.ts';

/** What a message on its way to a subscriber has to be. */
export interface ExpectedMessage {
  readonly topic: string;
  /** As text. */
  readonly payload: string;
}

/** The next thing that comes is this message; it is acknowledged. Anything else fails the case. */
export async function expectMessage(bench: MqttBench, peer: Peer, after: string, { topic, payload }: ExpectedMessage): Promise<PublishPacket> {
  const publish = await peer.expectPacket(
    after,
    'publish',
    `"${payload}" on ${topic}`,
    (packet) => packet.topic === topic && textOf(packet.payload) === payload,
  );
  await bench.acknowledge(peer, publish);
  return publish;
}

/** A client that is connected and subscribed to one topic, at the QoS that loses nothing. */
export async function listener(bench: MqttBench, label: string, filter: string): Promise<Session> {
  const session = await bench.connected(label);
  await bench.subscribed(session.peer, { filter, qos: safestQos(session.connack) });
  return session;
}

/** Publishes a text at the QoS that loses nothing, and waits until the SUT has it. */
export async function tell(bench: MqttBench, { peer, connack }: Session, topic: string, payload: string, fields: { readonly retain?: boolean } = {}): Promise<void> {
  await bench.published(peer, topic, { payload: text(payload), qos: safestQos(connack), ...fields });
}

/**
 * The next `count` messages, with the handshakes of QoS 2 between them in whatever order they come. A message that does
 * not come fails the case.
 * @returns Their payloads as text, in their order.
 */
export async function nextMessages(peer: Peer, after: string, count: number): Promise<readonly string[]> {
  const payloads: string[] = [];
  while (payloads.length < count) {
    const heard = await peer.next();
    if (heard.kind !== 'packet') return failCase(`${peer.name}: after ${after} expected ${count} messages, but ${told(heard)} after ${payloads.length} of them`);
    const { packet } = heard;
    if (packet.type === 'pubrel') await peer.send(acknowledgement('pubcomp', packet.packetId));
    if (packet.type !== 'publish') continue;
    payloads.push(textOf(packet.payload));
    if (packet.qos > 0) await peer.send(acknowledgement(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId ?? 0));
  }
  return payloads;
}

/**
 * Subscribes one topic where messages may come before SUBACK, as section 3.8.4 lets them.
 * @returns What came before it, acknowledged; inconclusive without a SUBACK that grants the QoS.
 */
export async function messagesBeforeSuback(bench: MqttBench, peer: Peer, filter: string, qos: Qos): Promise<readonly PublishPacket[]> {
  const early: PublishPacket[] = [];
  await peer.send(bench.subscribePacket(59_999, [{ filter, qos }]));
  for (;;) {
    const heard = await peer.need(
      'SUBSCRIBE',
      packetOf('publish'),
      packetOf('pubrel'),
      packetOf('suback', 'that grants what was asked', ({ reasonCodes }) => reasonCodes[0] === qos),
    );
    if (heard.kind !== 'packet' || heard.packet.type === 'suback') return early;
    if (heard.packet.type !== 'publish') continue;
    early.push(heard.packet);
    await bench.acknowledge(peer, heard.packet);
  }
}

/** A new client subscribes a topic that has a retained message, and gets it: before SUBACK or after. Judged. */
export async function expectRetained(bench: MqttBench, label: string, { topic, payload }: ExpectedMessage): Promise<PublishPacket> {
  // Another connection made it, and a server may store a message a moment after it acknowledged or delivered it.
  await bench.wire.pause(bench.context.pixit.quietMs);
  const { peer, connack } = await bench.connected(label);
  const [early] = await messagesBeforeSuback(bench, peer, topic, safestQos(connack));
  if (early === undefined) return expectMessage(bench, peer, `a subscription of ${topic}`, { topic, payload });
  if (early.topic !== topic || textOf(early.payload) !== payload) failCase(`${peer.name}: expected "${payload}" on ${topic}, but got "${textOf(early.payload)}" on ${early.topic}`);
  return early;
}
