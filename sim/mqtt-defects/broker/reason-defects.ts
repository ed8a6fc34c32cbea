import type { DefectAction, DefectiveConnection, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites, stateless } from '../rewrite.ts';
import { to } from '../version-5.ts';

/** A code that no packet has. */
const UNLISTED = 0x42;
const CODED = ['connack', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'disconnect'] as const;
const LISTED_CODES = ['suback', 'unsuback'] as const;

/** Defects in reason codes, and in how a connection ends. */
export const REASON_DEFECTS: readonly MqttDefect[] = [
  ...CODED.map((type) => rewrites(`unlisted-code-in-${type}`, `sends ${type.toUpperCase()} with a reason code that does not exist`, { from: 'server', type }, (packet) => ({ ...packet, reasonCode: UNLISTED }))),
  ...LISTED_CODES.map((type) =>
    rewrites(
      `unlisted-code-in-${type}`,
      `sends ${type.toUpperCase()} with a reason code that does not exist`,
      { from: 'server', type },
      (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.map(() => UNLISTED) }),
    ),
  ),
  rewrites(
    'reverses-unsuback-codes',
    'gives the codes of UNSUBACK backwards',
    { from: 'server', type: 'unsuback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.toReversed() }),
  ),
  { id: 'loses-unknown-pubrel', does: 'does not answer a PUBREL that belongs to nothing', create: () => loseUnknownPubrel },
  rewrites(
    'disconnect-with-session-expiry',
    'sends a session expiry interval in DISCONNECT',
    { from: 'server', type: 'disconnect' },
    (packet) => ({ ...packet, properties: { sessionExpiryIntervalS: 60 } }),
  ),
  rewrites(
    'talks-after-disconnect',
    'sends another packet behind its DISCONNECT',
    { from: 'server', type: 'disconnect' },
    (packet) => [packet, { type: 'pingresp' }],
  ),
  {
    id: 'stays-after-last-word',
    does: 'leaves the connection open behind DISCONNECT and a CONNACK with an error',
    create: () => () => ({ onEnd: (by) => (by === 'server' ? 'hold' : 'pass') }),
  },
  stateless('refuses-with-session-present', 'says session present 1 in a CONNACK with an error', (seen) => {
    const connack = chosen(seen, { from: 'server', type: 'connack', when: ({ reasonCode }) => reasonCode >= 0x80 });
    return connack === undefined ? 'pass' : [to('server', { ...connack, connackFlags: 1 })];
  }),
  stateless('refuses-by-disconnect', 'refuses a CONNECT by DISCONNECT', (seen) => {
    const connack = chosen(seen, { from: 'server', type: 'connack', when: ({ reasonCode }) => reasonCode >= 0x80 });
    return connack === undefined ? 'pass' : [to('server', { type: 'disconnect', reasonCode: 0x87, properties: {} })];
  }),
  stateless('ignores-negative-acknowledgements', 'does not take PUBACK and PUBREC with an error for an answer', (seen) => {
    const negative = chosen(seen, { from: 'client', type: 'puback', when: isNegative }) ?? chosen(seen, { from: 'client', type: 'pubrec', when: isNegative });
    return negative === undefined ? 'pass' : [];
  }),
];

function isNegative({ reasonCode }: { readonly reasonCode: number }): boolean {
  return reasonCode >= 0x80;
}

function loseUnknownPubrel(): DefectiveConnection {
  const known = new Set<number>();
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const publish = chosen(seen, { from: 'client', type: 'publish' });
      if (publish?.packetId !== undefined) known.add(publish.packetId);
      const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
      return pubrel === undefined || known.has(pubrel.packetId) ? 'pass' : [];
    },
  };
}
