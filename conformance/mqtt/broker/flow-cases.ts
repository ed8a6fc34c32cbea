import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { MqttPacket, PublishPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import { connectionEnd, isOfType, packetOf } from '../bench/heard.ts';
import { leave } from '../bench/leave.ts';
import { acknowledgement, text, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** Publications in flight that a case opens at most, to use up a server's Receive Maximum. */
const IN_FLIGHT_MAX = 300;

/** Flow control. @see MQTT 5.0, sections 3.1.2.11.3, 3.3.4 and 4.9 */
export const FLOW_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'RECEIVEMAX',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-9', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
    purpose: 'The broker has no more QoS 1 publications in flight than the Receive Maximum of the client',
    requires: ['QOS1'],
    caughtBy: 'ignores-receive-maximum',
    run: (bench) => keepsWithin(bench, 2, 1),
  },
  {
    area: 'RECEIVEMAX',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-9', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
    purpose: 'The broker has no more QoS 2 publications in flight than the Receive Maximum of the client',
    requires: ['QOS2'],
    caughtBy: 'ignores-receive-maximum',
    run: (bench) => keepsWithin(bench, 3, 2),
  },
  {
    area: 'RECEIVEMAX',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-9', 'MQTT-4.9.0-2'] },
    purpose: 'A QoS 2 publication counts against the Receive Maximum until PUBCOMP, not only until PUBREC',
    requires: ['QOS2'],
    caughtBy: 'receive-maximum-until-pubrec',
    run: async (bench) => {
      const { subscriber, publish } = await slowSubscriber(bench, 1, 2);
      await publish(2);
      const [{ packetId = 0 }] = await nextPublications(subscriber, 1);
      await subscriber.send(acknowledgement('pubrec', packetId));
      await subscriber.needPacket('PUBREC', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
      refuseMore(await subscriber.barrier('PUBREL, which is not answered yet'), 1, 1);
    },
  },
  {
    area: 'RECEIVEMAX',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-9', 'MQTT-4.9.0-1'] },
    purpose: 'The Receive Maximum of the new connection counts when a session with publications in flight is resumed',
    requires: ['QOS1', 'PERSISTENT_SESSIONS'],
    caughtBy: 'ignores-receive-maximum',
    run: async (bench) => {
      const { subscriber, publish } = await slowSubscriber(bench, 3, 1, 60);
      await publish(3);
      await nextPublications(subscriber, 3);
      await subscriber.cut();
      const { peer: again, connack } = await bench.connected('subscriber', { cleanStart: false, properties: { receiveMaximum: 1, sessionExpiryIntervalS: 60 } });
      if (!connack.sessionPresent) inconclusiveCase('the server did not keep the session');
      refuseMore(await again.barrier('CONNECT with Receive Maximum 1'), 0, 1);
    },
  },
  {
    area: 'FLOW',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-10', 'MQTT-4.9.0-3'] },
    purpose: 'With its send quota used up the broker still answers PINGREQ',
    requires: ['QOS1'],
    caughtBy: 'stalls-at-full-quota',
    run: async (bench) => {
      const { subscriber } = await fullQuota(bench);
      await subscriber.send({ type: 'pingreq' });
      await answerOf(subscriber, 'PINGREQ', 'pingresp');
    },
  },
  {
    area: 'FLOW',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-10', 'MQTT-4.9.0-3'] },
    purpose: 'With its send quota used up the broker still answers SUBSCRIBE and UNSUBSCRIBE',
    requires: ['QOS1'],
    caughtBy: 'stalls-at-full-quota',
    run: async (bench) => {
      const { subscriber } = await fullQuota(bench);
      const topic = bench.topic('other');
      await subscriber.send(bench.subscribePacket(7, [{ filter: topic }]));
      await answerOf(subscriber, 'SUBSCRIBE', 'suback');
      await subscriber.send({ type: 'unsubscribe', packetId: 8, filters: [topic], properties: {} });
      await answerOf(subscriber, 'UNSUBSCRIBE', 'unsuback');
    },
  },
  {
    area: 'FLOW',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-10', 'MQTT-4.9.0-3'] },
    purpose: 'With its send quota used up the broker still takes and acknowledges publications of that client',
    requires: ['QOS1', 'QOS2'],
    caughtBy: 'stalls-at-full-quota',
    run: async (bench) => {
      const { subscriber } = await fullQuota(bench);
      await subscriber.send(bench.publishPacket(bench.topic('other'), { qos: 1, packetId: 7 }));
      await answerOf(subscriber, 'PUBLISH at QoS 1', 'puback');
      await subscriber.send(bench.publishPacket(bench.topic('other'), { qos: 2, packetId: 8 }));
      await answerOf(subscriber, 'PUBLISH at QoS 2', 'pubrec');
      await subscriber.send(acknowledgement('pubrel', 8));
      await answerOf(subscriber, 'PUBREL', 'pubcomp');
    },
  },
  {
    area: 'FLOW',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-4.9.0-3'] },
    purpose: 'An acknowledgement gives the send quota back: the publication that waited is sent',
    requires: ['QOS1'],
    caughtBy: 'quota-never-given-back',
    run: async (bench) => {
      const { subscriber, first } = await fullQuota(bench);
      await bench.acknowledge(subscriber, first);
      const second = await subscriber.expectPacket('PUBACK', 'publish', 'of the message that waited');
      await bench.acknowledge(subscriber, second);
    },
  },
  {
    area: 'FLOW',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-4.9.0-3'] },
    purpose: 'PUBREC with a reason code of 0x80 or more gives the send quota back',
    requires: ['QOS2'],
    caughtBy: 'quota-never-given-back',
    run: async (bench) => {
      const { subscriber, publish } = await slowSubscriber(bench, 1, 2);
      await publish(2);
      const [{ packetId = 0 }] = await nextPublications(subscriber, 1);
      await subscriber.send({ ...acknowledgement('pubrec', packetId), reasonCode: 0x80 });
      const second = await subscriber.expectPacket('PUBREC 0x80', 'publish', 'of the message that waited');
      await bench.acknowledge(subscriber, second);
    },
  },
  {
    area: 'FLOW',
    number: 6,
    version: 1,
    // How rigorously it counts is the broker's to decide (section 4.13.1), and a refusal by PUBREC has a code for it.
    level: 'should',
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'More QoS 2 publications in flight than the Receive Maximum of the broker are not taken: it ends the connection',
    requires: ['QOS2'],
    caughtBy: 'takes-more-than-receive-maximum',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a');
      const { receiveMaximum } = declaredLimits(connack);
      if (receiveMaximum > IN_FLIGHT_MAX) {
        peer.note(`a Receive Maximum of ${receiveMaximum} is not used up by this case, so nothing is judged`);
        return;
      }
      await openHandshakes(bench, peer, receiveMaximum, 'need');
      await peer.send(bench.publishPacket(bench.topic('t'), { qos: 2, packetId: receiveMaximum + 1 }));
      const after = `publication ${receiveMaximum + 1} with a Receive Maximum of ${receiveMaximum}`;
      const refusals = [packetOf('disconnect', 'with an error', isRefusal), packetOf('pubrec', 'with an error', isRefusal)];
      const heard = await peer.expect(after, connectionEnd, ...refusals);
      if (heard.kind === 'packet' && isOfType(heard.packet, 'disconnect')) await peer.expect(`DISCONNECT after ${after}`, connectionEnd);
    },
  },
  {
    area: 'FLOW',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-4.3.3-8'] },
    purpose: 'The broker takes as many QoS 2 publications in flight as its Receive Maximum says',
    requires: ['QOS2'],
    caughtBy: 'takes-fewer-than-receive-maximum',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a');
      const count = Math.min(declaredLimits(connack).receiveMaximum, IN_FLIGHT_MAX);
      await openHandshakes(bench, peer, count, 'expect');
    },
  },
];

