import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { rawBytes, rawField, rawPacket } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { connectionEnd, nothing, type Heard, type Reaction } from '../bench/heard.ts';
import { expectMessage, listener, tell } from '../bench/messages.ts';
import { text, type ConnectFields, type MqttBench } from '../bench/mqtt-bench.ts';
import { untilEnd } from '../bench/leave.ts';
import { connackCode, expectRefused, refusal } from '../bench/refusal.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const UNACCEPTABLE_PROTOCOL_LEVEL = 0x01;
const IDENTIFIER_REJECTED = 0x02;
const BAD_USER_NAME_OR_PASSWORD = 0x04;
const NOT_AUTHORIZED = 0x05;
const UNSUPPORTED_PROTOCOL_VERSION = 0x84;

const USER_NAME_FLAG = 0x80;
const PASSWORD_FLAG = 0x40;
const WILL_RETAIN_FLAG = 0x20;
const WILL_QOS_1 = 0x08;
const WILL_FLAG = 0x04;
const CLEAN = 0x02;
const RESERVED_FLAG = 0x01;

const NO_CLIENT_ID = 'no client id at all';
const WILL = { topic: 'fieldproof/will', payload: text('will'), qos: 0, retain: false, properties: NO_PROPERTIES } as const;

/** CONNECT itself: name, level, flags, and that flags and payload agree. */
export const CONNECT_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'CONNECT',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-1'] },
    purpose: 'A CONNECT with an unknown protocol name is not accepted as MQTT 3.1.1',
    caughtBy: 'takes-any-protocol-name',
    // The server may go on by any other specification, so only that it accepts by this one is wrong.
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { protocolName: 'MQXX' });
      const heard = await peer.expect('a CONNECT with the protocol name MQXX', connectionEnd, notAccepted, nothing);
      if (heard.kind === 'packet' || heard.kind === 'malformed') await untilEnd(bench, peer);
    },
  },
  {
    area: 'CONNECT',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-1'] },
    purpose: 'A CONNECT with an unknown protocol name is refused, and the connection ends',
    caughtBy: 'takes-any-protocol-name',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { protocolName: 'MQXX' });
      await expectRefused(peer, 'a CONNECT with the protocol name MQXX');
    },
  },
  {
    area: 'CONNECT',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-2'] },
    purpose: 'A protocol level that no version has is answered with CONNACK code 1, and the connection ends',
    caughtBy: 'ends-unknown-levels-silently',
    run: async (bench) => {
      // A server that speaks 5.0 as well may take the level for that of a later version, and answer as 5.0 section 3.1.2.2 says.
      const codes = bench.context.pics.get('MQTT_5_0') === true ? [UNACCEPTABLE_PROTOCOL_LEVEL, UNSUPPORTED_PROTOCOL_VERSION] : [UNACCEPTABLE_PROTOCOL_LEVEL];
      const peer = await bench.openAndConnect('a', { protocolLevel: 6 });
      await peer.expect('a CONNECT with protocol level 6', refusal(codes));
      await peer.expect('the CONNACK that refuses protocol level 6', connectionEnd);
    },
  },
  {
    area: 'CONNECT',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.2-2'] },
    purpose: 'A protocol level that no version has is refused, and the connection ends',
    caughtBy: 'takes-any-protocol-level',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { protocolLevel: 6 });
      await expectRefused(peer, 'a CONNECT with protocol level 6');
    },
  },
  {
    area: 'CONNECT',
    number: 5,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-3'], '5.0': ['MQTT-3.1.2-3'] },
    purpose: 'A CONNECT whose reserved flag is 1 makes the broker end the connection',
    caughtBy: 'takes-reserved-connect-flag',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', withFlags(RESERVED_FLAG | CLEAN));
      await expectRefused(peer, 'a CONNECT with the reserved flag');
    },
  },
  malformed(
    6,
    'will QoS 3',
    ['MQTT-3.1.2-14'],
    ['MQTT-3.1.2-12'],
    'takes-will-qos-3',
    (bench) => bench.connectPacket('a', { will: { ...WILL, qos: 3 } }),
  ),
  malformed(
    7,
    'a will QoS and no will',
    ['MQTT-3.1.2-13', 'MQTT-3.1.2-11'],
    ['MQTT-3.1.2-11'],
    'takes-will-flags-without-will',
    (bench) => bench.connectPacket('a', withFlags(WILL_QOS_1 | CLEAN)),
  ),
  malformed(
    8,
    'will retain and no will',
    ['MQTT-3.1.2-15', 'MQTT-3.1.2-11'],
    ['MQTT-3.1.2-13'],
    'takes-will-flags-without-will',
    (bench) => bench.connectPacket('a', withFlags(WILL_RETAIN_FLAG | CLEAN)),
  ),
  malformed(
    9,
    'a will flag and no will fields',
    ['MQTT-3.1.2-9'],
    ['MQTT-3.1.2-9'],
    'takes-connects-without-flagged-fields',
    (bench) => bench.connectPacket('a', withFlags(WILL_FLAG | CLEAN)),
  ),
  malformed(
    10,
    'a will and no will flag',
    ['MQTT-3.1.2-11'],
    [],
    'takes-connects-with-unflagged-fields',
    (bench) => bench.connectPacket('a', { will: WILL, ...withFlags(CLEAN) }),
  ),
  malformed(
    11,
    'a user name flag and no user name',
    ['MQTT-3.1.2-19'],
    ['MQTT-3.1.2-17'],
    'takes-connects-without-flagged-fields',
    (bench) => bench.connectPacket('a', { ...withFlags(USER_NAME_FLAG | CLEAN), ...NOBODY }),
  ),
  malformed(
    12,
    'a user name and no user name flag',
    ['MQTT-3.1.2-18'],
    ['MQTT-3.1.2-16'],
    'takes-connects-with-unflagged-fields',
    (bench) => bench.connectPacket('a', { ...withFlags(CLEAN), userName: 'user', password: undefined }),
  ),
  malformed(13, 'a password flag and no password', ['MQTT-3.1.2-21'], ['MQTT-3.1.2-19'], 'takes-connects-without-flagged-fields', (bench) =>
    bench.connectPacket('a', { ...withFlags(USER_NAME_FLAG | PASSWORD_FLAG | CLEAN), userName: 'user', password: undefined }),
  ),
  malformed(14, 'a password and no password flag', ['MQTT-3.1.2-20'], ['MQTT-3.1.2-18'], 'takes-connects-with-unflagged-fields', (bench) =>
    bench.connectPacket('a', { ...withFlags(USER_NAME_FLAG | CLEAN), userName: 'user', password: text('password') }),
  ),
  malformed(
    15,
    'a password and no user name',
    ['MQTT-3.1.2-22'],
    undefined,
    'takes-password-without-user-name',
    (bench) => bench.connectPacket('a', { userName: undefined, password: text('password') }),
  ),
  malformed(16, NO_CLIENT_ID, ['MQTT-3.1.3-3'], ['MQTT-3.1.3-3'], 'takes-truncated-connect', withoutPayload),
  malformed(17, 'a client id longer than the packet', ['MQTT-3.1.3-3'], ['MQTT-3.1.3-3'], 'takes-truncated-connect', withTruncatedClientId),
  {
    area: 'CONNECT',
    number: 18,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.4-1', 'MQTT-3.2.2-6'] },
    purpose: 'A malformed CONNECT, for which there is no return code, ends the connection without a CONNACK',
    caughtBy: 'answers-malformed-connect',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', withFlags(RESERVED_FLAG | CLEAN));
      await peer.expect('a CONNECT with the reserved flag', connectionEnd);
    },
  },
  {
    area: 'CONNECT',
    number: 19,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.4-5'], '5.0': ['MQTT-3.1.4-6'] },
    purpose: 'What a client sends behind a CONNECT that is refused has no effect',
    caughtBy: 'processes-behind-refused-connect',
    run: async (bench) => {
      const topic = bench.topic('a');
      const subscriber = await listener(bench, 'subscriber', topic);
      const peer = await bench.open('refused');
      const connect = encodeLoose(bench.connectPacket('refused', withFlags(RESERVED_FLAG | CLEAN)), bench.version);
      const publish = encodeLoose(bench.publishPacket(topic, { payload: text('behind a refused CONNECT') }), bench.version);
      await peer.sendBytes(rawBytes(connect, publish));
      await untilEnd(bench, peer);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'the first');
      await expectMessage(bench, subscriber.peer, 'a PUBLISH behind a refused CONNECT, and one of another client', { topic, payload: 'the first' });
    },
  },
  {
    area: 'CONNECT',
    number: 20,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.2.2-5'] },
    purpose: 'A wrong password is answered with CONNACK code 4 or 5, or without a word, and the connection ends',
    requires: ['CREDENTIALS'],
    caughtBy: 'takes-any-password',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { userName: bench.clientId('stranger'), password: text('wrong') });
      await expectRefused(peer, 'a CONNECT with a wrong password', [BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED]);
    },
  },
  {
    area: 'CONNECT',
    number: 21,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.4-2'] },
    purpose: 'A CONNECT with a wrong password is refused, and the connection ends',
    requires: ['CREDENTIALS'],
    caughtBy: 'takes-any-password',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { userName: bench.clientId('stranger'), password: text('wrong') });
      await expectRefused(peer, 'a CONNECT with a wrong password');
    },
  },
];

