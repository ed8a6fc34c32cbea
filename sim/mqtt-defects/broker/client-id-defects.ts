import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { ConnectPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import type { DefectAction, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites, stateless } from '../rewrite.ts';

const IDENTIFIER_REJECTED = 0x02;
const CLIENT_IDENTIFIER_NOT_VALID = 0x85;
/** Longer than any that a case uses by the way. */
const USUAL_BYTES_MAX = 20;

/** Defects in what client ids are taken, given and told apart. */
export const CLIENT_ID_DEFECTS: readonly MqttDefect[] = [
  stateless('refuses-long-client-ids', 'refuses client ids of more than 20 bytes', (seen) => {
    const connect = chosen(seen, { from: 'client', type: 'connect', when: ({ clientId }) => clientId.length > USUAL_BYTES_MAX });
    return connect === undefined ? 'pass' : [rejected(connect), { do: 'closeClient' }];
  }),
  rewrites('gives-everybody-one-client-id', 'gives all clients without a client id the same one', { from: 'client', type: 'connect', when: ({ clientId }) => clientId === '' }, (packet) => ({
    ...packet,
    clientId: `everybody${packet.protocolLevel}`,
  })),
  rewrites('assigns-one-client-id', 'tells all clients without a client id the same one', { from: 'server', type: 'connack', when: ({ properties }) => properties.assignedClientIdentifier !== undefined }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, assignedClientIdentifier: 'everybody' },
  })),
  rewrites('assigns-client-ids-of-nobody', 'tells a client another client id than it gave it', { from: 'server', type: 'connack', when: ({ properties }) => properties.assignedClientIdentifier !== undefined }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, assignedClientIdentifier: `${packet.properties.assignedClientIdentifier ?? ''}x` },
  })),
  acceptsViolation(
    'takes-empty-client-id-without-clean-session',
    'accepts an empty client id although the session is to last',
    ({ because }) => because.startsWith('client id is empty'),
  ),
  stateless('stays-after-refusing-client-id', 'refuses empty and unusual client ids by CONNACK, and does not end the connection', (seen) => {
    const connect = chosen(seen, { from: 'client', type: 'connect', when: ({ clientId }) => clientId.length > USUAL_BYTES_MAX || clientId === '' });
    return connect === undefined ? 'pass' : [rejected(connect)];
  }),
  rewrites('ignores-case-of-client-ids', 'takes client ids that differ in the case of letters for the same', { from: 'client', type: 'connect' }, (packet) => ({
    ...packet,
    clientId: packet.clientId.toLowerCase(),
  })),
];

function rejected({ protocolLevel }: ConnectPacket): DefectAction {
  const connack = { type: 'connack', sessionPresent: false, reasonCode: protocolLevel === 5 ? CLIENT_IDENTIFIER_NOT_VALID : IDENTIFIER_REJECTED, properties: NO_PROPERTIES } as const;
  return { do: 'toClient', bytes: encodeLoose(connack, protocolLevel === 5 ? 5 : 4) };
}
