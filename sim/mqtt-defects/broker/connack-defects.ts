import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import type { ConnackPacket, ConnectPacket, ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { DefectAction, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { backward, chosen, onward, rewrites, stateless } from '../rewrite.ts';

const MALFORMED_PACKET = 0x81;
/** A reason code of DISCONNECT that CONNACK does not have. */
const KEEP_ALIVE_TIMEOUT = 0x8d;

/** The tester's own question for a sign of life: without an answer to that nothing would be tested. */
const PROBE = { from: 'client', type: 'connect', when: ({ clientId }: ConnectPacket) => clientId === 'fieldproofprobe' } as const;
const CONNACK = { from: 'server', type: 'connack' } as const;
const REFUSAL = { ...CONNACK, when: ({ reasonCode }: ConnackPacket) => reasonCode !== 0 } as const;

/** Defects in what CONNACK says, when it comes, and what follows it. */
export const CONNACK_DEFECTS: readonly MqttDefect[] = [
  {
    id: 'never-acknowledges-connect',
    does: 'does not answer CONNECT',
    create: () => () => {
      let isProbe = false;
      return {
        onPacket: (seen) => {
          isProbe ||= chosen(seen, PROBE) !== undefined;
          return !isProbe && chosen(seen, CONNACK) !== undefined ? [] : 'pass';
        },
      };
    },
  },
  reportsSession('reports-discarded-session', 'reports a session present after a clean start', true),
  rewrites(
    'conceals-session',
    'reports that no session is present where there is one',
    CONNACK,
    (packet) => ({ ...packet, sessionPresent: false }),
  ),
  reportsSession('reports-sessions-that-are-none', 'reports a session present to everybody who asks for the stored one', false),
  stateless('reports-session-when-it-refuses', 'reports a session present in a CONNACK that refuses', (seen) => {
    const refusal = refusalIn(seen);
    return refusal === undefined ? 'pass' : [onward('server', encodeLoose({ ...refusal.connack, connackFlags: 1 }, refusal.version))];
  }),
  {
    id: 'stays-after-refusal',
    does: 'does not end the connection after a CONNACK that refuses',
    create: () => () => {
      let refused = false;
      return {
        onPacket: (seen) => {
          refused ||= refusalIn(seen) !== undefined;
          return 'pass';
        },
        onEnd: (by) => (by === 'server' && refused ? 'hold' : 'pass'),
      };
    },
  },
  latecomer('answers-before-connack', 'sends CONNACK after the answer to the packet behind CONNECT', () => true),
  latecomer('delivers-before-connack', 'sends the first message of a resumed session before CONNACK', ({ sessionPresent }) => sessionPresent),
  {
    id: 'acknowledges-connect-twice',
    does: 'sends CONNACK once more before it answers PINGREQ',
    create: () => () => {
      let connack: Uint8Array | undefined;
      return {
        onPacket: (seen) => {
          if (chosen(seen, CONNACK) !== undefined) connack = seen.bytes;
          const isDue = connack !== undefined && chosen(seen, { from: 'server', type: 'pingresp' }) !== undefined;
          return isDue && connack !== undefined ? [onward('server', connack), onward('server', seen.bytes)] : 'pass';
        },
      };
    },
  },
  rewrites(
    'sets-reserved-connack-flags',
    'sets bit 7 of the connect acknowledge flags',
    CONNACK,
    (packet) => ({ ...packet, connackFlags: packet.sessionPresent ? 0x81 : 0x80 }),
  ),
  rewrites(
    'invents-connack-codes',
    'refuses with codes that CONNACK does not have',
    REFUSAL,
    (packet) => ({ ...packet, reasonCode: KEEP_ALIVE_TIMEOUT }),
  ),
  stateless('refuses-connect-by-disconnect', 'answers what it refuses with DISCONNECT in place of CONNACK', (seen) => {
    const { decoded, version } = seen;
    const isRefusal = chosen(seen, REFUSAL) !== undefined;
    const isEarly = decoded.kind === 'violation' && (decoded.packetType === 'connect' || decoded.statement === 'MQTT-3.1.0-1');
    if (!isRefusal && !isEarly) return 'pass';
    const disconnect = encodeLoose({ type: 'disconnect', reasonCode: MALFORMED_PACKET, properties: NO_PROPERTIES }, isEarly ? 5 : version);
    return [isRefusal ? onward('server', disconnect) : backward('client', disconnect), { do: 'closeClient' }];
  }),
];

/**
 * A CONNACK that refuses, and its layout. When the CONNECT before it was malformed nobody knows the version of the
 * connection, so it is read as one of 3.1.1.
 */
function refusalIn(seen: SeenPacket): { readonly connack: ConnackPacket; readonly version: ProtocolVersion } | undefined {
  const connack = chosen(seen, REFUSAL);
  if (connack !== undefined) return { connack, version: seen.version };
  if (seen.from === 'client' || seen.decoded.kind !== 'violation') return undefined;
  const decoded = decodePacket(seen.bytes, 4, { from: 'server' });
  const isRefusal = decoded.kind === 'packet' && decoded.packet.type === 'connack' && decoded.packet.reasonCode !== 0;
  return isRefusal ? { connack: decoded.packet, version: 4 } : undefined;
}

/** Session present 1 on connections with this value of clean start. */
function reportsSession(id: string, does: string, cleanStart: boolean): MqttDefect {
  return {
    id,
    does,
    create: () => () => {
      let isMeant = false;
      return {
        onPacket: (seen) => {
          const connect = chosen(seen, { from: 'client', type: 'connect' });
          if (connect !== undefined) isMeant = connect.cleanStart === cleanStart;
          const connack = isMeant ? chosen(seen, CONNACK) : undefined;
          return connack === undefined ? 'pass' : [onward('server', encodeLoose({ ...connack, sessionPresent: true }, seen.version))];
        },
      };
    },
  };
}

/** CONNACK lets the next packet of the server go before it. */
function latecomer(id: string, does: string, isMeant: (connack: ConnackPacket) => boolean): MqttDefect {
  return {
    id,
    does,
    create: () => () => {
      let held: Uint8Array | undefined;
      let isProbe = false;
      const onPacket = (seen: SeenPacket): 'pass' | readonly DefectAction[] => {
        isProbe ||= chosen(seen, PROBE) !== undefined;
        if (seen.from === 'client' || isProbe) return 'pass';
        if (chosen(seen, { ...CONNACK, when: isMeant }) !== undefined) {
          held = seen.bytes;
          return [];
        }
        if (held === undefined) return 'pass';
        const connack = held;
        held = undefined;
        return [onward('server', seen.bytes), onward('server', connack)];
      };
      return { onPacket };
    },
  };
}
