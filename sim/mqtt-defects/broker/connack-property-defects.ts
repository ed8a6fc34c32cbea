import type { MqttDefect } from '../mqtt-defect.ts';
import { rewrites } from '../rewrite.ts';
import { without } from '../version-5.ts';

/** Defects in what CONNACK tells. */
export const CONNACK_PROPERTY_DEFECTS: readonly MqttDefect[] = [
  rewrites('hides-assigned-client-id', 'assigns a client id and does not tell', { from: 'server', type: 'connack' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'assignedClientIdentifier'),
  })),
  rewrites('tells-one-assigned-client-id', 'tells every client without client id the same one', { from: 'server', type: 'connack', when: ({ properties }) => properties.assignedClientIdentifier !== undefined }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, assignedClientIdentifier: 'anonymous' },
  })),
  rewrites('lets-clients-without-id-in', 'takes clients without client id, and says otherwise', { from: 'client', type: 'connect', when: ({ clientId }) => clientId === '' }, (packet) => ({
    ...packet,
    clientId: 'withoutid',
  })),
  rewrites(
    'drops-keep-alive-of-connect',
    'does not look at the Keep Alive of the client',
    { from: 'client', type: 'connect' },
    (packet) => ({ ...packet, keepAliveS: 60 }),
  ),
];
