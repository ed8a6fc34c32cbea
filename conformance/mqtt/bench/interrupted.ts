import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import { inboxOf, refuseDeliveries, type Inbox } from './inbox.ts';
import { connectedToKept, keptSession } from './kept-session.ts';
import { text, textOf, type MqttBench } from './mqtt-bench.ts';
import type { Peer } from './peer.ts';

/** A delivery that was cut off. */
export interface Interrupted {
  /** The PUBLISH with payload "pending" as it came the first time. */
  readonly first: PublishPacket;
  /** The connection that resumed the session; nothing has been read from it yet. */
  readonly again: Peer;
  readonly publisher: Inbox;
  readonly topic: string;
}

/**
 * A subscriber whose connection breaks after it received "pending", and which then resumes its session.
 * @param between - What it does before the connection breaks.
 */
export async function interrupted(bench: MqttBench, qos: 1 | 2, between: (peer: Peer, publish: PublishPacket) => Promise<void> = async () => undefined): Promise<Interrupted> {
  const topic = bench.topic('pending');
  const { peer } = await connectedToKept(bench, 'subscriber');
  await bench.subscribed(peer, { filter: topic, qos });
  const publisher = await inboxOf(bench, 'publisher');
  await publisher.published(topic, { qos, payload: text('pending') });
  const first = await peer.needPacket('PUBLISH', 'publish', `"pending" at QoS ${qos}`, (publish) => textOf(publish.payload) === 'pending' && publish.qos === qos);
  await between(peer, first);
  await peer.cut();
  return { first, again: await resumed(bench, 'subscriber'), publisher, topic };
}

/** Connected to the session that an earlier connection of this label left, or inconclusive. */
export async function resumed(bench: MqttBench, label: string): Promise<Peer> {
  const { peer, connack } = await bench.connected(label, keptSession(bench));
  if (!connack.sessionPresent) inconclusiveCase('the SUT did not keep the session');
  return peer;
}

/**
 * Once `finish` has come to an end, "pending" must not come again on the next connection; a later message of the same
 * topic, publisher and QoS shows that it would have come.
 */
export async function notSentAgain(bench: MqttBench, qos: 1 | 2, finish: (peer: Peer, publish: PublishPacket) => Promise<void>): Promise<void> {
  const { again, publisher, topic } = await interrupted(bench, qos, async (peer, publish) => {
    await finish(peer, publish);
    await peer.send({ type: 'pingreq' });
    await peer.needPacket('the acknowledgement with a PINGREQ behind it', 'pingresp');
    // A server may answer PINGREQ while it still takes the acknowledgement to its store.
    await bench.wire.pause(bench.context.pixit.quietMs);
  });
  await publisher.published(topic, { qos, payload: text('last') });
  for (;;) {
    const publish = await again.needPacket('the session was resumed', 'publish');
    refuseDeliveries([publish], ['pending'], 'it was done with before the connection broke');
    await bench.acknowledge(again, publish);
    if (textOf(publish.payload) === 'last') return;
  }
}
