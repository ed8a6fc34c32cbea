import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { readFixedHeader } from '../../../hil/protocols/mqtt/fixed-header.ts';
import type { ConnackPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { isReasonCodeAllowed } from '../../../hil/protocols/mqtt/reason-codes.ts';
import { rawBytes } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { failCase } from '../../framework/case-stop.ts';
import { connectionEnd, type Heard } from '../bench/heard.ts';
import { safestQos } from '../bench/declared-limits.ts';
import { connectedToKept, keptSession } from '../bench/kept-session.ts';
import { leave } from '../bench/leave.ts';
import { expectMessage, tell } from '../bench/messages.ts';
import { text, type ConnectFields, type MqttBench } from '../bench/mqtt-bench.ts';
import { told, type Peer } from '../bench/peer.ts';
import { connackCode, refusal } from '../bench/refusal.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const DISCONNECT_TYPE = 14;
/** Beside clean start. */
const RESERVED_FLAG: ConnectFields = { connectFlags: 0x03, userName: undefined, password: undefined };

/** CONNACK: when it comes, what it says of the session, and what follows a refusal. */
export const CONNACK_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'CONNACK',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.4-4'], '5.0': ['MQTT-3.1.4-5'] },
    purpose: 'A CONNECT in good order is answered with CONNACK and code 0',
    caughtBy: 'never-acknowledges-connect',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a');
      await peer.expectPacket('CONNECT', 'connack', 'with code 0', ({ reasonCode }) => reasonCode === 0);
    },
  },
  {
    area: 'CONNACK',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-1'], '5.0': ['MQTT-3.2.2-2'] },
    purpose: 'A clean start reports session present 0, also when there was a session',
    caughtBy: 'reports-discarded-session',
    run: async (bench) => {
      const { peer } = await bench.connected('a', keptSession(bench));
      await leave(bench, peer);
      await expectPresent(await bench.openAndConnect('a', { cleanStart: true }), 'a clean start after a session that was kept', false);
    },
  },
  {
    area: 'CONNACK',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-2'], '5.0': ['MQTT-3.2.2-3'] },
    purpose: 'A CONNECT that resumes a session reports session present 1',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'conceals-session',
    run: async (bench) => {
      const { peer } = await connectedToKept(bench, 'a');
      await leave(bench, peer);
      await expectPresent(await bench.openAndConnect('a', keptSession(bench)), 'a CONNECT to a session that was kept', true);
    },
  },
  {
    area: 'CONNACK',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-3'], '5.0': ['MQTT-3.2.2-3'] },
    purpose: 'A CONNECT that asks for the stored session where there is none reports session present 0',
    caughtBy: 'reports-sessions-that-are-none',
    run: async (bench) => {
      // Whatever an earlier run may have left.
      const { peer } = await bench.connected('a');
      await leave(bench, peer);
      // The end of a connection has to go through the broker before a new CONNECT does: nothing on the wire shows that.
      await bench.wire.pause(bench.context.pixit.quietMs);
      await expectPresent(await bench.openAndConnect('a', keptSession(bench)), 'a CONNECT without a stored session', false);
    },
  },
  {
    area: 'CONNACK',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-4'], '5.0': ['MQTT-3.2.2-6'] },
    purpose: 'A CONNACK that refuses reports session present 0, also when the client has a session',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'reports-session-when-it-refuses',
    run: async (bench) => {
      const { peer } = await connectedToKept(bench, 'a');
      await leave(bench, peer);
      const again = await bench.openAndConnect('a', refused(bench));
      const heard = await again.need('a CONNECT that is refused', refusal(), connectionEnd);
      if (heard.kind !== 'closed' && flagsOf(heard) !== 0) failCase(`${again.name}: a CONNACK that refuses reports a session: ${told(heard)}`);
    },
  },
  {
    area: 'CONNACK',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-5'], '5.0': ['MQTT-3.2.2-7'] },
    purpose: 'After a CONNACK that refuses the broker ends the connection',
    caughtBy: 'stays-after-refusal',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', refused(bench));
      const heard = await peer.need('a CONNECT that is refused', refusal(), connectionEnd);
      if (heard.kind !== 'closed') await peer.expect('the CONNACK that refuses', connectionEnd);
    },
  },
  {
    area: 'CONNACK',
    number: 7,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.0-1'], '5.0': ['MQTT-3.2.0-1'] },
    purpose: 'CONNACK comes before the answers to packets that were sent right behind CONNECT',
    caughtBy: 'answers-before-connack',
    run: async (bench) => {
      const peer = await bench.open('a');
      const packets = [bench.connectPacket('a'), bench.subscribePacket(1, [{ filter: bench.topic('a'), qos: 0 }]), { type: 'pingreq' } as const];
      await peer.sendBytes(rawBytes(...packets.map((packet) => encodeLoose(packet, bench.version))));
      await peer.expectPacket(
        'CONNECT with SUBSCRIBE and PINGREQ behind it',
        'connack',
        'before anything else',
        ({ reasonCode }) => reasonCode === 0,
      );
    },
  },
  {
    area: 'CONNACK',
    number: 8,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.0-1'], '5.0': ['MQTT-3.2.0-1'] },
    purpose: 'CONNACK comes before the messages that wait in the session',
    requires: ['QOS1', 'PERSISTENT_SESSIONS'],
    caughtBy: 'delivers-before-connack',
    run: async (bench) => {
      const topic = bench.topic('a');
      const { peer } = await connectedToKept(bench, 'subscriber');
      await bench.subscribed(peer, { filter: topic, qos: 1 });
      await leave(bench, peer);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'waiting');
      const again = await bench.openAndConnect('subscriber', keptSession(bench));
      await again.expectPacket('a CONNECT to a session with a message', 'connack', 'before anything else', ({ reasonCode }) => reasonCode === 0);
      await bench.acknowledge(again, await again.needPacket('CONNACK', 'publish'));
    },
  },
  {
    area: 'CONNACK',
    number: 9,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.0-2'] },
    purpose: 'There is one CONNACK on a connection',
    caughtBy: 'acknowledges-connect-twice',
    run: async (bench) => {
      const topic = bench.topic('a');
      const session = await bench.connected('a');
      const { peer } = session;
      await peer.send(bench.subscribePacket(1, [{ filter: topic, qos: safestQos(session.connack) }]));
      await peer.expectPacket('SUBSCRIBE', 'suback');
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'x');
      await expectMessage(bench, peer, 'a message', { topic, payload: 'x' });
      const rest = await peer.barrier('a message');
      if (rest.some(({ type }) => type === 'connack')) failCase(`${peer.name}: a second CONNACK came`);
    },
  },
  {
    area: 'CONNACK',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-1'] },
    purpose: 'Bits 7 to 1 of the connect acknowledge flags are 0',
    caughtBy: 'sets-reserved-connack-flags',
    // The bits are looked at before anything else is judged.
    run: async (bench) => {
      const kept = await bench.openAndConnect('a', keptSession(bench));
      await expectPlainFlags(kept, 'a CONNECT that makes a session');
      await leave(bench, kept);
      await expectPlainFlags(await bench.openAndConnect('a', keptSession(bench)), 'a CONNECT that resumes it');
    },
  },
  {
    area: 'CONNACK',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-8'] },
    purpose: 'Codes of CONNACK are those of the table of connect reason codes',
    caughtBy: 'invents-connack-codes',
    run: async (bench) => {
      await expectListedCode(await bench.openAndConnect('good'), 'CONNECT');
      await expectListedCode(await bench.openAndConnect('method', refused(bench)), 'an authentication method that nobody knows');
      await expectListedCode(await bench.openAndConnect('flag', RESERVED_FLAG), 'the reserved flag');
    },
  },
  {
    area: 'CONNACK',
    number: 12,
    version: 1,
    statements: { '5.0': ['MQTT-3.14.0-1'] },
    purpose: 'Before a CONNACK that accepts, the broker sends no DISCONNECT',
    caughtBy: 'refuses-connect-by-disconnect',
    run: async (bench) => {
      const notConnect = await bench.open('ping');
      await notConnect.send({ type: 'pingreq' });
      await expectNoDisconnect(notConnect, 'a PINGREQ in place of CONNECT');
      const flag = await bench.openAndConnect('flag', RESERVED_FLAG);
      await expectNoDisconnect(flag, 'a CONNECT with the reserved flag');
      await expectNoDisconnect(await bench.openAndConnect('method', refused(bench)), 'an authentication method that nobody knows');
    },
  },
  {
    area: 'CONNACK',
    number: 13,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-4', 'MQTT-3.2.2-5'] },
    purpose: 'The CONNACK that refuses an unknown protocol level reports session present 0, and the connection ends',
    requires: ['PERSISTENT_SESSIONS'],
    caughtBy: 'reports-session-when-it-refuses',
    run: async (bench) => {
      const { peer } = await connectedToKept(bench, 'a');
      await leave(bench, peer);
      const again = await bench.openAndConnect('a', { protocolLevel: 6, cleanStart: false });
      const heard = await again.need('protocol level 6', refusal(), connectionEnd);
      if (heard.kind !== 'closed' && flagsOf(heard) !== 0) failCase(`${again.name}: a CONNACK that refuses reports a session: ${told(heard)}`);
      if (heard.kind !== 'closed') await again.expect('the CONNACK that refuses', connectionEnd);
    },
  },
];

