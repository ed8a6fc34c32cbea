import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { readFixedHeader } from '../../../hil/protocols/mqtt/fixed-header.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { rawPacket, rawVariableByteInteger } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import type { MqttDefect } from '../mqtt-defect.ts';
import { backward, chosen, onward, rewrites, stateless } from '../rewrite.ts';

const RESERVED_FLAGS = ['MQTT-2.2.2-1', 'MQTT-2.1.3-1'];
const PROTOCOL_ERROR = 0x82;

/** Defects in fixed headers, packet identifiers and property lengths. */
export const HEADER_DEFECTS: readonly MqttDefect[] = [
  acceptsViolation(
    'takes-wrong-connect-flags',
    'does not look at the fixed header flags of CONNECT',
    ({ statement, packetType }) => RESERVED_FLAGS.includes(statement) && packetType === 'connect',
  ),
  acceptsViolation(
    'takes-wrong-flags',
    'does not look at fixed header flags',
    ({ statement, packetType }) => RESERVED_FLAGS.includes(statement) && packetType !== 'connect',
  ),
  acceptsViolation(
    'takes-wrong-flags-of-disconnect',
    'skips a DISCONNECT with wrong fixed header flags, and goes on',
    ({ statement }) => statement === 'MQTT-3.14.1-1',
  ),
  acceptsViolation('takes-reserved-types', 'skips packets of reserved types', ({ because }) => because.startsWith('packet type')),
  acceptsViolation(
    'takes-packets-of-servers',
    'skips packets that only servers send',
    ({ because }) => because.startsWith('a client may not send'),
  ),
  acceptsViolation(
    'takes-endless-lengths',
    'waits for the end of a remaining length that has none',
    ({ because }) => because.includes('goes on after 4 bytes'),
  ),
  acceptsViolation(
    'takes-truncated-packets',
    'takes packets that end within a field',
    ({ because, packetType }) => because.endsWith('are left') && packetType !== 'connect',
  ),
  acceptsViolation('takes-packet-id-zero', 'takes packet identifier 0', ({ because }) => because === 'packet id is 0'),
  {
    id: 'stays-after-its-disconnect',
    does: 'answers a second CONNECT with DISCONNECT, and does not end the connection',
    create: () => () => {
      let connected = false;
      return {
        onPacket: (seen) => {
          if (chosen(seen, { from: 'client', type: 'connect' }) === undefined) return 'pass';
          const again = connected;
          connected = true;
          return again ? [backward('client', encodeLoose({ type: 'disconnect', reasonCode: PROTOCOL_ERROR, properties: NO_PROPERTIES }, seen.version))] : 'pass';
        },
      };
    },
  },
  rewrites(
    'sends-wrong-pubrel-flags',
    'sends PUBREL with fixed header flags 0000',
    { from: 'server', type: 'pubrel' },
    (packet) => ({ ...packet, fixedHeaderFlags: 0 }),
  ),
  rewrites(
    'gives-packet-id-twice',
    'gives every PUBLISH the same packet identifier',
    { from: 'server', type: 'publish', when: ({ qos }) => qos > 0 },
    (packet) => ({ ...packet, packetId: 7 }),
  ),
  rewrites('sends-packet-id-at-qos-0', 'puts a packet identifier into QoS 0 PUBLISH', { from: 'server', type: 'publish', when: ({ qos }) => qos === 0 }, (packet) => ({
    ...packet,
    packetId: 7,
    hasPacketId: true,
  })),
  stateless('answers-with-another-packet-id', 'answers with the packet identifier that comes after the right one', (seen) => {
    const { packet, from, version } = seen;
    if (from !== 'server' || packet === undefined || !isAnswer(packet)) return 'pass';
    return [onward(from, encodeLoose({ ...packet, packetId: after(packet.packetId) }, version))];
  }),
  rewrites('releases-another-packet-id', 'sends PUBREL with the packet identifier that comes after the right one', { from: 'server', type: 'pubrel' }, (packet) => ({
    ...packet,
    packetId: after(packet.packetId),
  })),
  stateless('pads-remaining-length', 'writes remaining lengths in one byte more than they need', (seen) => {
    if (chosen(seen, { from: 'server', type: 'publish' }) === undefined) return 'pass';
    const header = readFixedHeader(seen.bytes, 0, seen.bytes.length);
    if (header.kind !== 'header') return 'pass';
    const body = seen.bytes.subarray(header.bodyStart);
    return [onward('server', rawPacket({ firstByte: seen.bytes[0] ?? 0, body, remainingLength: rawVariableByteInteger(body.length, header.bodyStart) }))];
  }),
  stateless('leaves-out-property-length', 'leaves the property length out of a PUBLISH that has no properties', (seen) => {
    const publish = chosen(seen, { from: 'server', type: 'publish', when: ({ properties }) => Object.keys(properties).length === 0 });
    // In the layout of 3.1.1 there is none.
    return publish === undefined ? 'pass' : [onward('server', encodeLoose(publish, 4))];
  }),
];

type Answer = Extract<NonNullable<Parameters<typeof encodeLoose>[0]>, { readonly type: 'puback' | 'pubrec' | 'pubcomp' | 'suback' | 'unsuback' }>;

function isAnswer(packet: Parameters<typeof encodeLoose>[0]): packet is Answer {
  return packet.type === 'puback' || packet.type === 'pubrec' || packet.type === 'pubcomp' || packet.type === 'suback' || packet.type === 'unsuback';
}

/** The next packet identifier; 1 comes after 65535. */
function after(packetId: number): number {
  return (packetId % 0xffff) + 1;
}