function isRefusal({ reasonCode }: { readonly reasonCode: number }): boolean {
  return reasonCode >= 0x80;
}

interface SlowSubscriber {
  readonly subscriber: Peer;
  /** Publishes so many messages, to the end of their handshakes. */
  readonly publish: (count: number) => Promise<void>;
}

/** A subscriber that acknowledges nothing by itself, and somebody who publishes to it. */
async function slowSubscriber(bench: MqttBench, receiveMaximum: number, qos: Qos, sessionExpiryIntervalS = 0): Promise<SlowSubscriber> {
  const topic = bench.topic('t');
  const { peer: subscriber } = await bench.connected('subscriber', { properties: { receiveMaximum, sessionExpiryIntervalS } });
  await bench.subscribed(subscriber, { filter: topic, qos });
  const { peer: publisher } = await bench.connected('publisher');
  return {
    subscriber,
    publish: async (count) => {
      for (let index = 1; index <= count; index += 1) await bench.published(publisher, topic, { qos, packetId: index, payload: text(`message ${index}`) });
      await leave(bench, publisher);
    },
  };
}

/** One QoS 1 publication in flight with Receive Maximum 1, and another one that has to wait. */
async function fullQuota(bench: MqttBench): Promise<{ readonly subscriber: Peer; readonly first: PublishPacket }> {
  const { subscriber, publish } = await slowSubscriber(bench, 1, 1);
  await publish(2);
  const [first] = await nextPublications(subscriber, 1);
  return { subscriber, first };
}

