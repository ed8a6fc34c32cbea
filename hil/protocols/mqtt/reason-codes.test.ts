import { expect, test } from 'vitest';
import { PROPERTIES, propertyById, propertyByName } from './property-table.ts';
import { isReasonCodeAllowed, REASON_CODES, reasonCodeEntry, reasonName, type ReasonedPacketType } from './reason-codes.ts';

/** The tables of MQTT 5.0, sections 3.2.2.2 to 3.15.2.1, packet by packet; section 2.4 adds 8c to DISCONNECT. */
const CODES_BY_PACKET: Readonly<Record<ReasonedPacketType, string>> = {
  connack: '00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f',
  puback: '00 10 80 83 87 90 91 97 99',
  pubrec: '00 10 80 83 87 90 91 97 99',
  pubrel: '00 92',
  pubcomp: '00 92',
  suback: '00 01 02 80 83 87 8f 91 97 9e a1 a2',
  unsuback: '00 11 80 83 87 8f 91',
  disconnect: '00 04 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2',
  auth: '00 18 19',
};

/** The codes of DISCONNECT and AUTH that a client may send. */
const FROM_CLIENT = { disconnect: '00 04 80 81 82 83 8c 90 93 94 95 96 97 98 99', auth: '18 19' };

test.each(Object.entries(CODES_BY_PACKET))('codes of %s', (type, codes) => {
  const allowed = REASON_CODES.filter(({ allowedIn }) => allowedIn.some((one) => one === type)).map(({ code }) => code.toString(16).padStart(2, '0'));
  expect(allowed.join(' ')).toBe(codes);
});

test.each(['disconnect', 'auth'] as const)('codes of %s by who sends them', (type) => {
  const codes = Array.from({ length: 256 }, (_none, code) => code);
  const from = (sender: 'client' | 'server'): string => codes.filter((code) => isReasonCodeAllowed(code, type, sender)).map((code) => code.toString(16).padStart(2, '0')).join(' ');
  expect(from('client')).toBe(FROM_CLIENT[type]);
  expect(from('server')).toBe(CODES_BY_PACKET[type].replace(/ (?:04|19)/u, ''));
});

test('names', () => {
  expect(reasonCodeEntry(0x8e)?.name).toBe('session taken over');
  expect(reasonName(0, 'disconnect')).toBe('normal disconnection');
  expect(reasonName(0, 'suback')).toBe('granted QoS 0');
  expect(reasonName(0, 'connack')).toBe('success');
  expect(reasonName(0xff, 'connack')).toBe('reason 0xff');
});

/** Table 2-4 of MQTT 5.0: identifier, and who may carry it. */
const PLACES: Readonly<Record<number, string>> = {
  1: 'publish will', 2: 'publish will', 3: 'publish will', 8: 'publish will', 9: 'publish will', 11: 'publish subscribe', 17: 'connect connack disconnect',
  18: 'connack', 19: 'connack', 21: 'connect connack auth', 22: 'connect connack auth', 23: 'connect', 24: 'will', 25: 'connect', 26: 'connack',
  28: 'connack disconnect', 31: 'connack puback pubrec pubrel pubcomp suback unsuback disconnect auth', 33: 'connect connack', 34: 'connect connack', 35: 'publish',
  36: 'connack', 37: 'connack', 38: 'connect will connack publish puback pubrec pubrel pubcomp subscribe suback unsubscribe unsuback disconnect auth',
  39: 'connect connack', 40: 'connack', 41: 'connack', 42: 'connack',
};

test('each property and its places', () => {
  expect(Object.fromEntries(PROPERTIES.map(({ id, sections }) => [id, Object.keys(sections).join(' ')]))).toEqual(PLACES);
  for (const entry of PROPERTIES) expect([propertyById(entry.id), propertyByName(entry.name)]).toEqual([entry, entry]);
  expect([propertyById(0), propertyById(43), propertyByName('toString')]).toEqual([undefined, undefined, undefined]);
});
