import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { connectionEnd, isOfType, packetOf } from '../bench/heard.ts';
import { leave } from '../bench/leave.ts';
import { acknowledgement, text, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const REQUIRES = ['SHARED_SUBSCRIPTIONS'];

/** Shared subscriptions. @see MQTT 5.0, section 4.8.2 */
export const SHARED_SUBSCRIPTION_PURPOSES: readonly BrokerPurpose[] = [
  refusedFilter(1, 'MQTT-4.8.2-1', 'without a share name ($share//topic)', (topic) => `$share//${topic}`),
  refusedFilter(2, 'MQTT-4.8.2-2', 'with + in the share name', (topic) => `$share/a+b/${topic}`),
  refusedFilter(3, 'MQTT-4.8.2-2', 'with # in the share name', (topic) => `$share/a#/${topic}`),
  refusedFilter(4, 'MQTT-4.8.2-2', 'without a topic filter ($share/name)', () => '$share/fieldproof'),
  refusedFilter(5, 'MQTT-4.8.2-2', 'with an empty topic filter ($share/name/)', () => '$share/fieldproof/'),
  {
    area: 'SHARED',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-4.8.2-3'] },
    purpose: 'A message to a shared subscription comes at no higher QoS than was granted to the client that gets it',
    requires: [...REQUIRES, 'QOS1'],
    caughtBy: 'shares-at-published-qos',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await bench.subscribed(peer, { filter: shared(bench), qos: 0 });
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, bench.topic('t'), { qos: 1 });
      const publish = await peer.expectPacket('a publication at QoS 1 to a shared subscription granted at QoS 0', 'publish', 'at QoS 0', ({ qos }) => qos === 0);
      await bench.acknowledge(peer, publish);
    },
  },
  {
    area: 'SHARED',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-4.8.2-3'] },
    purpose: 'Each member of a shared subscription gets its messages at the QoS that it was granted',
    requires: [...REQUIRES, 'QOS1'],
    caughtBy: 'shares-at-published-qos',
    run: async (bench) => {
      const { peer: zero } = await bench.connected('zero');
      const { peer: one } = await bench.connected('one', { properties: { receiveMaximum: 100 } });
      await bench.subscribed(zero, { filter: shared(bench), qos: 0 });
      await bench.subscribed(one, { filter: shared(bench), qos: 1 });
      const { peer: publisher } = await bench.connected('publisher');
      for (let packetId = 1; packetId <= 6; packetId += 1) await bench.published(publisher, bench.topic('t'), { qos: 1, packetId });
      for (const [peer, granted] of [[zero, 0], [one, 1]] as const) {
        const wrong = (await peer.barrier('publications at QoS 1 to a shared subscription')).find((packet) => isOfType(packet, 'publish') && packet.qos !== granted);
        if (wrong !== undefined) failCase(`${peer.name}, granted QoS ${granted}, got a message at another QoS`);
      }
    },
  },
  {
    area: 'SHARED',
    number: 12,
    version: 1,
    statements: { '5.0': ['MQTT-4.8.2-4'] },
    purpose: 'A QoS 2 message that was begun with one member is completed with it when it reconnects, and goes to no other',
    requires: [...REQUIRES, 'QOS2', 'PERSISTENT_SESSIONS'],
    caughtBy: 'forgets-shared-delivery-at-loss',
    run: async (bench) => {
      const { chosen, other, publish } = await begun(bench, 2, 60);
      await chosen.cut();
      await other.expectNothing('the loss of the member that the delivery was begun with');
      const again = await bench.openAndConnect(chosen.name, { cleanStart: false, properties: { sessionExpiryIntervalS: 60 } });
      await again.needPacket('CONNECT', 'connack', 'with session present 1', ({ sessionPresent }) => sessionPresent);
      const same = await again.expectPacket('the session resumed', 'publish', `again with packet id ${publish.packetId ?? 0}`, ({ packetId }) => packetId === publish.packetId);
      await bench.acknowledge(again, same);
    },
  },
  {
    area: 'SHARED',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-4.8.2-5'] },
    purpose: 'A QoS 2 message that was begun with a member whose session ends goes to no other member',
    requires: [...REQUIRES, 'QOS2'],
    caughtBy: 'gives-begun-delivery-to-another',
    run: async (bench) => {
      const { chosen, other } = await begun(bench, 2, 0);
      await leave(bench, chosen);
      await other.expectNothing('the end of the session that the delivery was begun with');
    },
  },
  ...([1, 2] as const).map(
    (qos): BrokerPurpose => ({
      area: 'SHARED',
      number: 13 + qos,
      version: 1,
      statements: { '5.0': ['MQTT-4.8.2-6'] },
      purpose: `A message that one member refuses with ${qos === 1 ? 'PUBACK' : 'PUBREC'} 0x80 goes to no other member`,
      requires: [...REQUIRES, `QOS${qos}`],
      caughtBy: 'gives-refused-message-to-another',
      run: async (bench) => {
        const { chosen, other, publish } = await begun(bench, qos, 0);
        await chosen.send({ ...acknowledgement(qos === 1 ? 'puback' : 'pubrec', publish.packetId ?? 0), reasonCode: 0x80 });
        await chosen.barrier('the refusal');
        await other.expectNothing('the refusal of the message by another member');
      },
    }),
  ),
];

function shared(bench: MqttBench): string {
  return `$share/fieldproof/${bench.topic('t')}`;
}

/** No statement says what a server does about a shared filter that a client must not send; granting it is not what it is for. */
function refusedFilter(number: number, statement: string, what: string, filter: (topic: string) => string): BrokerPurpose {
  return {
    area: 'SHARED',
    number,
    version: 1,
    level: 'should',
    statements: { '5.0': [statement] },
    purpose: `A shared filter ${what} is not granted`,
    requires: REQUIRES,
    caughtBy: 'grants-malformed-shared-filter',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: filter(bench.topic('t')) }]));
      const refused = packetOf('suback', 'that refuses', ({ reasonCodes }) => (reasonCodes[0] ?? 0) >= 0x80);
      const lastWord = packetOf('disconnect', 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
      await peer.expect(`SUBSCRIBE to a shared filter ${what}`, refused, lastWord, connectionEnd);
    },
  };
}

interface Begun {
  /** The member that got the message, and has not acknowledged it. */
  readonly chosen: Peer;
  readonly other: Peer;
  readonly publish: PublishPacket;
}

/** How often the two members are asked who got the message. */
const LOOKS_MAX = 40;

/** Two members of a shared subscription, and one message, which one of them got. */
async function begun(bench: MqttBench, qos: 1 | 2, sessionExpiryIntervalS: number): Promise<Begun> {
  const members: Peer[] = [];
  for (const label of ['first', 'second']) {
    const { peer } = await bench.connected(label, { properties: { sessionExpiryIntervalS } });
    await bench.subscribed(peer, { filter: shared(bench), qos });
    members.push(peer);
  }
  const [first, second] = members;
  if (first === undefined || second === undefined) return inconclusiveCase('two members are needed');
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, bench.topic('t'), { qos, payload: text('shared') });
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    for (const [chosen, other] of [[first, second], [second, first]] as const) {
      const heard = await chosen.next(bench.context.pixit.quietMs / 4);
      if (heard.kind === 'packet' && isOfType(heard.packet, 'publish') && heard.packet.qos === qos) return { chosen, other, publish: heard.packet };
    }
  }
  return inconclusiveCase(`no member got the message at QoS ${qos}`);
}
