import { connectionEnd, type Reaction } from '../bench/heard.ts';
import { safestQos } from '../bench/declared-limits.ts';
import { connectedToKept, keptSession } from '../bench/kept-session.ts';
import { leave } from '../bench/leave.ts';
import { expectMessage, tell } from '../bench/messages.ts';
import { expectRefused, expectRefusedAloud, refusal } from '../bench/refusal.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const IDENTIFIER_REJECTED = 0x02;

/** All characters that every server takes, and the shortest and longest ids of them (MQTT-3.1.3-5). */
const EVERY_CHARACTER = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LONGEST = 23;

const accepted: Reaction = {
  says: 'CONNACK with code 0',
  accepts: (heard) => heard.kind === 'packet' && heard.packet.type === 'connack' && heard.packet.reasonCode === 0,
};

/** What client ids a broker takes, which it gives, and that they name sessions. */
export const CLIENT_ID_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'CLIENTID',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-5'], '5.0': ['MQTT-3.1.3-5'] },
    purpose: 'Client ids of 1 and of 23 letters and digits are accepted, whichever letters and digits they are',
    caughtBy: 'refuses-long-client-ids',
    run: async (bench) => {
      for (const [index, clientId] of plainClientIds(bench).entries()) {
        const peer = await bench.openAndConnect(`a${index}`, { clientId });
        await peer.expect(`a CONNECT with the client id ${clientId}`, accepted);
        await leave(bench, peer);
      }
    },
  },
  {
    area: 'CLIENTID',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-6'], '5.0': ['MQTT-3.1.3-6'] },
    purpose: 'Clients without a client id are each given one of their own: the second does not displace the first',
    requires: ['EMPTY_CLIENT_ID'],
    caughtBy: 'gives-everybody-one-client-id',
    run: async (bench) => {
      const topic = bench.topic('a');
      const first = await bench.connected('first', { clientId: '' });
      await bench.subscribed(first.peer, { filter: topic, qos: safestQos(first.connack) });
      await bench.connected('second', { clientId: '' });
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'still there');
      await expectMessage(bench, first.peer, 'another client without a client id, and a message', { topic, payload: 'still there' });
    },
  },
  {
    area: 'CLIENTID',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.3-7', 'MQTT-3.2.2-16'] },
    purpose: 'CONNACK tells a client without a client id which one it was given, and no two are given the same',
    requires: ['EMPTY_CLIENT_ID'],
    caughtBy: 'assigns-one-client-id',
    run: async (bench) => {
      const given = new Set<string>();
      for (const label of ['first', 'second', 'third']) {
        const peer = await bench.openAndConnect(label, { clientId: '' });
        const { properties } = await peer.expectPacket('a CONNECT without a client id', 'connack', 'with an assigned client id that nobody else has', (connack) => {
          const { assignedClientIdentifier = '' } = connack.properties;
          return connack.reasonCode === 0 && assignedClientIdentifier !== '' && !given.has(assignedClientIdentifier);
        });
        given.add(properties.assignedClientIdentifier ?? '');
      }
    },
  },
  {
    area: 'CLIENTID',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.3-7'] },
    purpose: 'The client id that was assigned is as good as one of the client: with it the session is resumed',
    requires: ['EMPTY_CLIENT_ID', 'PERSISTENT_SESSIONS'],
    caughtBy: 'assigns-client-ids-of-nobody',
    run: async (bench) => {
      const { peer, connack } = await connectedToKept(bench, 'a', { clientId: '' });
      const clientId = connack.properties.assignedClientIdentifier ?? '';
      await leave(bench, peer);
      const again = await bench.openAndConnect('a', { ...keptSession(bench), clientId });
      await again.expectPacket(
        'a CONNECT with the assigned client id',
        'connack',
        'with session present 1',
        ({ sessionPresent }) => sessionPresent,
      );
    },
  },
  {
    area: 'CLIENTID',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-8', 'MQTT-3.1.3-9'] },
    purpose: 'An empty client id without clean session is answered with CONNACK code 2, and the connection ends',
    caughtBy: 'takes-empty-client-id-without-clean-session',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { clientId: '', cleanStart: false });
      await expectRefusedAloud(peer, 'an empty client id without clean session', [IDENTIFIER_REJECTED]);
    },
  },
  {
    area: 'CLIENTID',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-9'], '5.0': ['MQTT-3.1.3-8'] },
    purpose: 'A client id that the broker may find too long or too strange is accepted, or refused as the standard says',
    caughtBy: 'stays-after-refusing-client-id',
    run: async (bench) => {
      const start = bench.clientId('long');
      for (const [index, clientId] of [`${start}${'x'.repeat(500)}`, `${start}-_.:/ %+#`].entries()) {
        const peer = await bench.openAndConnect(`a${index}`, { clientId });
        // 3.1.1 wants the refusal said; 5.0 lets the server close without a word.
        const refusals = bench.version === 4 ? [refusal([IDENTIFIER_REJECTED])] : [refusal(), connectionEnd];
        const heard = await peer.expect('an unusual client id', accepted, ...refusals);
        if (heard.kind !== 'closed' && !accepted.accepts(heard)) await peer.expect('the CONNACK that refuses the client id', connectionEnd);
      }
    },
  },
  {
    area: 'CLIENTID',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-9'], '5.0': ['MQTT-3.1.3-8'] },
    purpose: 'A broker that gives no client ids refuses an empty one (3.1.1: with code 2), and the connection ends',
    requires: ['!EMPTY_CLIENT_ID'],
    caughtBy: 'stays-after-refusing-client-id',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { clientId: '' });
      if (bench.version === 4) await expectRefusedAloud(peer, 'an empty client id', [IDENTIFIER_REJECTED]);
      else await expectRefused(peer, 'an empty client id');
    },
  },
  {
    area: 'CLIENTID',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-2'], '5.0': ['MQTT-3.1.3-2'] },
    purpose: 'The client id alone names the session: another one, be it different only in the case of a letter, has its own',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'ignores-case-of-client-ids',
    run: async (bench) => {
      const topic = bench.topic('a');
      const clientId = `${bench.clientId('a')}A`;
      const otherId = clientId.toLowerCase();
      const first = await connectedToKept(bench, 'a', { clientId });
      await bench.subscribed(first.peer, { filter: topic, qos: safestQos(first.connack) });
      await leave(bench, first.peer);
      const other = await bench.openAndConnect('other', { ...keptSession(bench), clientId: otherId });
      await other.expectPacket(
        'a CONNECT with another client id',
        'connack',
        'with session present 0',
        (connack) => connack.reasonCode === 0 && !connack.sessionPresent,
      );
      const again = await bench.openAndConnect('a', { ...keptSession(bench), clientId });
      await again.expectPacket(
        'a CONNECT with the first client id',
        'connack',
        'with session present 1',
        (connack) => connack.reasonCode === 0 && connack.sessionPresent,
      );
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'for the first');
      await expectMessage(bench, again, 'a message that its session subscribed', { topic, payload: 'for the first' });
    },
  },
];

/**
 * Ids that hold all characters together. Those of one character are nobody's alone, so each version has another:
 * displacing a client is no harm once its CONNACK has come.
 */
function plainClientIds({ version }: Pick<MqttBench, 'version'>): string[] {
  const characters = version === 4 ? EVERY_CHARACTER : Array.from(EVERY_CHARACTER).toReversed().join('');
  const long = [0, LONGEST, EVERY_CHARACTER.length - LONGEST].map((start) => characters.slice(start, start + LONGEST));
  return [version === 4 ? 'f' : 'F', ...long];
}
