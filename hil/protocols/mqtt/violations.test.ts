import { describe, expect, test } from 'vitest';
import { decodePacket } from './decode.ts';
import { encodeLoose } from './encode-loose.ts';
import type { LoosePacket } from './loose-packet.ts';
import type { ProtocolVersion } from './packet.ts';
import { packetTypeNumber } from './packet-type.ts';
import { NO_PROPERTIES } from './properties.ts';
import { PROPERTIES, type PropertyEntry, type PropertyHolder } from './property-table.ts';
import { rawBytes, rawField, rawPacket, rawProperties, rawProperty, rawUint16, rawUint32 } from './raw-packet.ts';
import { RULES, type Rule } from './rules.ts';
import { BAD_IN_V4, BAD_IN_V5, badInBoth, type BadPacket } from './violations.contract.ts';

const BAD: readonly (readonly [ProtocolVersion, readonly BadPacket[]])[] = [
  [4, [...badInBoth(4), ...BAD_IN_V4]],
  [5, [...badInBoth(5), ...BAD_IN_V5]],
];

describe.each(BAD)('protocol level %i: one packet breaks one statement', (version, packets) => {
  test.each(packets)('$name: $statement', ({ from = 'client', bytes, statement, reasonCode = 0x81, returnCode }) => {
    const decoded = decodePacket(bytes, version, { from });
    expect(decoded).toMatchObject({ kind: 'violation', statement, version });
    if (decoded.kind !== 'violation') return;
    expect(decoded.reasonCode).toBe(version === 4 ? undefined : reasonCode);
    expect(decoded.returnCode).toBe(version === 4 ? returnCode : undefined);
    if (decoded.byteCount !== undefined) expect(decoded.byteCount).toBe(bytes.length);
  });

  test('every rule of the table is broken by one of them', () => {
    // The packets that these three concern differ by what else is known; they have tests of their own.
    const elsewhere: readonly Rule[] = [RULES['connect-first'], RULES['protocol-level'], RULES['packet-too-large']];
    const rules: readonly Rule[] = Object.values(RULES).filter((rule) => !elsewhere.includes(rule));
    const due = rules.flatMap(({ v4, v5 }) => (version === 4 ? v4 : v5) ?? []);
    expect(due.filter((statement) => !packets.some((packet) => packet.statement === statement))).toEqual([]);
  });
});

describe('each property of 5.0 in each place', () => {
  const places = PROPERTIES.flatMap((entry) => Object.entries(entry.sections).map(([holder, section]) => ({ entry, name: entry.name, holder, section })));
  const repeats = places.filter(({ entry, holder }) => entry.kind !== 'pair' && !(entry.name === 'subscriptionIdentifiers' && holder === 'publish'));
  const ranged = places.filter(({ entry }) => outOfRange(entry) !== undefined && entry.name !== 'topicAlias');

  test.each(repeats)('$name twice in $holder: section $section', ({ entry, holder, section }) => {
    const one = rawProperty(entry.id, valid(entry));
    expectSection(holder, [one, one], section);
  });

  test.each(ranged)('$name out of range in $holder: section $section', ({ entry, holder, section }) => {
    expectSection(holder, [rawProperty(entry.id, outOfRange(entry) ?? new Uint8Array(0))], section);
  });

  test.each(everyHolder())('a property that has no place in $holder', ({ holder }) => {
    for (const entry of PROPERTIES.filter(({ sections }) => !(holder in sections))) expectSection(holder, [rawProperty(entry.id, valid(entry))], '2.2.2.2');
  });

  function expectSection(holder: string, properties: readonly Uint8Array[], section: string): void {
    const from = ['connack', 'suback', 'unsuback'].includes(holder) || (holder === 'publish' && section === '3.3.2.3.8') ? 'server' : 'client';
    expect(decodePacket(packetWith(holder, rawProperties(properties)), 5, { from })).toMatchObject({ kind: 'violation', statement: `5.0 section ${section}` });
  }
});

describe('the version of a connection', () => {
  test.each<[string, string, number]>([
    ['MQIsdp', 'MQTT-3.1.2-1', 3],
    ['MQTT', 'MQTT-3.1.2-2', 3],
    ['MQTT', 'MQTT-3.1.2-2', 6],
    ['MQTT', 'MQTT-3.1.2-2', 0x84],
  ])('name %s breaks %s at level %i, and a server can answer both ways', (name, statement, level) => {
    const bytes = rawPacket({ firstByte: 0x10, body: rawBytes(rawField(name), level, 2, 0, 10, rawField('c')) });
    expect(decodePacket(bytes, undefined, { from: 'client' })).toMatchObject({
      kind: 'violation', statement, packetType: 'connect', byteCount: bytes.length, reasonCode: 0x84, protocol: { name, level }, ...(name === 'MQTT' ? { returnCode: 1 } : {}),
    });
  });

  test('something else before CONNECT', () => {
    for (const first of [0x00, 0x30, 0xc0, 0xe0, 0xf0]) {
      expect(decodePacket(Uint8Array.of(first, 0), undefined, { from: 'client' })).toMatchObject({ kind: 'violation', statement: 'MQTT-3.1.0-1', reasonCode: 0x82, byteCount: 2 });
    }
    expect(decodePacket(new TextEncoder().encode('GET / HTTP/1.1\r\n'), undefined, { from: 'client' })).toMatchObject({ statement: 'MQTT-3.1.0-1' });
  });

  test('the rules of CONNECT are those of its own level, before and after one is agreed', () => {
    for (const agreed of [undefined, 4, 5] as const) {
      for (const level of [4, 5] as const) {
        const bytes = encodeLoose({ type: 'connect', protocolName: 'MQTT', protocolLevel: level, cleanStart: true, keepAliveS: 0, clientId: Uint8Array.of(0xff), properties: NO_PROPERTIES }, level);
        expect(decodePacket(bytes, agreed, { from: 'client' })).toMatchObject({ statement: level === 4 ? 'MQTT-1.5.3-1' : 'MQTT-1.5.4-1', version: level });
      }
    }
  });
});

