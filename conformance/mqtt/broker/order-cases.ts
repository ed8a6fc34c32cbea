import type { PublishPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase } from '../../framework/case-stop.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import { nothing, packetOf } from '../bench/heard.ts';
import { Inbox, inboxOf } from '../bench/inbox.ts';
import { resumed } from '../bench/interrupted.ts';
import { connectedToKept } from '../bench/kept-session.ts';
import { leave } from '../bench/leave.ts';
import { acknowledgement, text, textOf, type MqttBench, type Session } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const ORDERED: PurposeStatements = { '3.1.1': ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'], '5.0': ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'] };
/** Even, because the defect swaps pairs. */
const MESSAGES = 12;
const UNACKNOWLEDGED = 4;

/** The order of messages: one publisher, one topic, one QoS. */
export const ORDER_PURPOSES: readonly BrokerPurpose[] = [
  inOrder(1, 0, []),
  inOrder(2, 1, ['QOS1']),
  inOrder(3, 2, ['QOS2']),
  resentInOrder(4, 1),
  resentInOrder(5, 2),
  {
    area: 'ORDER',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.6.0-6'], '5.0': ['MQTT-4.6.0-5'] },
    purpose: 'Messages that were queued for an absent client are delivered in the order in which they were published',
    requires: ['QOS1', 'PERSISTENT_SESSIONS'],
    caughtBy: 'swaps-messages',
    run: async (bench) => {
      const topic = bench.topic('queued');
      const { peer } = await connectedToKept(bench, 'subscriber');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      await leave(bench, peer);
      await publishedInARow(bench, await bench.connected('publisher'), topic, 1, UNACKNOWLEDGED);
      await allInOrder(new Inbox(bench, await resumed(bench, 'subscriber')), UNACKNOWLEDGED);
    },
  },
];

function inOrder(number: number, qos: Qos, requires: readonly string[]): BrokerPurpose {
  return {
    area: 'ORDER',
    number,
    version: 1,
    statements: ORDERED,
    purpose: `QoS ${qos} messages of one publisher on one topic are delivered in the order in which they were published`,
    requires,
    caughtBy: 'swaps-messages',
    run: async (bench) => {
      const topic = bench.topic('row');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos });
      await publishedInARow(bench, await bench.connected('publisher'), topic, qos, MESSAGES);
      if (qos > 0) await allInOrder(subscriber, MESSAGES);
      else refuseDisorder(await subscriber.settled(`${MESSAGES} messages of QoS 0`));
    },
  };
}

function resentInOrder(number: number, qos: 1 | 2): BrokerPurpose {
  return {
    area: 'ORDER',
    number,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.6.0-1'], '5.0': ['MQTT-4.6.0-5'] },
    purpose: `QoS ${qos} messages without acknowledgement are sent again in their first order when the session is resumed`,
    requires: [`QOS${qos}`, 'PERSISTENT_SESSIONS'],
    caughtBy: 'resends-in-other-order',
    run: async (bench) => {
      const topic = bench.topic('resent');
      const { peer } = await connectedToKept(bench, 'subscriber');
      await bench.subscribed(peer, { filter: topic, qos });
      await publishedInARow(bench, await bench.connected('publisher'), topic, qos, UNACKNOWLEDGED);
      // A server may keep fewer messages in flight; then these were not sent before, and there is nothing to send again.
      for (let index = 0; index < UNACKNOWLEDGED; index += 1) {
        const heard = await peer.need(`${UNACKNOWLEDGED} messages`, packetOf('publish', `"${index}"`, ({ payload }) => textOf(payload) === String(index)), ...(index === 0 ? [] : [nothing]));
        if (heard.kind === 'silence') break;
      }
      await peer.cut();
      await allInOrder(new Inbox(bench, await resumed(bench, 'subscriber')), UNACKNOWLEDGED);
    },
  };
}

/** Messages "0", "1", ... one upon the other, as many at once as the server takes; all handshakes are completed. */
async function publishedInARow(bench: MqttBench, { peer, connack }: Session, topic: string, qos: Qos, count: number): Promise<void> {
  const atOnce = qos === 0 ? count : Math.min(count, declaredLimits(connack).receiveMaximum);
  for (let start = 0; start < count; start += atOnce) {
    const indices = Array.from({ length: Math.min(atOnce, count - start) }, (_none, offset) => start + offset);
    for (const index of indices) await peer.send(bench.publishPacket(topic, { qos, payload: text(String(index)), ...(qos === 0 ? {} : { packetId: index + 1 }) }));
    if (qos === 1) await answered(peer, 'puback', indices);
    if (qos === 2) await released(peer, indices);
  }
  await peer.send({ type: 'pingreq' });
  await peer.needPacket('PUBLISH with a PINGREQ behind it', 'pingresp');
}

async function released(peer: Session['peer'], indices: readonly number[]): Promise<void> {
  await answered(peer, 'pubrec', indices);
  for (const index of indices) await peer.send(acknowledgement('pubrel', index + 1));
  await answered(peer, 'pubcomp', indices);
}

/** An answer to each of them, in any order: section 4.6 asks for the order of acknowledgements of clients only. */
async function answered(peer: Session['peer'], type: 'puback' | 'pubrec' | 'pubcomp', indices: readonly number[]): Promise<void> {
  const waiting = new Set(indices.map((index) => index + 1));
  while (waiting.size > 0) {
    const { packetId } = await peer.needPacket(`${waiting.size} packets`, type, 'for one of them', (packet) => waiting.has(packet.packetId));
    waiting.delete(packetId);
  }
}

/** Each of them comes, and none before its predecessor. */
async function allInOrder(subscriber: Inbox, count: number): Promise<void> {
  await subscriber.needDelivery(`${count} messages`, String(count - 1));
  const indices = refuseDisorder(subscriber.unread());
  const missing = Array.from({ length: count - 1 }, (_none, index) => index).find((index) => !indices.includes(index));
  if (missing !== undefined) failCase(`message ${missing} did not come before message ${count - 1}, which was published behind it`);
}

function refuseDisorder(delivered: readonly PublishPacket[]): number[] {
  // Of copies that are sent again the first one counts (section 4.6, non-normative comment).
  const indices = [...new Set(delivered.map(({ payload }) => Number(textOf(payload))))];
  const at = indices.findIndex((index, place) => place > 0 && index < (indices[place - 1] ?? 0));
  if (at > 0) failCase(`message ${indices[at]} came behind message ${indices[at - 1]}`);
  return indices;
}