/** The next publications, which are needed. */
async function nextPublications(peer: Peer, count: number): Promise<[PublishPacket, ...PublishPacket[]]> {
  const first = await peer.needPacket('publications', 'publish');
  const rest: PublishPacket[] = [];
  while (rest.length < count - 1) rest.push(await peer.needPacket('publications', 'publish'));
  return [first, ...rest];
}

/** Five messages to a client that takes `receiveMaximum` at once: never more of them are in flight. */
async function keepsWithin(bench: MqttBench, receiveMaximum: number, qos: 1 | 2): Promise<void> {
  const count = receiveMaximum + 3;
  const { subscriber, publish } = await slowSubscriber(bench, receiveMaximum, qos);
  await publish(count);
  const inFlight: PublishPacket[] = [];
  for (let acknowledged = 0; acknowledged < count; acknowledged += 1) {
    const came = await subscriber.barrier(`${acknowledged} acknowledgements`);
    refuseMore(came, inFlight.length, receiveMaximum);
    inFlight.push(...came.filter((packet) => isOfType(packet, 'publish')));
    const next = inFlight.shift() ?? (await nextPublications(subscriber, 1))[0];
    await finish(subscriber, next, inFlight, receiveMaximum);
  }
}

/** Acknowledges one publication to the end. Others may come meanwhile, within the quota. */
async function finish(peer: Peer, { qos, packetId = 0 }: PublishPacket, inFlight: PublishPacket[], receiveMaximum: number): Promise<void> {
  await peer.send(acknowledgement(qos === 2 ? 'pubrec' : 'puback', packetId));
  if (qos !== 2) return;
  for (;;) {
    const heard = await peer.need('PUBREC', packetOf('pubrel'), packetOf('publish'));
    if (heard.kind !== 'packet') continue;
    if (isOfType(heard.packet, 'pubrel')) break;
    refuseMore([heard.packet], inFlight.length + 1, receiveMaximum);
    if (isOfType(heard.packet, 'publish')) inFlight.push(heard.packet);
  }
  await peer.send(acknowledgement('pubcomp', packetId));
}

/** Fails when these packets put more publications in flight than the client allows. */
function refuseMore(came: readonly MqttPacket[], inFlight: number, receiveMaximum: number): void {
  const more = came.filter((packet) => isOfType(packet, 'publish') && packet.qos > 0).length;
  if (inFlight + more > receiveMaximum) failCase(`${inFlight + more} publications at QoS 1 or 2 are in flight, and the client takes ${receiveMaximum}`);
}

/** The answer to a packet. How many publications come meanwhile is judged elsewhere. */
async function answerOf(peer: Peer, after: string, type: 'pingresp' | 'suback' | 'unsuback' | 'puback' | 'pubrec' | 'pubcomp'): Promise<void> {
  for (;;) {
    const heard = await peer.expect(`${after} with the send quota used up`, packetOf(type), packetOf('publish'));
    if (heard.kind === 'packet' && isOfType(heard.packet, type)) return;
  }
}

/** QoS 2 publications that wait for PUBREL. @param mode - Whether it is judged that the SUT takes them. */
async function openHandshakes(bench: MqttBench, peer: Peer, count: number, mode: 'expect' | 'need'): Promise<void> {
  // All at once, so that a slow link is paid for once. Section 4.6 asks for the order of PUBREC of clients only.
  const waiting = new Set(Array.from({ length: count }, (_none, index) => index + 1));
  for (const packetId of waiting) await peer.send(bench.publishPacket(bench.topic('t'), { qos: 2, packetId }));
  while (waiting.size > 0) {
    const taken = packetOf('pubrec', 'for one of them', ({ packetId, reasonCode }) => waiting.has(packetId) && (mode === 'expect' || reasonCode < 0x80));
    const heard = await peer[mode](`${count} publications in flight, ${waiting.size} of them not answered yet`, taken);
    if (heard.kind === 'packet' && isOfType(heard.packet, 'pubrec')) waiting.delete(heard.packet.packetId);
  }
}