describe('packets longer than the receiver takes', () => {
  const bytes = encodeLoose({ type: 'publish', dup: false, qos: 0, retain: false, topic: 'a', payload: new Uint8Array(200), properties: NO_PROPERTIES }, 5);

  test('are refused as soon as the length is there', () => {
    for (const arrived of [3, 4, bytes.length]) {
      expect(decodePacket(bytes.subarray(0, arrived), 5, { from: 'client', packetBytesMax: bytes.length - 1 })).toMatchObject({ kind: 'violation', reasonCode: 0x95, byteCount: bytes.length });
    }
    expect(decodePacket(bytes.subarray(0, 2), 5, { from: 'client', packetBytesMax: 10 })).toEqual({ kind: 'incomplete', missingBytesMin: 1 });
  });

  test('the bound itself is taken', () => {
    expect(decodePacket(bytes, 5, { from: 'client', packetBytesMax: bytes.length })).toMatchObject({ kind: 'packet' });
  });

  test('a CONNECT is no exception', () => {
    const start = rawPacket({ firstByte: 0x10, body: rawField('MQTT'), remainingLength: 100_000 });
    expect(decodePacket(start, undefined, { from: 'client', packetBytesMax: 1_000 })).toMatchObject({ kind: 'violation', statement: 'local limit', byteCount: 100_004 });
  });
});

test('what the fixed header breaks is told before the body arrives', () => {
  expect(decodePacket(Uint8Array.of(0xc1, 100), 4, { from: 'client' })).toMatchObject({ kind: 'violation', statement: 'MQTT-2.2.2-1', byteCount: 102 });
});

function everyHolder(): { holder: PropertyHolder }[] {
  const holders: readonly PropertyHolder[] = ['connect', 'will', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback', 'unsubscribe', 'unsuback', 'disconnect', 'auth'];
  return holders.map((holder) => ({ holder }));
}

/** A packet as far as its properties. */
function packetWith(holder: string, propertyPart: Uint8Array): Uint8Array {
  const connect = (flags: number): Uint8Array => rawBytes(rawField('MQTT'), 5, flags, rawUint16(10));
  const ofHolder: Record<string, Uint8Array> = {
    connect: connect(2),
    will: rawBytes(connect(6), 0, rawField('c')),
    connack: Uint8Array.of(0, 0),
    publish: rawField('a'),
    disconnect: Uint8Array.of(0),
    auth: Uint8Array.of(0x18),
  };
  const isAcknowledgement = ['puback', 'pubrec', 'pubrel', 'pubcomp'].includes(holder);
  const start = ofHolder[holder] ?? (isAcknowledgement ? rawBytes(rawUint16(1), 0) : rawUint16(1));
  const type = holder === 'will' ? 'connect' : PACKET_NAMES.find((name) => name === holder);
  const flags = ['pubrel', 'subscribe', 'unsubscribe'].includes(holder) ? 2 : 0;
  return rawPacket({ firstByte: (packetTypeNumber(type ?? 'connect') << 4) | flags, body: rawBytes(start, propertyPart) });
}

const PACKET_NAMES: readonly LoosePacket['type'][] = ['connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback', 'unsubscribe', 'unsuback', 'disconnect', 'auth'];

function valid({ kind }: PropertyEntry): Uint8Array {
  if (kind === 'flag' || kind === 'boolean' || kind === 'variable') return Uint8Array.of(1);
  if (kind === 'uint16') return rawUint16(1);
  if (kind === 'uint32') return rawUint32(1);
  return kind === 'pair' ? rawBytes(rawField('k'), rawField('v')) : rawField('x');
}

function outOfRange({ kind, positive }: PropertyEntry): Uint8Array | undefined {
  if (kind === 'flag' || kind === 'boolean') return Uint8Array.of(2);
  if (positive !== true) return undefined;
  return kind === 'uint16' ? rawUint16(0) : kind === 'uint32' ? rawUint32(0) : Uint8Array.of(0);
}
