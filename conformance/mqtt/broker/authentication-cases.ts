import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { AuthPacket, ConnackPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { connectionEnd, isOfType, packetOf } from '../bench/heard.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import { told, type Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const CONTINUE = 0x18;
const RE_AUTHENTICATE = 0x19;
const UNKNOWN_METHOD = 'fieldproof-unknown';
/** Rounds after which an exchange is given up. */
const ROUNDS_MAX = 8;
const REQUIRES = ['ENHANCED_AUTHENTICATION'];
const GARBAGE = new TextEncoder().encode('fieldproof: this is no answer to anything');

/** Enhanced authentication. @see MQTT 5.0, sections 3.15 and 4.12 */
export const AUTHENTICATION_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'AUTH',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-1'] },
    purpose: 'A CONNECT with an authentication method that the broker does not know is refused, and the connection ended',
    caughtBy: 'ignores-authentication-method',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { properties: { authenticationMethod: UNKNOWN_METHOD } });
      const refusal = packetOf('connack', 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
      const heard = await peer.expect('CONNECT with an unknown authentication method', refusal, connectionEnd);
      if (heard.kind === 'packet') await peer.expect('CONNACK with an error', connectionEnd);
    },
  },
  {
    area: 'AUTH',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-6'] },
    purpose: 'A CONNECT without authentication method gets a CONNACK without one',
    caughtBy: 'names-authentication-method-unasked',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a');
      await peer.expectPacket('CONNECT without authentication method', 'connack', 'without one', ({ properties }) => properties.authenticationMethod === undefined);
    },
  },
  {
    area: 'AUTH',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-6'] },
    purpose: 'A CONNECT without authentication method is not answered with AUTH',
    caughtBy: 'sends-auth-unasked',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a');
      await peer.expectPacket('CONNECT without authentication method', 'connack');
    },
  },
  {
    area: 'AUTH',
    number: 4,
    version: 1,
    // How rigorously a receiver looks at packets is its own to decide (section 4.13.1).
    level: 'should',
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'AUTH from a client that named no authentication method makes the broker end the connection',
    caughtBy: 'passes-over-auth',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send({ type: 'auth', reasonCode: RE_AUTHENTICATE, properties: { authenticationMethod: UNKNOWN_METHOD } });
      await peer.expectEnd('AUTH without authentication method in CONNECT');
    },
  },
  {
    area: 'AUTH',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.15.1-1'] },
    purpose: 'AUTH with reserved flags set makes the broker end the connection',
    caughtBy: 'accepts-auth-flags',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send({ type: 'auth', reasonCode: RE_AUTHENTICATE, properties: { authenticationMethod: UNKNOWN_METHOD }, fixedHeaderFlags: 2 });
      await peer.expectEnd('AUTH with flags 2');
    },
  },
  {
    area: 'AUTH',
    number: 10,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-2', 'MQTT-3.15.2-1'] },
    purpose: 'A broker that needs more authentication data asks for it with AUTH 0x18',
    requires: REQUIRES,
    caughtBy: 'asks-with-wrong-auth-code',
    run: async (bench) => {
      const { auths } = await authenticated(bench);
      if (auths.some(({ reasonCode }) => reasonCode !== CONTINUE)) failCase('the broker asked for more with an AUTH whose code is not 0x18');
    },
  },
  {
    area: 'AUTH',
    number: 11,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-5'] },
    purpose: 'Every AUTH of the broker names the authentication method of CONNECT',
    requires: REQUIRES,
    caughtBy: 'changes-method-in-auth',
    run: async (bench) => {
      const { auths, method } = await authenticated(bench);
      if (auths.some(({ properties }) => properties.authenticationMethod !== method)) failCase('an AUTH of the broker names another authentication method');
    },
  },
  {
    area: 'AUTH',
    number: 12,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-5'] },
    purpose: 'A CONNACK that accepts an enhanced authentication names its method',
    requires: REQUIRES,
    caughtBy: 'hides-method-in-connack',
    run: async (bench) => {
      const { connack, method } = await authenticated(bench);
      if (connack.properties.authenticationMethod !== method) failCase('CONNACK does not name the authentication method of CONNECT');
    },
  },
  {
    area: 'AUTH',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.0-4'] },
    purpose: 'A client that fails the authentication is not let in, and its connection is ended',
    requires: REQUIRES,
    caughtBy: 'lets-everybody-in',
    run: async (bench) => {
      const { method } = methodOf(bench);
      const peer = await bench.openAndConnect('a', { properties: { authenticationMethod: method, authenticationData: GARBAGE } });
      await failing(peer, method, 'connack');
    },
  },
  {
    area: 'AUTH',
    number: 14,
    version: 1,
    statements: { '5.0': ['MQTT-4.12.1-2'] },
    purpose: 'A client that fails a re-authentication loses its connection',
    requires: REQUIRES,
    caughtBy: 'lets-everybody-in',
    run: async (bench) => {
      const { peer, method } = await authenticated(bench);
      await peer.send({ type: 'auth', reasonCode: RE_AUTHENTICATE, properties: { authenticationMethod: method, authenticationData: GARBAGE } });
      await failing(peer, method, 'disconnect');
    },
  },
  {
    area: 'AUTH',
    number: 15,
    version: 1,
    statements: { '5.0': ['MQTT-3.15.2-1', 'MQTT-4.12.0-5'] },
    purpose: 'A re-authentication that succeeds ends with AUTH 0x00, which names the method',
    requires: REQUIRES,
    caughtBy: 'changes-method-in-auth',
    run: async (bench) => {
      const { peer, method } = await authenticated(bench);
      const { answers } = methodOf(bench);
      for (const [index, authenticationData] of answers.entries()) {
        await peer.send({ type: 'auth', reasonCode: index === 0 ? RE_AUTHENTICATE : CONTINUE, properties: { authenticationMethod: method, authenticationData } });
        const says = index === answers.length - 1 ? 'with 0x00, the same method' : 'with 0x18, the same method';
        const code = index === answers.length - 1 ? 0 : CONTINUE;
        await peer.expectPacket('AUTH', 'auth', says, ({ reasonCode, properties }) => reasonCode === code && properties.authenticationMethod === method);
      }
    },
  },
  ...([['MQTT-3.15.2-2', 'Reason String', 'long-reason-string-in-auth'], ['MQTT-3.15.2-3', 'User Property', 'long-user-property-in-auth']] as const).map(
    ([statement, what, caughtBy], index): BrokerPurpose => ({
      area: 'AUTH',
      number: 16 + index,
      version: 1,
      statements: { '5.0': [statement] },
      purpose: `A ${what} makes no AUTH larger than the client takes`,
      requires: REQUIRES,
      caughtBy,
      run: async (bench) => {
        const limitBytes = 256;
        const { sizes } = await authenticated(bench, limitBytes);
        if (sizes.some((bytes) => bytes > limitBytes)) failCase(`the broker sent an AUTH of ${Math.max(...sizes)} bytes to a client that takes ${limitBytes}`);
      },
    }),
  ),
];

