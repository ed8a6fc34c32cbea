import * as fc from 'fast-check';
import type { PacketSender } from './decode-result.ts';
import type { MqttPacket, MqttWill, ProtocolVersion, Qos } from './packet.ts';
import { NO_PROPERTIES, type MqttProperties } from './properties.ts';
import { PROPERTIES, type PropertyEntry, type PropertyHolder } from './property-table.ts';
import { CONNECT_RETURN_CODES, REASON_CODES, SUBACK_RETURN_CODES, type ReasonedPacketType } from './reason-codes.ts';

/** A packet of one version, and a side that may send it. */
export interface SentPacket {
  readonly version: ProtocolVersion;
  readonly from: PacketSender;
  readonly packet: MqttPacket;
}

const uint16 = fc.integer({ min: 0, max: 0xffff });
const packetIds = fc.integer({ min: 1, max: 0xffff });
const qualities = fc.constantFrom<Qos[]>(0, 1, 2);
const bytes = fc.uint8Array({ maxLength: 40 });

/** Any text that MQTT can carry: no half of a surrogate pair, no U+0000; U+FEFF and long ones among them. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('\u0000', '')),
  fc.constantFrom('\uFEFF', '\uFEFFa', 'A\u{2A6D4}', 'é'.repeat(200), 'x'.repeat(300)),
);

export const topicNames: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom('', 'a', 'b', '$s', 'ab'), { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/')),
  texts.map((text) => text.replaceAll(/[+#]/gu, '')),
).filter((topic) => topic !== '');

export const topicFilters: fc.Arbitrary<string> = fc
  .tuple(fc.array(fc.constantFrom('', 'a', 'b', '$s', '+'), { maxLength: 4 }), fc.boolean())
  .map(([parts, isOpen]) => [...parts, ...(isOpen ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

/** Properties that the holder may carry from that side, in any order. */
export function propertiesOf(holder: PropertyHolder, from: PacketSender): fc.Arbitrary<MqttProperties> {
  const entries = PROPERTIES.filter((entry) => holder in entry.sections && isFrom(entry, holder, from));
  return fc.shuffledSubarray(entries).chain((chosen) =>
    chosen.length === 0
      ? fc.constant(holder === 'auth' ? { authenticationMethod: 'm' } : NO_PROPERTIES)
      : fc.tuple(...chosen.map((entry) => valuesOf(entry, holder).map((value) => [entry.name, value] as const))).map((pairs) => withMethod(holder, Object.fromEntries(pairs))),
  );
}

/** Every packet that the side may send in that version, within the rules. */
export function packetsOf(version: ProtocolVersion, from: PacketSender): fc.Arbitrary<MqttPacket> {
  const properties = (holder: PropertyHolder): fc.Arbitrary<MqttProperties> => (version === 4 ? fc.constant(NO_PROPERTIES) : propertiesOf(holder, from));
  const both = [publishes(properties('publish')), ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((type) => acknowledgements(type, version, from, properties(type)))];
  const ends = version === 4 && from === 'server' ? [] : [disconnects(version, from, properties('disconnect'))];
  const auths = version === 4 ? [] : [fc.record({ type: fc.constant('auth' as const), reasonCode: codes('auth', version, from), properties: properties('auth') })];
  return fc.oneof(...both, ...ends, ...auths, ...(from === 'client' ? clientPackets(version, properties) : serverPackets(version, properties)));
}

/** Any packet of either version from either side. */
export const sentPackets: fc.Arbitrary<SentPacket> = fc
  .tuple(fc.constantFrom<ProtocolVersion[]>(4, 5), fc.constantFrom<PacketSender[]>('client', 'server'))
  .chain(([version, from]) => packetsOf(version, from).map((packet) => ({ version, from, packet })));

type PropertiesOf = (holder: PropertyHolder) => fc.Arbitrary<MqttProperties>;

function clientPackets(version: ProtocolVersion, properties: PropertiesOf): fc.Arbitrary<MqttPacket>[] {
  const filters = version === 4 ? topicFilters : fc.oneof(topicFilters, topicFilters.map((filter) => `$share/g/${filter}`));
  return [
    connects(version, properties),
    fc.record({
      type: fc.constant('subscribe' as const),
      packetId: packetIds,
      subscriptions: fc.array(subscriptions(version, filters), { minLength: 1, maxLength: 5 }),
      properties: properties('subscribe'),
    }),
    fc.record({
      type: fc.constant('unsubscribe' as const),
      packetId: packetIds,
      filters: fc.array(filters, { minLength: 1, maxLength: 5 }),
      properties: properties('unsubscribe'),
    }),
    fc.constant<MqttPacket>({ type: 'pingreq' }),
  ];
}

function serverPackets(version: ProtocolVersion, properties: PropertiesOf): fc.Arbitrary<MqttPacket>[] {
  const answers = (type: 'suback' | 'unsuback'): fc.Arbitrary<MqttPacket> =>
    fc.record({
      type: fc.constant(type),
      packetId: packetIds,
      reasonCodes: version === 4 && type === 'unsuback' ? fc.constant([]) : fc.array(codes(type, version, 'server'), { minLength: 1, maxLength: 5 }),
      properties: properties(type),
    });
  const connacks = fc
    .record({ type: fc.constant('connack' as const), sessionPresent: fc.boolean(), reasonCode: codes('connack', version, 'server'), properties: properties('connack') })
    .map((packet) => ({ ...packet, sessionPresent: packet.sessionPresent && packet.reasonCode === 0 }));
  return [connacks, answers('suback'), answers('unsuback'), fc.constant<MqttPacket>({ type: 'pingresp' })];
}