/**
 * What every server refuses although it is well formed. 3.1.1: an empty client id without clean session (MQTT-3.1.3-8);
 * 5.0: an authentication method that nobody knows (MQTT-4.12.0-1).
 */
function refused(bench: MqttBench): ConnectFields {
  if (bench.version === 4) return { clientId: '', cleanStart: false };
  return {
    cleanStart: false,
    properties: { sessionExpiryIntervalS: 60, authenticationMethod: `fieldproof-${bench.clientId('method')}`, authenticationData: text('x') },
  };
}

async function expectPresent(peer: Peer, after: string, isPresent: boolean): Promise<ConnackPacket> {
  return peer.expectPacket(
    after,
    'connack',
    `with code 0 and session present ${isPresent ? 1 : 0}`,
    (connack) => connack.reasonCode === 0 && connack.sessionPresent === isPresent,
  );
}

/** The connect acknowledge flags of a CONNACK, whatever the rest of it; undefined for anything else. */
function flagsOf(heard: Heard): number | undefined {
  if (connackCode(heard) === undefined || (heard.kind !== 'packet' && heard.kind !== 'malformed')) return undefined;
  const header = readFixedHeader(heard.bytes, 0, heard.bytes.length);
  return header.kind === 'header' ? heard.bytes[header.bodyStart] : undefined;
}

async function expectPlainFlags(peer: Peer, after: string): Promise<void> {
  await peer.expect(after, { says: 'CONNACK whose reserved flags are 0', accepts: (heard) => ((flagsOf(heard) ?? 0xff) & 0xfe) === 0 });
}

/** Nothing but the code is judged: not whether a CONNACK comes. */
async function expectListedCode(peer: Peer, after: string): Promise<void> {
  await peer.expect(after, { says: 'a CONNACK with a code of the table, if any', accepts: isListed });
}

function isListed(heard: Heard): boolean {
  const code = connackCode(heard);
  return code === undefined || isReasonCodeAllowed(code, 'connack', 'server');
}

/** Nothing but that is judged: not whether the broker refuses. */
async function expectNoDisconnect(peer: Peer, after: string): Promise<void> {
  await peer.expect(after, { says: 'anything but DISCONNECT', accepts: (heard) => !isDisconnect(heard) });
}

function isDisconnect(heard: Heard): boolean {
  return (heard.kind === 'packet' || heard.kind === 'malformed') && (heard.bytes[0] ?? 0) >> 4 === DISCONNECT_TYPE;
}
