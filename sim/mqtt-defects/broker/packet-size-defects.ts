import type { DefectiveConnection, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites } from '../rewrite.ts';
import { without } from '../version-5.ts';

const LONG_TEXT = 'a text for people that is far too long for a client with little memory '.repeat(6);
const ANSWERS = ['connack', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback', 'disconnect'] as const;

/** Defects about the Maximum Packet Size of either side. */
export const PACKET_SIZE_DEFECTS: readonly MqttDefect[] = [
  ...ANSWERS.flatMap((type): MqttDefect[] => [
    rewrites(`long-reason-string-in-${type}`, `gives a long reason string in ${type.toUpperCase()}, however little the client takes`, { from: 'server', type }, (packet) => ({
      ...packet,
      properties: { ...packet.properties, reasonString: LONG_TEXT },
    })),
    rewrites(`long-user-property-in-${type}`, `adds a long user property to ${type.toUpperCase()}, however little the client takes`, { from: 'server', type }, (packet) => ({
      ...packet,
      properties: { ...packet.properties, userProperties: [['detail', LONG_TEXT]] },
    })),
  ]),
  rewrites('ignores-maximum-packet-size', 'sends packets that are larger than the client takes', { from: 'client', type: 'connect' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'maximumPacketSizeBytes'),
  })),
  rewrites('large-connack', 'sends CONNACK with everything it has to say, however little the client takes', { from: 'client', type: 'connect' }, (packet) => ({
    ...packet,
    clientId: '',
    cleanStart: true,
    properties: without(packet.properties, 'maximumPacketSizeBytes'),
  })),
  { id: 'stops-at-large-publication', does: 'sends a client nothing more behind a publication that is too large for it', create: () => stopAtLarge },
  { id: 'swallows-large-publish', does: 'reads over packets that are larger than it said it takes', create: () => swallowLarge },
];

/** The good server drops the large one and sends the small one, which never comes. */
function stopAtLarge(): DefectiveConnection {
  let takesLittle = false;
  return {
    onPacket: (seen) => {
      takesLittle ||= chosen(seen, { from: 'client', type: 'connect' })?.properties.maximumPacketSizeBytes !== undefined;
      return takesLittle && chosen(seen, { from: 'server', type: 'publish' }) !== undefined ? [] : 'pass';
    },
  };
}

function swallowLarge(): DefectiveConnection {
  let most = Number.POSITIVE_INFINITY;
  return {
    onPacket: (seen) => {
      most = chosen(seen, { from: 'server', type: 'connack' })?.properties.maximumPacketSizeBytes ?? most;
      return seen.from === 'client' && seen.bytes.length > most ? [] : 'pass';
    },
  };
}