function publishes(properties: fc.Arbitrary<MqttProperties>): fc.Arbitrary<MqttPacket> {
  return fc.tuple(fc.boolean(), qualities, fc.boolean(), topicNames, packetIds, bytes, properties, fc.boolean()).map(([dup, qos, retain, name, id, payload, held, isAliased]) => ({
    type: 'publish',
    dup: dup && qos > 0,
    qos,
    retain,
    topic: isAliased && held.topicAlias !== undefined ? '' : name,
    packetId: qos === 0 ? undefined : id,
    payload,
    properties: held,
  }));
}

function acknowledgements(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', version: ProtocolVersion, from: PacketSender, properties: fc.Arbitrary<MqttProperties>): fc.Arbitrary<MqttPacket> {
  return fc.record({ type: fc.constant(type), packetId: packetIds, reasonCode: version === 4 ? fc.constant(0) : codes(type, version, from), properties });
}

function disconnects(version: ProtocolVersion, from: PacketSender, properties: fc.Arbitrary<MqttProperties>): fc.Arbitrary<MqttPacket> {
  return fc.record({ type: fc.constant('disconnect' as const), reasonCode: version === 4 ? fc.constant(0) : codes('disconnect', version, from), properties });
}

function connects(version: ProtocolVersion, properties: PropertiesOf): fc.Arbitrary<MqttPacket> {
  const wills: fc.Arbitrary<MqttWill> = fc.record({ topic: topicNames, payload: bytes, qos: qualities, retain: fc.boolean(), properties: properties('will') });
  return fc
    .tuple(fc.boolean(), uint16, texts, fc.option(wills, { nil: undefined }), fc.option(texts, { nil: undefined }), fc.option(bytes, { nil: undefined }), properties('connect'))
    .map(([isClean, keepAliveS, clientId, will, userName, password, held]) => ({
      type: 'connect',
      protocolName: 'MQTT',
      protocolLevel: version,
      cleanStart: isClean || (version === 4 && clientId === ''),
      keepAliveS,
      clientId,
      will,
      userName,
      password: version === 4 && userName === undefined ? undefined : password,
      properties: held,
    }));
}

function subscriptions(version: ProtocolVersion, filters: fc.Arbitrary<string>): fc.Arbitrary<Extract<MqttPacket, { type: 'subscribe' }>['subscriptions'][number]> {
  return fc.tuple(filters, qualities, fc.boolean(), fc.boolean(), qualities).map(([filter, qos, isLocalBarred, retainAsPublished, retainHandling]) => {
    if (version === 4) return { filter, qos, noLocal: false, retainAsPublished: false, retainHandling: 0 };
    return { filter, qos, noLocal: isLocalBarred && !filter.startsWith('$share/'), retainAsPublished, retainHandling };
  });
}

function codes(type: ReasonedPacketType, version: ProtocolVersion, from: PacketSender): fc.Arbitrary<number> {
  if (version === 4) return type === 'connack' ? fc.nat({ max: CONNECT_RETURN_CODES.length - 1 }) : fc.constantFrom(...SUBACK_RETURN_CODES);
  return fc.constantFrom(...REASON_CODES.filter((entry) => entry.allowedIn.includes(type) && (entry.onlyFrom?.[type] ?? from) === from).map(({ code }) => code));
}

/** Some properties come from one side only, whatever packet they are in. */
function isFrom(entry: PropertyEntry, holder: PropertyHolder, from: PacketSender): boolean {
  if (entry.name === 'subscriptionIdentifiers') return holder === 'subscribe' || from === 'server';
  return !(entry.name === 'sessionExpiryIntervalS' && holder === 'disconnect') || from === 'client';
}

function valuesOf(entry: PropertyEntry, holder: PropertyHolder): fc.Arbitrary<unknown> {
  const min = entry.positive === true ? 1 : 0;
  switch (entry.kind) {
    case 'flag':
      return fc.integer({ min: 0, max: 1 });
    case 'boolean':
      return fc.boolean();
    case 'uint16':
      return fc.integer({ min, max: 0xffff });
    case 'uint32':
      return fc.integer({ min, max: 0xffff_ffff });
    case 'variable':
      return fc.array(fc.integer({ min, max: 268_435_455 }), { minLength: 1, maxLength: holder === 'publish' ? 3 : 1 });
    case 'text':
      return entry.name === 'responseTopic' ? topicNames : texts;
    case 'binary':
      return bytes;
    case 'pair':
    default:
      return fc.array(fc.tuple(texts, texts), { minLength: 1, maxLength: 3 });
  }
}

/** AUTH names its method, and CONNECT does so when it has authentication data. */
function withMethod(holder: PropertyHolder, properties: MqttProperties): MqttProperties {
  const isNeeded = holder === 'auth' || (holder === 'connect' && properties.authenticationData !== undefined);
  return isNeeded && properties.authenticationMethod === undefined ? { ...properties, authenticationMethod: 'm' } : properties;
}
