import { failCase } from '../../framework/case-stop.ts';
import { connectionEnd, nothing, type Heard, type Reaction } from '../bench/heard.ts';
import { Inbox, inboxOf, refuseDeliveries } from '../bench/inbox.ts';
import { resumed } from '../bench/interrupted.ts';
import { connectedToKept, keptSession } from '../bench/kept-session.ts';
import { leave, untilEnd } from '../bench/leave.ts';
import { text, type MqttBench } from '../bench/mqtt-bench.ts';
import { connackCode, expectRefused } from '../bench/refusal.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const RETAINED = ['RETAIN', 'QOS1'];
/** Near to the right one, which is `MQTT`. */
const PROTOCOL_NAMES = ['mqtt', 'MQTTX', 'MQT'];
const RETAINED_QOS: PurposeStatements = { '3.1.1': ['MQTT-3.3.1-5'], '5.0': ['MQTT-3.8.4-8'] };
const FIRST_TIME: PurposeStatements = { '3.1.1': ['MQTT-3.3.1-3'], '5.0': ['MQTT-3.3.1-3'] };

/** What a broker may get right in the plain case and wrong beside it. */
export const CORNER_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'CORNER',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-9'] },
    purpose: 'A subscription with # is sent the retained messages of every level that it matches, its parent included',
    requires: [...RETAINED, 'WILDCARDS'],
    caughtBy: 'sends-no-retained-to-hash',
    run: async (bench) => {
      const inbox = await inboxOf(bench, 'a');
      const root = bench.topic('tree');
      for (const level of ['', '/one', '/one/two']) await inbox.published(`${root}${level}`, { retain: true, payload: text(`at ${level}`) });
      await inbox.subscribed({ filter: `${root}/#`, qos: 1 });
      for (const level of ['', '/one', '/one/two']) await inbox.expectDelivery(`SUBSCRIBE to ${root}/#`, `at ${level}`);
    },
  },
  {
    area: 'CORNER',
    number: 2,
    version: 1,
    statements: RETAINED_QOS,
    purpose: 'A retained message of QoS 2 goes to a later subscription of QoS 2 at QoS 2',
    requires: ['RETAIN', 'QOS2'],
    caughtBy: 'keeps-retained-at-qos-1',
    run: async (bench) => {
      const inbox = await inboxOf(bench, 'a');
      const topic = bench.topic('retained');
      await inbox.published(topic, { qos: 2, retain: true, payload: text('kept') });
      const { reasonCodes } = await inbox.subscribed({ filter: topic, qos: 2 });
      const { qos } = await inbox.expectDelivery('SUBSCRIBE', 'kept');
      if (qos !== reasonCodes[0]) failCase(`the retained message of QoS 2 came at QoS ${qos}, although QoS ${reasonCodes[0] ?? 0} is granted`);
    },
  },
  {
    area: 'CORNER',
    number: 3,
    version: 1,
    statements: FIRST_TIME,
    purpose: 'A retained message that is sent to a new subscription has DUP 0',
    requires: RETAINED,
    caughtBy: 'sends-retained-with-dup',
    run: async (bench) => {
      const inbox = await inboxOf(bench, 'a');
      const topic = bench.topic('retained');
      await inbox.published(topic, { retain: true, payload: text('kept') });
      await inbox.subscribed({ filter: topic, qos: 1 });
      const { dup } = await inbox.needDelivery('SUBSCRIBE', 'kept');
      if (dup) failCase('the retained message is sent for the first time with DUP 1');
    },
  },
  {
    area: 'CORNER',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-9'], '5.0': ['MQTT-3.3.1-12'] },
    purpose: 'A message published with RETAIN 1 goes to an established subscription with wildcards with RETAIN 0',
    requires: [...RETAINED, 'WILDCARDS'],
    caughtBy: 'sets-retain-for-wildcards',
    run: async (bench) => {
      const root = bench.topic('live');
      const publisher = await inboxOf(bench, 'publisher');
      for (const [label, wildcard] of [['plus', '+'], ['hash', '#']] as const) {
        const subscriber = await inboxOf(bench, label);
        await subscriber.subscribed({ filter: `${root}/${label}/${wildcard}`, qos: 1 });
        await publisher.published(`${root}/${label}/a`, { retain: true, payload: text(label) });
        const { retain } = await subscriber.needDelivery('PUBLISH', label);
        if (retain) failCase(`the message came to an established subscription with ${wildcard} with RETAIN 1`);
      }
    },
  },
  {
    area: 'CORNER',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'], '5.0': ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'] },
    purpose: 'UNSUBSCRIBE deletes filters with wildcards too',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'keeps-subscriptions-with-wildcards',
    run: async (bench) => {
      const root = bench.topic('left');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: `${root}/+/a`, qos: 1 }, { filter: `${root}/#`, qos: 1 });
      await subscriber.unsubscribed(`${root}/+/a`, `${root}/#`);
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(`${root}/b/a`, { payload: text('forbidden') });
      // A server may acknowledge a message before it looks who subscribed to it.
      await bench.wire.pause(bench.context.pixit.quietMs);
      refuseDeliveries(await subscriber.settled('UNSUBSCRIBE and a message'), ['forbidden'], 'it was published after UNSUBACK');
    },
  },
  {
    area: 'CORNER',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.7.3-4'], '5.0': ['MQTT-4.7.3-4'] },
    purpose: 'A separator at the beginning makes another topic, whose first level is empty and matched by +',
    requires: ['QOS1', 'WILDCARDS'],
    caughtBy: 'drops-leading-separator',
    run: async (bench) => {
      const topic = bench.topic('a');
      const plain = await inboxOf(bench, 'plain');
      await plain.subscribed({ filter: topic, qos: 1 });
      const led = await inboxOf(bench, 'led');
      await led.subscribed({ filter: `+/${topic}`, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(`/${topic}`, { payload: text('led') });
      await publisher.published(topic, { payload: text('plain') });
      await led.expectDelivery(`PUBLISH to /${topic}`, 'led');
      await plain.needDelivery(`PUBLISH to ${topic}`, 'plain');
      refuseDeliveries([...plain.unread(), ...(await plain.settled('both messages'))], ['led'], `its topic name is /${topic}`);
      refuseDeliveries(await led.settled('both messages'), ['plain'], `+/${topic} does not match ${topic}`);
    },
  },
  {
    area: 'CORNER',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-17'] },
    purpose: 'A User Property that comes twice with the same value is forwarded twice',
    requires: ['QOS1'],
    caughtBy: 'forwards-each-user-property-once',
    run: async (bench) => {
      const topic = bench.topic('t');
      const subscriber = await inboxOf(bench, 'subscriber');
      await subscriber.subscribed({ filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { properties: { userProperties: [['unit', 'bar'], ['unit', 'bar']] } });
      const { properties } = await subscriber.needDelivery('PUBLISH', 'x');
      const count = (properties.userProperties ?? []).filter(([name, value]) => name === 'unit' && value === 'bar').length;
      if (count !== 2) failCase(`a user property that was sent twice came ${count} times`);
    },
  },
  {
    area: 'CORNER',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-1'], '5.0': ['MQTT-3.1.2-1'] },
    purpose: 'Protocol names that only look like MQTT are not accepted as such',
    caughtBy: 'takes-similar-protocol-names',
    run: similarProtocolNames,
  },
  {
    area: 'CORNER',
    number: 9,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.3-4'], '5.0': ['MQTT-3.8.3-5'] },
    purpose: 'A SUBSCRIBE whose second filter has a reserved bit of the options set makes the broker end the connection',
    caughtBy: 'checks-first-options-only',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('a'), qos: 0 }, { filter: bench.topic('b'), optionsByte: 0x40 }]));
      await peer.expectEnd('a SUBSCRIBE whose second filter has the options byte 0x40');
    },
  },
  {
    area: 'CORNER',
    number: 10,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-4'] },
    purpose: 'A client may publish under the packet identifier that the broker has given to a message for it',
    requires: ['QOS1'],
    caughtBy: 'shares-packet-ids-of-both-sides',
    run: async (bench) => {
      const { peer } = await bench.connected('both');
      const topic = bench.topic('in');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { payload: text('pending') });
      const { packetId = 0 } = await peer.needPacket('PUBLISH', 'publish', 'at QoS 1', ({ qos }) => qos === 1);
      await peer.send(bench.publishPacket(bench.topic('out'), { qos: 1, packetId }));
      await peer.expectPacket(`PUBLISH with packet id ${packetId}, which waits for PUBACK in the other direction`, 'puback', `for packet id ${packetId}`, (puback) => puback.packetId === packetId);
    },
  },
  {
    area: 'CORNER',
    number: 11,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-8'], '5.0': ['MQTT-3.1.2-8'] },
    purpose: 'The will of a client whose session is kept is published when its connection breaks',
    requires: ['QOS1', 'PERSISTENT_SESSIONS'],
    caughtBy: 'forgets-wills-of-kept-sessions',
    run: async (bench) => {
      // With a capital, which somebody might fold.
      const topic = bench.topic('Will');
      const listener = await inboxOf(bench, 'listener');
      await listener.subscribed({ filter: topic, qos: 1 });
      const will = { topic, payload: text('will'), qos: 1, retain: false, properties: {} };
      const { peer } = await bench.connected('a', { ...keptSession(bench), will });
      await peer.cut();
      await listener.expectDelivery('the end of a connection with a will and a session that is kept', 'will');
    },
  },
  queued(12, 1),
  queued(13, 2),
  {
    area: 'CORNER',
    number: 14,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-2'], '5.0': ['MQTT-3.1.3-2'] },
    purpose: 'Client ids of 23 characters that differ in the last one only are those of two clients',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'reads-22-characters-of-client-ids',
    run: async (bench) => {
      const start = `${bench.clientId('long')}xxxxxx`;
      const first = await connectedToKept(bench, 'first', { clientId: `${start}1` });
      const second = await bench.openAndConnect('second', { ...keptSession(bench), clientId: `${start}2` });
      const says = 'with session present 0';
      await second.expectPacket('a CONNECT with another client id', 'connack', says, ({ reasonCode, sessionPresent }) => reasonCode === 0 && !sessionPresent);
      await first.peer.barrier('a CONNECT of another client');
    },
  },
];

