import { acceptsViolation } from '../accepts-violation.ts';
import type { DefectAction, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites, stateless, swallows } from '../rewrite.ts';
import { back, without } from '../version-5.ts';

const LONG_TEXT = 'a text for people that is far too long for a client with little memory '.repeat(6);

/** Defects in enhanced authentication. */
export const AUTHENTICATION_DEFECTS: readonly MqttDefect[] = [
  rewrites('ignores-authentication-method', 'lets clients in whatever authentication method they name', { from: 'client', type: 'connect' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'authenticationMethod', 'authenticationData'),
  })),
  rewrites('names-authentication-method-unasked', 'names an authentication method in every CONNACK', { from: 'server', type: 'connack' }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, authenticationMethod: 'PLAIN' },
  })),
  rewrites('sends-auth-unasked', 'sends AUTH to every client', { from: 'server', type: 'connack' }, (packet) => [
    { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'PLAIN' } },
    packet,
  ]),
  swallows('passes-over-auth', 'passes over AUTH from clients that named no method', { from: 'client', type: 'auth' }),
  acceptsViolation('accepts-auth-flags', 'does not look at the flags of AUTH', ({ statement }) => statement === 'MQTT-3.15.1-1'),
  rewrites(
    'asks-with-wrong-auth-code',
    'asks for more authentication data with AUTH 0x00',
    { from: 'server', type: 'auth' },
    (packet) => ({ ...packet, reasonCode: 0 }),
  ),
  rewrites('changes-method-in-auth', 'names another authentication method in AUTH', { from: 'server', type: 'auth' }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, authenticationMethod: 'PLAIN' },
  })),
  rewrites('hides-method-in-connack', 'does not name the authentication method in CONNACK', { from: 'server', type: 'connack' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'authenticationMethod'),
  })),
  stateless('lets-everybody-in', 'takes any authentication data for good', (seen): 'pass' | DefectAction[] => {
    const connect = chosen(seen, { from: 'client', type: 'connect', when: ({ properties }) => Buffer.from(properties.authenticationData ?? []).toString().startsWith('fieldproof:') });
    if (connect !== undefined) return [back('client', { type: 'connack', sessionPresent: false, reasonCode: 0, properties: {} })];
    const auth = chosen(seen, { from: 'client', type: 'auth', when: ({ reasonCode }) => reasonCode === 0x19 });
    if (auth === undefined) return 'pass';
    return [back('client', { type: 'auth', reasonCode: 0, properties: { authenticationMethod: auth.properties.authenticationMethod ?? '' } })];
  }),
  rewrites('long-reason-string-in-auth', 'gives a long reason string in AUTH, however little the client takes', { from: 'server', type: 'auth' }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, reasonString: LONG_TEXT },
  })),
  rewrites('long-user-property-in-auth', 'adds a long user property to AUTH, however little the client takes', { from: 'server', type: 'auth' }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, userProperties: [['detail', LONG_TEXT]] },
  })),
];