interface Method {
  readonly method: string;
  /** Authentication data of CONNECT and of each AUTH after it. */
  readonly answers: readonly Uint8Array[];
}

/** From the PIXIT values `authenticationMethod` and `authenticationExchange` (hex, one part for each packet, with commas between). */
function methodOf({ context }: MqttBench): Method {
  const { authenticationMethod: method, authenticationExchange: exchange } = context.pixit.values;
  if (typeof method !== 'string' || typeof exchange !== 'string') return inconclusiveCase('the PIXIT values authenticationMethod and authenticationExchange are needed');
  return { method, answers: exchange.split(',').map((part) => new Uint8Array(Buffer.from(part.trim(), 'hex'))) };
}

interface Authenticated {
  readonly peer: Peer;
  readonly method: string;
  readonly connack: ConnackPacket;
  /** What the broker sent before CONNACK, and the bytes of each. */
  readonly auths: readonly AuthPacket[];
  readonly sizes: readonly number[];
}

/** Goes through the exchange of the PIXIT, up to a CONNACK that accepts. A malformed AUTH fails the case. */
async function authenticated(bench: MqttBench, maximumPacketSizeBytes?: number): Promise<Authenticated> {
  const { method, answers } = methodOf(bench);
  const [first, ...rest] = answers;
  const limit = maximumPacketSizeBytes === undefined ? {} : { maximumPacketSizeBytes };
  const peer = await bench.openAndConnect('a', { properties: { authenticationMethod: method, ...(first === undefined ? {} : { authenticationData: first }), ...limit } });
  const auths: AuthPacket[] = [];
  const sizes: number[] = [];
  for (;;) {
    const heard = await peer.next();
    if (heard.kind === 'malformed') failCase(`${peer.name}: ${told(heard)}`, [heard.violation.statement]);
    if (heard.kind !== 'packet') return inconclusiveCase(`the authentication did not succeed: ${told(heard)}`);
    if (isOfType(heard.packet, 'connack') && heard.packet.reasonCode === 0) return { peer, method, connack: heard.packet, auths, sizes };
    const authenticationData = rest[auths.length];
    if (!isOfType(heard.packet, 'auth') || authenticationData === undefined) return inconclusiveCase(`the authentication did not succeed: ${told(heard)}`);
    auths.push(heard.packet);
    sizes.push(heard.bytes.length);
    await peer.send({ type: 'auth', reasonCode: CONTINUE, properties: { authenticationMethod: method, authenticationData } });
  }
}

/** Answers whatever is asked with nonsense, until the broker has enough of it: an error, then the end, or just the end. */
async function failing(peer: Peer, method: string, lastWord: 'connack' | 'disconnect'): Promise<void> {
  const refusal = packetOf(lastWord, 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
  const asksOn = packetOf('auth', 'that asks for more', ({ reasonCode }) => reasonCode === CONTINUE);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const heard = await peer.expect('authentication data that makes no sense', refusal, connectionEnd, asksOn);
    if (heard.kind === 'closed') return;
    if (refusal.accepts(heard)) {
      await peer.expect('the refusal', connectionEnd);
      return;
    }
    await peer.send({ type: 'auth', reasonCode: CONTINUE, properties: { authenticationMethod: method, authenticationData: GARBAGE } });
  }
  inconclusiveCase(`the server still asks for more after ${ROUNDS_MAX} rounds`);
}