/** A message that waited for an absent client is sent for the first time, at the QoS that it has. */
function queued(number: number, due: 1 | 2): BrokerPurpose {
  return {
    area: 'CORNER',
    number,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.3.1-3', 'MQTT-3.8.4-6'], '5.0': ['MQTT-3.3.1-3', 'MQTT-3.8.4-8'] },
    purpose: `A QoS ${due} message that waited for an absent client comes at QoS ${due} and with DUP 0`,
    requires: [`QOS${due}`, 'PERSISTENT_SESSIONS'],
    caughtBy: due === 1 ? 'sends-queued-with-dup' : 'sends-queued-at-qos-0',
    run: async (bench) => {
      const topic = bench.topic('queued');
      const { peer } = await connectedToKept(bench, 'subscriber');
      await bench.subscribed(peer, { filter: topic, qos: due });
      await leave(bench, peer);
      const publisher = await inboxOf(bench, 'publisher');
      await publisher.published(topic, { qos: due, payload: text('waited') });
      const again = new Inbox(bench, await resumed(bench, 'subscriber'));
      const { qos, dup } = await again.needDelivery('the return to the session', 'waited');
      if (qos !== due) failCase(`the message of QoS ${due} that waited came at QoS ${qos}`);
      if (dup) failCase('the message that waited is sent for the first time with DUP 1');
    },
  };
}

/** Anything but an acceptance. */
const notAccepted: Reaction = {
  says: 'anything but CONNACK with code 0',
  accepts: (heard: Heard) => (heard.kind === 'packet' || heard.kind === 'malformed') && connackCode(heard) !== 0,
};

/** 3.1.1 lets a server go on by any other specification, so only that it accepts by this one is wrong there. */
async function similarProtocolNames(bench: MqttBench): Promise<void> {
  for (const protocolName of PROTOCOL_NAMES) {
    const peer = await bench.openAndConnect(protocolName, { protocolName });
    const after = `a CONNECT with the protocol name ${protocolName}`;
    if (bench.version === 5) {
      await expectRefused(peer, after);
      continue;
    }
    const heard = await peer.expect(after, connectionEnd, notAccepted, nothing);
    if (heard.kind === 'packet' || heard.kind === 'malformed') await untilEnd(bench, peer);
  }
}
