import type { LooseProperties } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { rawBytes, rawField, rawPacket, rawProperties, rawProperty, rawUint16, rawUint32, rawVariableByteInteger } from '../../../hil/protocols/mqtt/raw-packet.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import { text } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** Who carries the property block that is wrong. */
type Carrier = 'connect' | 'will' | 'publish' | 'subscribe' | 'unsubscribe' | 'puback';

interface BadBlock {
  readonly number: number;
  readonly carrier: Carrier;
  /** Completes "... makes the broker end the connection". */
  readonly what: string;
  /** The property block, without its length. */
  readonly block: Uint8Array;
  readonly caughtBy: string;
  /** Beside 4.13.1-1 (and 3.1.4-1 in a CONNECT). */
  readonly statements?: readonly string[];
}

const twice = (property: Uint8Array): Uint8Array => rawBytes(property, property);
const COMES_TWICE = 'accepts-repeated-property';
const MISPLACED = 'accepts-misplaced-property';
const UNKNOWN = 'accepts-unknown-property';
const OUT_OF_RANGE = 'accepts-property-out-of-range';
const BAD_TEXT = 'accepts-ill-formed-property-text';

const NULL_TEXT = Uint8Array.of(0x61, 0x00);
const SURROGATE = Uint8Array.of(0xed, 0xa0, 0x80);
const CUT_SEQUENCE = Uint8Array.of(0xc3, 0x28);
const pair = (name: string | Uint8Array, value: string | Uint8Array): Uint8Array => rawProperty('userProperties', rawBytes(rawField(name), rawField(value)));

/** "It is a Protocol Error to include ... more than once": the sections of the properties, and 2.2.2.2. */
const REPEATED: readonly BadBlock[] = [
  { number: 1, carrier: 'connect', what: 'Session Expiry Interval twice in CONNECT', block: twice(rawProperty('sessionExpiryIntervalS', rawUint32(10))), caughtBy: COMES_TWICE },
  { number: 2, carrier: 'connect', what: 'Receive Maximum twice in CONNECT', block: twice(rawProperty('receiveMaximum', rawUint16(10))), caughtBy: COMES_TWICE },
  { number: 3, carrier: 'connect', what: 'Maximum Packet Size twice in CONNECT', block: twice(rawProperty('maximumPacketSizeBytes', rawUint32(1_000))), caughtBy: COMES_TWICE },
  { number: 4, carrier: 'connect', what: 'Topic Alias Maximum twice in CONNECT', block: twice(rawProperty('topicAliasMaximum', rawUint16(1))), caughtBy: COMES_TWICE },
  { number: 5, carrier: 'connect', what: 'Request Response Information twice in CONNECT', block: twice(rawProperty('requestResponseInformation', Uint8Array.of(0))), caughtBy: COMES_TWICE },
  { number: 6, carrier: 'connect', what: 'Request Problem Information twice in CONNECT', block: twice(rawProperty('requestProblemInformation', Uint8Array.of(1))), caughtBy: COMES_TWICE },
  { number: 7, carrier: 'will', what: 'Will Delay Interval twice in the will properties', block: twice(rawProperty('willDelayIntervalS', rawUint32(0))), caughtBy: COMES_TWICE },
  { number: 8, carrier: 'will', what: 'Payload Format Indicator twice in the will properties', block: twice(rawProperty('payloadFormatIndicator', Uint8Array.of(0))), caughtBy: COMES_TWICE },
  { number: 9, carrier: 'will', what: 'Message Expiry Interval twice in the will properties', block: twice(rawProperty('messageExpiryIntervalS', rawUint32(60))), caughtBy: COMES_TWICE },
  { number: 10, carrier: 'will', what: 'Content Type twice in the will properties', block: twice(rawProperty('contentType', rawField('text/plain'))), caughtBy: COMES_TWICE },
  { number: 11, carrier: 'will', what: 'Response Topic twice in the will properties', block: twice(rawProperty('responseTopic', rawField('answers'))), caughtBy: COMES_TWICE },
  { number: 12, carrier: 'will', what: 'Correlation Data twice in the will properties', block: twice(rawProperty('correlationData', rawField('7'))), caughtBy: COMES_TWICE },
  { number: 13, carrier: 'publish', what: 'Payload Format Indicator twice in PUBLISH', block: twice(rawProperty('payloadFormatIndicator', Uint8Array.of(0))), caughtBy: COMES_TWICE },
  { number: 14, carrier: 'publish', what: 'Message Expiry Interval twice in PUBLISH', block: twice(rawProperty('messageExpiryIntervalS', rawUint32(60))), caughtBy: COMES_TWICE },
  { number: 15, carrier: 'publish', what: 'Topic Alias twice in PUBLISH', block: twice(rawProperty('topicAlias', rawUint16(1))), caughtBy: COMES_TWICE },
  { number: 16, carrier: 'publish', what: 'Response Topic twice in PUBLISH', block: twice(rawProperty('responseTopic', rawField('answers'))), caughtBy: COMES_TWICE },
  { number: 17, carrier: 'publish', what: 'Correlation Data twice in PUBLISH', block: twice(rawProperty('correlationData', rawField('7'))), caughtBy: COMES_TWICE },
  { number: 18, carrier: 'publish', what: 'Content Type twice in PUBLISH', block: twice(rawProperty('contentType', rawField('text/plain'))), caughtBy: COMES_TWICE },
  { number: 19, carrier: 'subscribe', what: 'Subscription Identifier twice in SUBSCRIBE', block: twice(rawProperty('subscriptionIdentifiers', rawVariableByteInteger(1))), caughtBy: COMES_TWICE },
  { number: 20, carrier: 'puback', what: 'Reason String twice in PUBACK', block: twice(rawProperty('reasonString', rawField('taken'))), caughtBy: COMES_TWICE },
];

