import type { PacketType, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { UTF8_RULES } from './connect-format-cases.ts';
import type { SentPacket } from './observation.ts';
import { passivePurpose, type PassivePurpose } from './passive-purpose.ts';
import type { DevicePurpose } from './device-purpose.ts';

const TEXTS = ['connect', 'publish', 'subscribe', 'unsubscribe'] as const;
const FIXED_FLAGS = ['connect', 'puback', 'pubrec', 'pubcomp', 'pingreq'] as const;

const published = (holds: (packet: PublishPacket) => boolean) => (sent: SentPacket): boolean => sent.kind === 'packet' && sent.packet.type === 'publish' && holds(sent.packet);
const filters = (holds: (filter: string) => boolean) => (sent: SentPacket): boolean => sent.kind === 'packet' && sent.packet.type === 'subscribe' && sent.packet.subscriptions.some(({ filter }) => holds(filter));
const isShared = filters((filter) => filter.startsWith('$share/'));

/** A packet id in front of a payload of text is no text: ids up to 8,191 begin with a control character. */
const FIRST_TEXT_BYTE = 0x20;
const TEXT_CONTROLS = [0x09, 0x0a, 0x0d];

const FORMATS: readonly PassivePurpose[] = [
  { area: 'TEXT', number: 1, types: TEXTS, statements: { '3.1.1': ['MQTT-1.5.3-1'], '5.0': ['MQTT-1.5.4-1'] }, purpose: 'Every text that the device sends is valid UTF-8 without surrogates', caughtBy: 'topic-not-utf-8' },
  { area: 'TEXT', number: 2, types: TEXTS, statements: { '3.1.1': ['MQTT-1.5.3-2'], '5.0': ['MQTT-1.5.4-2'] }, purpose: 'No text that the device sends holds U+0000', caughtBy: 'topic-with-null' },
  { area: 'TEXT', number: 3, types: ['connect', 'publish'], when: hasUserProperties, statements: { '5.0': ['MQTT-1.5.7-1'] }, purpose: 'Name and value of a user property are UTF-8 strings', requires: ['PROPERTIES'], alsoBrokenBy: UTF8_RULES, caughtBy: 'user-property-not-utf-8' },
  { area: 'HEADER', number: 1, types: FIXED_FLAGS, statements: { '3.1.1': ['MQTT-2.2.2-1'], '5.0': ['MQTT-2.1.3-1'] }, purpose: 'The reserved flags of the fixed header are as the table has them', caughtBy: 'puback-with-flags', requires: ['SUBSCRIBES'] },
  { area: 'HEADER', number: 2, types: ['connect', 'publish', 'subscribe', 'pingreq'], statements: { '5.0': ['MQTT-1.5.5-1'] }, purpose: 'A variable byte integer takes as few bytes as it can', caughtBy: 'length-not-minimal' },
  { area: 'HEADER', number: 3, types: ['publish'], layout: true, statements: { '5.0': ['MQTT-2.2.2-1'] }, requires: ['PUBLISHES'], purpose: 'A property length stands in every packet that has properties, be it 0', caughtBy: 'publish-without-property-length' },
  { area: 'ID', number: 1, types: ['publish', 'subscribe', 'unsubscribe'], when: (sent) => sent.kind === 'packet' && 'packetId' in sent.packet && sent.packet.packetId !== undefined, statements: { '3.1.1': ['MQTT-2.3.1-1'], '5.0': ['MQTT-2.2.1-3'] }, purpose: 'SUBSCRIBE, UNSUBSCRIBE and PUBLISH above QoS 0 have a packet id that is not 0', requires: ['SUBSCRIBES'], caughtBy: 'subscribe-with-id-0' },
  { area: 'ID', number: 2, types: ['publish'], when: published(({ qos }) => qos === 0), wrong: packetIdInPayload, statements: { '3.1.1': ['MQTT-2.3.1-5'], '5.0': ['MQTT-2.2.1-2'] }, purpose: 'A PUBLISH at QoS 0 has no packet id (its payload is text, as declared)', requires: ['PUBLISHES_QOS0', 'TEXT_PAYLOADS'], caughtBy: 'qos-0-with-packet-id' },
  { area: 'PUBLISH', number: 1, types: ['publish'], when: published(({ qos }) => qos === 0), statements: { '3.1.1': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], '5.0': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] }, purpose: 'A PUBLISH at QoS 0 has DUP 0', requires: ['PUBLISHES_QOS0'], caughtBy: 'dup-with-qos-0' },
  { area: 'PUBLISH', number: 2, types: ['publish'], statements: { '3.1.1': ['MQTT-3.3.1-4'], '5.0': ['MQTT-3.3.1-4'] }, purpose: 'No PUBLISH has QoS 3', requires: ['PUBLISHES'], caughtBy: 'publishes-at-qos-3' },
  { area: 'PUBLISH', number: 3, types: ['publish'], layout: true, statements: { '3.1.1': ['MQTT-3.3.2-1'], '5.0': ['MQTT-3.3.2-1'] }, purpose: 'The topic name is the first field of PUBLISH, a UTF-8 string, and PUBLISH is well-formed', requires: ['PUBLISHES'], caughtBy: 'topic-not-utf-8' },
  { area: 'PUBLISH', number: 4, types: ['publish', 'connect'], when: published(() => true), statements: { '3.1.1': ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'], '5.0': ['MQTT-3.3.2-2', 'MQTT-4.7.0-1'] }, purpose: 'No topic name holds a wildcard', requires: ['PUBLISHES'], caughtBy: 'publishes-to-wildcard' },
  { area: 'PUBLISH', number: 5, types: ['publish', 'subscribe', 'unsubscribe'], statements: { '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] }, purpose: 'Topic names and filters have at least one character', requires: ['PUBLISHES'], caughtBy: 'publishes-to-empty-topic' },
  { area: 'PUBLISH', number: 6, types: ['publish', 'subscribe', 'unsubscribe'], alsoBrokenBy: ['MQTT-1.5.3-2', 'MQTT-1.5.4-2'], statements: { '3.1.1': ['MQTT-4.7.3-2'], '5.0': ['MQTT-4.7.3-2'] }, purpose: 'Topic names and filters do not hold U+0000', requires: ['PUBLISHES'], caughtBy: 'topic-with-null' },
  { area: 'PUBLISH', number: 7, types: ['publish'], when: published(({ properties }) => properties.topicAlias !== undefined), statements: { '5.0': ['MQTT-3.3.2-8'] }, purpose: 'No topic alias is 0', requires: ['SENDS_TOPIC_ALIASES'], caughtBy: 'topic-alias-0' },
  { area: 'PUBLISH', number: 8, types: ['publish'], when: published(({ properties }) => properties.responseTopic !== undefined), alsoBrokenBy: UTF8_RULES, statements: { '5.0': ['MQTT-3.3.2-13'] }, purpose: 'A response topic is a UTF-8 string', requires: ['PROPERTIES'], caughtBy: 'response-topic-not-utf-8' },
  { area: 'PUBLISH', number: 9, types: ['publish'], when: published(({ properties }) => properties.responseTopic !== undefined), statements: { '5.0': ['MQTT-3.3.2-14'] }, purpose: 'A response topic holds no wildcard', requires: ['PROPERTIES'], caughtBy: 'response-topic-with-wildcard' },
  { area: 'PUBLISH', number: 10, types: ['publish'], when: published(({ properties }) => properties.contentType !== undefined), alsoBrokenBy: UTF8_RULES, statements: { '5.0': ['MQTT-3.3.2-19'] }, purpose: 'A content type is a UTF-8 string', requires: ['PROPERTIES'], caughtBy: 'content-type-not-utf-8' },
  { area: 'PUBLISH', number: 11, types: ['publish'], statements: { '5.0': ['MQTT-3.3.4-6'] }, purpose: 'No PUBLISH of the device carries a subscription identifier', requires: ['PUBLISHES'], caughtBy: 'publishes-with-subscription-identifier' },
  { area: 'SUBSCRIBE', number: 1, types: ['subscribe'], statements: { '3.1.1': ['MQTT-3.8.1-1'], '5.0': ['MQTT-3.8.1-1'] }, purpose: 'SUBSCRIBE has the flags 0010', requires: ['SUBSCRIBES'], caughtBy: 'subscribe-with-flags-0' },
  { area: 'SUBSCRIBE', number: 2, types: ['subscribe'], layout: true, statements: { '3.1.1': ['MQTT-3.8.3-1'], '5.0': ['MQTT-3.8.3-1'] }, purpose: 'The filters of SUBSCRIBE are UTF-8 strings, and SUBSCRIBE is well-formed', requires: ['SUBSCRIBES'], caughtBy: 'filter-not-utf-8' },
  { area: 'SUBSCRIBE', number: 3, types: ['subscribe'], statements: { '3.1.1': ['MQTT-3.8.3-3'], '5.0': ['MQTT-3.8.3-2'] }, purpose: 'SUBSCRIBE holds at least one filter', requires: ['SUBSCRIBES'], caughtBy: 'subscribe-without-filter' },
  { area: 'SUBSCRIBE', number: 4, types: ['subscribe'], when: filters((filter) => filter.includes('#')), statements: { '3.1.1': ['MQTT-4.7.1-2'], '5.0': ['MQTT-4.7.1-1'] }, purpose: 'The wildcard # is the last character of a filter, alone or after a separator', requires: ['SUBSCRIBES', 'WILDCARDS'], caughtBy: 'hash-inside-filter' },
  { area: 'SUBSCRIBE', number: 5, types: ['subscribe'], when: filters((filter) => filter.includes('+')), statements: { '3.1.1': ['MQTT-4.7.1-3'], '5.0': ['MQTT-4.7.1-2'] }, purpose: 'The wildcard + fills a whole level of a filter', requires: ['SUBSCRIBES', 'WILDCARDS'], caughtBy: 'plus-inside-level' },
  { area: 'SUBSCRIBE', number: 6, types: ['subscribe'], when: isShared, statements: { '5.0': ['MQTT-4.8.2-1'] }, purpose: 'A share name has at least one character', requires: ['SHARED_SUBSCRIPTIONS'], caughtBy: 'share-name-empty' },
  { area: 'SUBSCRIBE', number: 7, types: ['subscribe'], when: isShared, statements: { '5.0': ['MQTT-4.8.2-2'] }, purpose: 'A share name holds no wildcard, and a separator and a filter follow it', requires: ['SHARED_SUBSCRIPTIONS'], caughtBy: 'share-name-with-wildcard' },
  { area: 'SUBSCRIBE', number: 8, types: ['subscribe'], when: isShared, statements: { '5.0': ['MQTT-3.8.3-4'] }, purpose: 'A shared subscription has No Local 0', requires: ['SHARED_SUBSCRIPTIONS'], caughtBy: 'no-local-on-share' },
  { area: 'UNSUBSCRIBE', number: 1, types: ['unsubscribe'], statements: { '3.1.1': ['MQTT-3.10.1-1'], '5.0': ['MQTT-3.10.1-1'] }, purpose: 'UNSUBSCRIBE has the flags 0010', requires: ['UNSUBSCRIBES'], caughtBy: 'unsubscribe-with-flags-0' },
  { area: 'UNSUBSCRIBE', number: 2, types: ['unsubscribe'], layout: true, statements: { '3.1.1': ['MQTT-3.10.3-1'], '5.0': ['MQTT-3.10.3-1'] }, purpose: 'The filters of UNSUBSCRIBE are UTF-8 strings, one after the other', requires: ['UNSUBSCRIBES'], caughtBy: 'unsubscribe-filter-not-utf-8' },
  { area: 'UNSUBSCRIBE', number: 3, types: ['unsubscribe'], statements: { '3.1.1': ['MQTT-3.10.3-2'], '5.0': ['MQTT-3.10.3-2'] }, purpose: 'UNSUBSCRIBE holds at least one filter', requires: ['UNSUBSCRIBES'], caughtBy: 'unsubscribe-without-filter' },
  { area: 'PUBREL', number: 1, types: ['pubrel'], statements: { '3.1.1': ['MQTT-3.6.1-1'], '5.0': ['MQTT-3.6.1-1'] }, purpose: 'PUBREL has the flags 0010', requires: ['PUBLISHES_QOS2'], caughtBy: 'pubrel-with-flags-0' },
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((type, index) => codes(type, index + 1, `MQTT-3.${index + 4}.2-1`, type === 'pubrel' ? 'PUBLISHES_QOS2' : type === 'puback' ? 'SUBSCRIBES' : 'SUBSCRIBES_QOS2')),
  codes('disconnect', 5, 'MQTT-3.14.2-1', 'DISCONNECTS'),
  { ...codes('auth', 6, 'MQTT-3.15.2-1', 'REAUTHENTICATES'), variant: 'authentication' },
  { area: 'AUTH', number: 1, types: ['auth'], variant: 'authentication', statements: { '5.0': ['MQTT-3.15.1-1'] }, purpose: 'AUTH has the flags 0000', requires: ['REAUTHENTICATES'], caughtBy: 'auth-with-flags' },
];

function codes(type: PacketType, number: number, statement: string, item: string): PassivePurpose {
  return { area: 'CODE', number, types: [type], layout: true, statements: { '5.0': [statement] }, purpose: `${type.toUpperCase()} uses the reason codes that are listed for it, and is well-formed`, requires: [item], caughtBy: `${type}-with-foreign-code` };
}

function hasUserProperties(sent: SentPacket): boolean {
  if (sent.kind !== 'packet') return false;
  const { packet } = sent;
  return (packet.type === 'connect' && packet.will?.properties.userProperties !== undefined) || (packet.type === 'publish' && packet.properties.userProperties !== undefined);
}

function packetIdInPayload(sent: SentPacket): string | undefined {
  if (sent.kind !== 'packet' || sent.packet.type !== 'publish') return undefined;
  const [first] = sent.packet.payload;
  const isText = first === undefined || first >= FIRST_TEXT_BYTE || TEXT_CONTROLS.includes(first);
  return !isText ? 'a payload that does not begin with text, as if a packet id stood before it' : undefined;
}

export const FORMAT_PURPOSES: readonly DevicePurpose[] = FORMATS.map(passivePurpose);