const NOBODY: ConnectFields = { userName: undefined, password: undefined };

/** Neither user name nor password unless they are given again, so that only the flags speak. */
function withFlags(connectFlags: number): ConnectFields {
  return { ...NOBODY, connectFlags };
}

/** Anything but an acceptance by this version. */
const notAccepted: Reaction = {
  says: 'anything but CONNACK with code 0',
  accepts: (heard: Heard) => (heard.kind === 'packet' || heard.kind === 'malformed') && connackCode(heard) !== 0,
};

/**
 * A CONNECT that breaks section 3.1. In 3.1.1 it ends without a CONNACK, but one with code 4 says "the data in the user
 * name or password is malformed" (table 3.1), so nobody can be blamed for sending it where these are what is wrong.
 * @param v5 - Statements of 5.0 beside MQTT-3.1.4-1; undefined where 5.0 has no such rule.
 */
function malformed(number: number, what: string, v4: readonly string[], v5: readonly string[] | undefined, caughtBy: string, stimulus: (bench: MqttBench) => LoosePacket | Uint8Array): BrokerPurpose {
  const statements: PurposeStatements = { '3.1.1': ['MQTT-3.1.4-1', ...v4], ...(v5 === undefined ? {} : { '5.0': ['MQTT-3.1.4-1', ...v5] }) };
  return {
    area: 'CONNECT',
    number,
    version: 1,
    statements,
    purpose: `A CONNECT with ${what} makes the broker end the connection`,
    caughtBy,
    run: async (bench) => {
      const peer = await bench.open('a');
      const packet = stimulus(bench);
      await peer.sendBytes(packet instanceof Uint8Array ? packet : encodeLoose(packet, bench.version));
      const aboutUser = what.includes('user name') || what.includes('password');
      if (bench.version === 5) await expectRefused(peer, `a CONNECT with ${what}`);
      // No client id at all is one that the server rejects, too: MQTT-3.1.3-9 has it say so with code 2.
      else if (what === NO_CLIENT_ID) await expectRefused(peer, `a CONNECT with ${what}`, [IDENTIFIER_REJECTED]);
      else if (aboutUser) await expectRefused(peer, `a CONNECT with ${what}`, [BAD_USER_NAME_OR_PASSWORD]);
      else await peer.expect(`a CONNECT with ${what}`, connectionEnd);
    },
  };
}

function withoutPayload({ version }: MqttBench): Uint8Array {
  return rawPacket({ firstByte: 0x10, body: variableHeader(version) });
}

function withTruncatedClientId({ version }: MqttBench): Uint8Array {
  return rawPacket({ firstByte: 0x10, body: rawBytes(variableHeader(version), rawField('fieldproof', 200)) });
}

/** Protocol name and level, clean start, no keep alive, no properties. */
function variableHeader(version: ProtocolVersion): Uint8Array {
  return rawBytes(rawField('MQTT'), version, CLEAN, 0, 0, ...(version === 5 ? [0] : []));
}