/** Section 2.2.2.2: an identifier that is not valid for its packet type makes the packet malformed. */
const MISPLACED_BLOCKS: readonly BadBlock[] = [
  { number: 30, carrier: 'connect', what: 'a property that no packet has (0x7E) in CONNECT', block: rawProperty(0x7e, Uint8Array.of(0)), caughtBy: UNKNOWN },
  { number: 31, carrier: 'will', what: 'a property that no packet has (0x04) in the will properties', block: rawProperty(0x04, Uint8Array.of(0)), caughtBy: UNKNOWN },
  { number: 32, carrier: 'publish', what: 'a property that no packet has (0x7E) in PUBLISH', block: rawProperty(0x7e, Uint8Array.of(0)), caughtBy: UNKNOWN },
  { number: 33, carrier: 'subscribe', what: 'a property that no packet has (0x04) in SUBSCRIBE', block: rawProperty(0x04, Uint8Array.of(0)), caughtBy: UNKNOWN },
  { number: 34, carrier: 'unsubscribe', what: 'a property that no packet has (0x7E) in UNSUBSCRIBE', block: rawProperty(0x7e, Uint8Array.of(0)), caughtBy: UNKNOWN },
  { number: 35, carrier: 'connect', what: 'Message Expiry Interval, a property of PUBLISH, in CONNECT', block: rawProperty('messageExpiryIntervalS', rawUint32(60)), caughtBy: MISPLACED },
  { number: 36, carrier: 'connect', what: 'Assigned Client Identifier, a property of CONNACK, in CONNECT', block: rawProperty('assignedClientIdentifier', rawField('mine')), caughtBy: MISPLACED },
  { number: 37, carrier: 'will', what: 'Session Expiry Interval, a property of CONNECT, in the will properties', block: rawProperty('sessionExpiryIntervalS', rawUint32(10)), caughtBy: MISPLACED },
  { number: 38, carrier: 'publish', what: 'Session Expiry Interval, a property of CONNECT, in PUBLISH', block: rawProperty('sessionExpiryIntervalS', rawUint32(10)), caughtBy: MISPLACED },
  { number: 39, carrier: 'publish', what: 'Reason String, a property of acknowledgements, in PUBLISH', block: rawProperty('reasonString', rawField('why')), caughtBy: MISPLACED },
  { number: 40, carrier: 'subscribe', what: 'Content Type, a property of PUBLISH, in SUBSCRIBE', block: rawProperty('contentType', rawField('text/plain')), caughtBy: MISPLACED },
  { number: 41, carrier: 'unsubscribe', what: 'Subscription Identifier, a property of SUBSCRIBE, in UNSUBSCRIBE', block: rawProperty('subscriptionIdentifiers', rawVariableByteInteger(1)), caughtBy: MISPLACED },
  { number: 42, carrier: 'puback', what: 'Content Type, a property of PUBLISH, in PUBACK', block: rawProperty('contentType', rawField('text/plain')), caughtBy: MISPLACED },
];

