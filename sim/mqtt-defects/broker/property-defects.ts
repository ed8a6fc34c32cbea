import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { encodePropertyBlock } from '../../../hil/protocols/mqtt/encode-properties.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { rawBytes, rawField, rawPacket, rawProperty, rawUint16, rawVariableByteInteger } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import type { MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, stateless, swallows } from '../rewrite.ts';

/** Defects in how properties are read and written. */
export const PROPERTY_DEFECTS: readonly MqttDefect[] = [
  acceptsViolation(
    'accepts-repeated-property',
    'takes a property that comes twice where it may come once',
    ({ because }) => because.endsWith('comes twice'),
  ),
  acceptsViolation(
    'accepts-misplaced-property',
    'takes properties that the packet may not hold',
    ({ because }) => because.includes('has no place in'),
  ),
  acceptsViolation(
    'accepts-unknown-property',
    'passes over properties that no packet has',
    ({ because }) => because.startsWith('no property has the identifier'),
  ),
  acceptsViolation(
    'accepts-property-out-of-range',
    'takes 0 and 2 for properties that may not have them',
    ({ because }) => / is 0$|neither 0 nor 1$/u.test(because),
  ),
  acceptsViolation(
    'accepts-authentication-data-alone',
    'takes authentication data without a method',
    ({ statement }) => statement === '5.0 section 3.1.2.11.10',
  ),
  acceptsViolation(
    'accepts-ill-formed-property-text',
    'takes ill-formed UTF-8 and U+0000 in texts',
    ({ statement }) => ['MQTT-1.5.4-1', 'MQTT-1.5.4-2', 'MQTT-1.5.7-1'].includes(statement),
  ),
  acceptsViolation(
    'accepts-wrong-property-length',
    'takes property lengths that do not fit',
    ({ statement, because }) => statement === '5.0 section 2.2.2.1' || because.startsWith('property length'),
  ),
  withoutProperties('connack-without-property-length', 'sends CONNACK as 3.1.1 has it, without properties', 'connack'),
  withoutProperties('suback-without-property-length', 'sends SUBACK as 3.1.1 has it, without property length', 'suback'),
  withoutProperties('publish-without-property-length', 'sends PUBLISH as 3.1.1 has it, without property length', 'publish'),
  stateless('lengths-not-minimal', 'writes the property length of PUBLISH in a byte more than it needs', (seen) => {
    const publish = chosen(seen, { from: 'server', type: 'publish' });
    return publish === undefined ? 'pass' : [onward('server', longWinded(publish))];
  }),
  rewrites('breaks-user-property-text', 'cuts the last byte off the value of a user property', { from: 'server', type: 'publish', when: ({ properties }) => properties.userProperties !== undefined }, (packet) => ({
    ...packet,
    properties: rawBytes(...(packet.properties.userProperties ?? []).map(([name, value]) => rawProperty('userProperties', rawBytes(rawField(name), rawField(new TextEncoder().encode(value).slice(0, -1)))))),
  })),
  swallowsLongAcknowledgements(),
];

/** Packets of the server as an older server writes them. */
function withoutProperties(id: string, does: string, type: 'connack' | 'suback' | 'publish'): MqttDefect {
  return stateless(id, does, (seen) => {
    const packet = chosen(seen, { from: 'server', type });
    return packet === undefined || seen.version === 4 ? 'pass' : [onward('server', encodeLoose(packet, 4))];
  });
}

function longWinded({ dup, qos, retain, topic, packetId, properties, payload }: PublishPacket): Uint8Array {
  const block = encodePropertyBlock(properties);
  const length = rawVariableByteInteger(block.length, rawVariableByteInteger(block.length).length + 1);
  const body = rawBytes(rawField(topic), packetId === undefined ? new Uint8Array(0) : rawUint16(packetId), length, block, payload);
  return rawPacket({ firstByte: 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), body });
}

/** PUBACK of more than two bytes is lost. */
function swallowsLongAcknowledgements(): MqttDefect {
  return swallows('ignores-long-acknowledgements', 'does not understand a PUBACK with reason code and property length', {
    from: 'client',
    type: 'puback',
    when: (_puback, { bytes }) => bytes.length > 4,
  });
}
