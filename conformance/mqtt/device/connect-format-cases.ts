import type { SentPacket } from './observation.ts';
import type { DevicePurpose } from './device-purpose.ts';
import { observed, announcedType } from './observation.ts';
import { connectFlags, passivePurpose, type PassivePurpose } from './passive-purpose.ts';
import { failCase } from '../../framework/case-stop.ts';
import { told } from '../bench/peer.ts';

export const UTF8_RULES = ['MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-1.5.4-1', 'MQTT-1.5.4-2'] as const;

const flag = (mask: number, set: boolean) => (sent: SentPacket): boolean => ((connectFlags(sent) & mask) !== 0) === set;
const [WILL, PASSWORD, USER_NAME] = [0x04, 0x40, 0x80] as const;

/** How a CONNECT is laid out. */
const CONNECTS: readonly Omit<PassivePurpose, 'area' | 'types'>[] = [
  {
    number: 1,
    statements: { '3.1.1': ['MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.3-1'] },
    purpose: 'The fields of CONNECT come in their order: client id, will, user name, password (told by PIXIT clientId and userName)',
    layout: true,
    wrong: (sent, bench) => {
      if (sent.kind !== 'packet' || sent.packet.type !== 'connect') return undefined;
      const [clientId, userName] = [bench.textOf('clientId'), bench.textOf('userName')];
      if (clientId !== undefined && sent.packet.clientId !== clientId) return `another client id than ${clientId}`;
      return userName !== undefined && sent.packet.userName !== userName ? `another user name than ${userName}` : undefined;
    },
    caughtBy: 'connect-fields-out-of-order',
  },
  { number: 2, statements: { '3.1.1': ['MQTT-3.1.3-3'], '5.0': ['MQTT-3.1.3-3'] }, purpose: 'CONNECT holds a client id, as the first field of its payload', layout: true, caughtBy: 'connect-without-client-id' },
  { number: 3, statements: { '3.1.1': ['MQTT-3.1.3-4'], '5.0': ['MQTT-3.1.3-4'] }, purpose: 'The client id is a UTF-8 string', alsoBrokenBy: UTF8_RULES, caughtBy: 'client-id-not-utf-8' },
  { number: 4, statements: { '3.1.1': ['MQTT-3.1.3-10'], '5.0': ['MQTT-3.1.3-11'] }, purpose: 'The will topic is a UTF-8 string', requires: ['WILL'], when: flag(WILL, true), alsoBrokenBy: UTF8_RULES, caughtBy: 'will-topic-not-utf-8' },
  { number: 5, statements: { '3.1.1': ['MQTT-3.1.3-11'], '5.0': ['MQTT-3.1.3-12'] }, purpose: 'The user name is a UTF-8 string', requires: ['CREDENTIALS'], when: flag(USER_NAME, true), alsoBrokenBy: UTF8_RULES, caughtBy: 'user-name-not-utf-8' },
  { number: 6, statements: { '3.1.1': ['MQTT-3.1.2-9'], '5.0': ['MQTT-3.1.2-9'] }, purpose: 'With the will flag set, the will is in the payload', requires: ['WILL'], when: flag(WILL, true), layout: true, caughtBy: 'will-flag-without-will' },
  { number: 7, statements: { '3.1.1': ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'], '5.0': ['MQTT-3.1.2-11'] }, purpose: 'Without a will the will QoS is 0 and no will is in the payload', requires: ['WITHOUT_WILL'], variant: 'noWill', when: flag(WILL, false), layout: true, caughtBy: 'will-qos-without-will' },
  { number: 8, statements: { '3.1.1': ['MQTT-3.1.2-15', 'MQTT-3.1.2-11'], '5.0': ['MQTT-3.1.2-13'] }, purpose: 'Without a will the will retain flag is 0', requires: ['WITHOUT_WILL'], variant: 'noWill', when: flag(WILL, false), layout: true, caughtBy: 'will-retain-without-will' },
  { number: 9, statements: { '3.1.1': ['MQTT-3.1.2-14'], '5.0': ['MQTT-3.1.2-12'] }, purpose: 'The will QoS is 0, 1 or 2', requires: ['WILL'], when: flag(WILL, true), caughtBy: 'will-qos-3' },
  { number: 10, statements: { '3.1.1': ['MQTT-3.1.2-18'], '5.0': ['MQTT-3.1.2-16'] }, purpose: 'With the user name flag 0 no user name is in the payload', requires: ['ANONYMOUS'], variant: 'anonymous', when: flag(USER_NAME, false), layout: true, caughtBy: 'user-name-unflagged' },
  { number: 11, statements: { '3.1.1': ['MQTT-3.1.2-19'], '5.0': ['MQTT-3.1.2-17'] }, purpose: 'With the user name flag 1 a user name is in the payload', requires: ['CREDENTIALS'], when: flag(USER_NAME, true), layout: true, caughtBy: 'user-name-missing' },
  { number: 12, statements: { '3.1.1': ['MQTT-3.1.2-20'], '5.0': ['MQTT-3.1.2-18'] }, purpose: 'With the password flag 0 no password is in the payload', requires: ['ANONYMOUS'], variant: 'anonymous', when: flag(PASSWORD, false), layout: true, caughtBy: 'password-unflagged' },
  { number: 13, statements: { '3.1.1': ['MQTT-3.1.2-21'], '5.0': ['MQTT-3.1.2-19'] }, purpose: 'With the password flag 1 a password is in the payload', requires: ['CREDENTIALS'], when: flag(PASSWORD, true), layout: true, caughtBy: 'password-missing' },
  { number: 14, statements: { '3.1.1': ['MQTT-3.1.2-22'] }, purpose: 'Without a user name there is no password', requires: ['ANONYMOUS'], variant: 'anonymous', when: flag(USER_NAME, false), caughtBy: 'password-without-user-name' },
  { number: 15, statements: { '3.1.1': ['MQTT-3.1.3-7'] }, purpose: 'An empty client id comes with clean session 1 only', requires: ['EMPTY_CLIENT_ID'], variant: 'emptyClientId', when: (sent) => sent.kind === 'packet' && sent.packet.type === 'connect' && sent.packet.clientId === '', caughtBy: 'empty-client-id-kept' },
  { number: 16, statements: { '5.0': ['MQTT-3.1.2-1'] }, purpose: 'The protocol name is MQTT', caughtBy: 'protocol-name-of-3-1' },
];

export const CONNECT_FORMAT_PURPOSES: readonly DevicePurpose[] = [
  ...CONNECTS.map((purpose) => passivePurpose({ ...purpose, area: 'CONNECT', types: ['connect'] })),
  {
    area: 'CONNECT',
    number: 17,
    statements: { '3.1.1': ['MQTT-3.1.0-1'], '5.0': ['MQTT-3.1.0-1'] },
    purpose: 'The first packet of a connection is CONNECT',
    caughtBy: 'pings-before-connect',
    run: async (bench) => {
      const { sent } = await observed(bench);
      const [first] = sent;
      if (first === undefined || announcedType(first) !== 'connect') failCase(`the first packet is no CONNECT: ${first === undefined ? 'nothing came' : told(first)}`);
    },
  },
];