/** Values that the section of the property calls a protocol error. */
const OUT_OF_RANGE_BLOCKS: readonly BadBlock[] = [
  { number: 50, carrier: 'connect', what: 'Receive Maximum 0 in CONNECT', block: rawProperty('receiveMaximum', rawUint16(0)), caughtBy: OUT_OF_RANGE },
  { number: 51, carrier: 'connect', what: 'Maximum Packet Size 0 in CONNECT', block: rawProperty('maximumPacketSizeBytes', rawUint32(0)), caughtBy: OUT_OF_RANGE },
  { number: 52, carrier: 'connect', what: 'Request Response Information 2 in CONNECT', block: rawProperty('requestResponseInformation', Uint8Array.of(2)), caughtBy: OUT_OF_RANGE },
  { number: 53, carrier: 'connect', what: 'Request Problem Information 2 in CONNECT', block: rawProperty('requestProblemInformation', Uint8Array.of(2)), caughtBy: OUT_OF_RANGE },
  { number: 54, carrier: 'connect', what: 'Authentication Data without an Authentication Method in CONNECT', block: rawProperty('authenticationData', rawField('data')), caughtBy: 'accepts-authentication-data-alone' },
  { number: 55, carrier: 'subscribe', what: 'Subscription Identifier 0 in SUBSCRIBE', block: rawProperty('subscriptionIdentifiers', Uint8Array.of(0)), caughtBy: OUT_OF_RANGE },
];

