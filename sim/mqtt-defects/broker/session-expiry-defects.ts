import type { MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites, swallows } from '../rewrite.ts';
import { to, without } from '../version-5.ts';

const LONG_S = 600;

/** Defects in how long sessions and messages live. */
export const SESSION_EXPIRY_DEFECTS: readonly MqttDefect[] = [
  rewrites(
    'ends-sessions-with-connection',
    'forgets every session when its connection ends',
    { from: 'client', type: 'connect' },
    (packet) => ({ ...packet, cleanStart: true }),
  ),
  {
    id: 'keeps-sessions-forever',
    does: 'keeps sessions whatever expiry interval they have',
    create: () => () => ({
      onPacket: (seen) => {
        const connect = chosen(seen, { from: 'client', type: 'connect' });
        if (connect !== undefined) return [to('client', { ...connect, properties: { ...connect.properties, sessionExpiryIntervalS: LONG_S } })];
        const disconnect = chosen(seen, { from: 'client', type: 'disconnect' });
        return disconnect === undefined ? 'pass' : [to('client', { ...disconnect, properties: without(disconnect.properties, 'sessionExpiryIntervalS') })];
      },
    }),
  },
  rewrites('ignores-disconnect-session-expiry', 'does not look at the session expiry interval in DISCONNECT', { from: 'client', type: 'disconnect' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'sessionExpiryIntervalS'),
  })),
  {
    id: 'session-expiry-born-in-disconnect',
    does: 'lets DISCONNECT make a session last that CONNECT did not want to last',
    create: () => () => ({
      onPacket: (seen) => {
        const connect = chosen(seen, { from: 'client', type: 'connect' });
        if (connect !== undefined) return [to('client', { ...connect, properties: { ...connect.properties, sessionExpiryIntervalS: connect.properties.sessionExpiryIntervalS ?? LONG_S } })];
        return 'pass';
      },
    }),
  },
  ...messageExpiryDefects(),
  swallows(
    'drops-outgoing-handshake-of-expired-message',
    'does not answer PUBREC for a message that has expired',
    { from: 'client', type: 'pubrec' },
  ),
  swallows(
    'drops-incoming-handshake-of-expired-message',
    'does not answer PUBREL for a message that has expired',
    { from: 'client', type: 'pubrel' },
  ),
];

/** The good server never learns of the interval, or what it makes of it is changed on the way out. */
function messageExpiryDefects(): MqttDefect[] {
  return [
    rewrites('message-never-expires', 'delivers messages whether they have expired or not', { from: 'client', type: 'publish' }, (packet) => ({
      ...packet,
      properties: without(packet.properties, 'messageExpiryIntervalS'),
    })),
    rewrites(
      'raises-message-expiry',
      'forwards a message expiry interval that is twice what it was',
      { from: 'server', type: 'publish', when: ({ properties }) => properties.messageExpiryIntervalS !== undefined },
      (packet) => ({ ...packet, properties: { ...packet.properties, messageExpiryIntervalS: 2 * (packet.properties.messageExpiryIntervalS ?? 0) } }),
    ),
    rewrites(
      'message-expiry-unchanged',
      'forwards the message expiry interval as it came, however long the message waited',
      { from: 'server', type: 'publish', when: ({ properties }) => properties.messageExpiryIntervalS !== undefined },
      (packet) => ({ ...packet, properties: { ...packet.properties, messageExpiryIntervalS: 100 } }),
    ),
  ];
}