/** Sections 1.5.4 and 1.5.7: a receiver of ill-formed text takes the packet as malformed. */
const BAD_TEXT_BLOCKS: readonly BadBlock[] = [
  { number: 60, carrier: 'connect', what: 'a user property in CONNECT with a name that is no UTF-8', block: pair(CUT_SEQUENCE, 'v'), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.7-1'] },
  { number: 61, carrier: 'connect', what: 'a user property in CONNECT with U+0000 in its value', block: pair('n', NULL_TEXT), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.7-1'] },
  { number: 62, carrier: 'publish', what: 'a user property in PUBLISH with a surrogate in its name', block: pair(SURROGATE, 'v'), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.7-1'] },
  { number: 63, carrier: 'publish', what: 'a user property in PUBLISH with a value that is no UTF-8', block: pair('n', CUT_SEQUENCE), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.7-1'] },
  { number: 64, carrier: 'subscribe', what: 'a user property in SUBSCRIBE with U+0000 in its name', block: pair(NULL_TEXT, 'v'), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.7-1'] },
  { number: 65, carrier: 'will', what: 'a user property of the will with a value that is no UTF-8', block: pair('n', CUT_SEQUENCE), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.7-1'] },
  { number: 66, carrier: 'publish', what: 'a Content Type in PUBLISH that is no UTF-8', block: rawProperty('contentType', rawField(CUT_SEQUENCE)), caughtBy: BAD_TEXT, statements: ['MQTT-3.3.2-19', 'MQTT-1.5.4-1'] },
  { number: 67, carrier: 'publish', what: 'a Response Topic in PUBLISH that is no UTF-8', block: rawProperty('responseTopic', rawField(SURROGATE)), caughtBy: BAD_TEXT, statements: ['MQTT-3.3.2-13', 'MQTT-1.5.4-1'] },
  { number: 68, carrier: 'publish', what: 'U+0000 in the Content Type of PUBLISH', block: rawProperty('contentType', rawField(NULL_TEXT)), caughtBy: BAD_TEXT, statements: ['MQTT-1.5.4-2'] },
];

/** Blocks whose length fits and whose last property does not: section 2.2.2, and 1.5.5 for the number of the property. */
const TRUNCATED_BLOCKS: readonly BadBlock[] = [
  { number: 70, carrier: 'connect', what: 'a property in CONNECT that is cut short by the property length', block: Uint8Array.of(0x11, 0x00, 0x00), caughtBy: 'accepts-wrong-property-length' },
  { number: 71, carrier: 'publish', what: 'a property in PUBLISH that is cut short by the property length', block: Uint8Array.of(0x02, 0x00), caughtBy: 'accepts-wrong-property-length' },
  { number: 72, carrier: 'subscribe', what: 'a user property in SUBSCRIBE that is cut short by the property length', block: Uint8Array.of(0x26, 0x00, 0x01, 0x61), caughtBy: 'accepts-wrong-property-length' },
];

/** Property blocks of a client that no broker may take. @see MQTT 5.0, sections 1.5, 2.2.2 and 4.13 */
export const MALFORMED_PROPERTY_PURPOSES: readonly BrokerPurpose[] = [
  ...[...REPEATED, ...MISPLACED_BLOCKS, ...OUT_OF_RANGE_BLOCKS, ...BAD_TEXT_BLOCKS, ...TRUNCATED_BLOCKS].map(badBlockPurpose),
  {
    area: 'PROPERTY',
    number: 80,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'A property length in PUBLISH that is more than the packet holds makes the broker end the connection',
    caughtBy: 'accepts-wrong-property-length',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const body = rawBytes(rawField(bench.topic('t')), rawProperties([], 100), text('payload'));
      await peer.sendBytes(rawPacket({ firstByte: 0x30, body }));
      await peer.expectEnd('PUBLISH with a property length of 100 and 7 bytes left');
    },
  },
  {
    area: 'PROPERTY',
    number: 81,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'A property length in PUBLISH of more than four bytes makes the broker end the connection',
    caughtBy: 'accepts-wrong-property-length',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const body = rawBytes(rawField(bench.topic('t')), rawVariableByteInteger(0, 5), text('payload'));
      await peer.sendBytes(rawPacket({ firstByte: 0x30, body }));
      await peer.expectEnd('PUBLISH with a property length of five bytes');
    },
  },
];

function badBlockPurpose({ number, carrier, what, block, caughtBy, statements = [] }: BadBlock): BrokerPurpose {
  const isConnect = carrier === 'connect' || carrier === 'will';
  return {
    area: 'PROPERTY',
    number,
    version: 1,
    statements: { '5.0': [...(isConnect ? ['MQTT-3.1.4-1'] : []), 'MQTT-4.13.1-1', ...statements] },
    purpose: `${what.charAt(0).toUpperCase()}${what.slice(1)} makes the broker end the connection`,
    ...(isConnect || !isTolerable(caughtBy) ? {} : { level: 'should' }),
    ...(carrier === 'puback' ? { requires: ['QOS1'] } : {}),
    ...(what.startsWith('Subscription Identifier') && carrier === 'subscribe' ? { requires: ['SUBSCRIPTION_IDENTIFIERS'] } : {}),
    caughtBy,
    run: (bench) => sendBlock(bench, carrier, what, block),
  };
}

/**
 * What a broker can make sense of all the same: section 4.13.1 leaves it to the receiver how rigorously it looks at packets
 * other than CONNECT, which 3.1.4-1 has it validate.
 */
function isTolerable(caughtBy: string): boolean {
  return caughtBy === COMES_TWICE || caughtBy === MISPLACED || caughtBy === OUT_OF_RANGE;
}

async function sendBlock(bench: MqttBench, carrier: Carrier, what: string, properties: LooseProperties): Promise<void> {
  if (carrier === 'connect' || carrier === 'will') {
    const will = { topic: bench.topic('will'), payload: text('x'), qos: 0, retain: false, properties };
    const peer = await bench.openAndConnect('a', carrier === 'will' ? { will } : { properties });
    await peer.expectEnd(what);
    return;
  }
  const { peer } = await bench.connected('a');
  if (carrier === 'publish') await peer.send(bench.publishPacket(bench.topic('t'), { properties }));
  if (carrier === 'subscribe') await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('t') }], { properties }));
  if (carrier === 'unsubscribe') await peer.send({ type: 'unsubscribe', packetId: 7, filters: [bench.topic('t')], properties });
  if (carrier === 'puback') {
    const topic = bench.topic('t');
    await bench.subscribed(peer, { filter: topic, qos: 1 });
    const { peer: publisher } = await bench.connected('publisher');
    await bench.published(publisher, topic, { qos: 1 });
    const { packetId = 0 } = await peer.needPacket('the publication', 'publish', 'at QoS 1', ({ qos }) => qos === 1);
    await peer.send({ type: 'puback', packetId, reasonCode: 0, properties });
  }
  await peer.expectEnd(what);
}
