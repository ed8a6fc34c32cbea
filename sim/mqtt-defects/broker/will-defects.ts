import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { ConnectPacket, MqttWill, ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { DefectAction, DefectTools, MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, stateless, swallows } from '../rewrite.ts';

/** Between the end of the silence that keep alive 1 s allows at least, and the end of what it allows at most. */
const BEFORE_KEEP_ALIVE_MS = 1_200;
/** So much later comes a CONNECT that takes over, so that the good server has dealt with the DISCONNECT before. */
const AFTER_DISCONNECT_MS = 100;
const DISCONNECT_WITH_WILL = 0x04;

const CONNECT = { from: 'client', type: 'connect' } as const;
const CONNECT_WITH_WILL = { ...CONNECT, when: ({ will }: ConnectPacket) => will !== undefined } as const;

/** Defects in wills. Where one is forgotten, the good server is told that the client said DISCONNECT. */
export const WILL_DEFECTS: readonly MqttDefect[] = [
  {
    id: 'forgets-will-on-cut',
    does: 'publishes no will when a client goes without DISCONNECT',
    create: () => () => {
      let version: ProtocolVersion = 4;
      return {
        onPacket: (seen) => {
          ({ version } = seen);
          return 'pass';
        },
        onEnd: (by) => (by === 'client' ? [disconnect(version), { do: 'closeServer' }] : 'pass'),
      };
    },
  },
  forgetsOnTakeover(),
  {
    id: 'forgets-will-on-violation',
    does: 'publishes no will when it ends a connection because of a violation',
    create: () => () => {
      let connected = false;
      return {
        onPacket: (seen) => {
          if (seen.decoded.kind === 'violation') return [disconnect(seen.version)];
          if (chosen(seen, CONNECT) === undefined) return 'pass';
          const again = connected;
          connected = true;
          return again ? [disconnect(seen.version)] : 'pass';
        },
      };
    },
  },
  stateless('forgets-will-on-keep-alive', 'publishes no will when the keep alive ends a connection', (seen) => {
    const connect = chosen(seen, { ...CONNECT, when: ({ keepAliveS }) => keepAliveS === 1 });
    if (connect === undefined) return 'pass';
    return [onward('client', seen.bytes), { do: 'later', ms: BEFORE_KEEP_ALIVE_MS, actions: [disconnect(connect.protocolLevel === 5 ? 5 : 4)] }];
  }),
  rewrites('forgets-will-on-disconnect-with-will', 'publishes no will on DISCONNECT, whatever its reason code', { from: 'client', type: 'disconnect', when: ({ reasonCode }) => reasonCode === DISCONNECT_WITH_WILL }, (packet) => ({
    ...packet,
    reasonCode: 0,
  })),
  rewrites(
    'forgets-empty-will',
    'publishes no will without payload',
    { ...CONNECT, when: ({ will }) => will?.payload.length === 0 },
    (packet) => ({ ...packet, will: undefined }),
  ),
  changesWill(
    'reads-will-payload-as-text',
    'reads the payload of a will as text',
    ({ payload, ...will }) => ({ ...will, payload: new TextEncoder().encode(new TextDecoder().decode(payload)) }),
  ),
  changesWill('publishes-wills-at-qos-0', 'publishes every will at QoS 0', (will) => ({ ...will, qos: 0 })),
  changesWill('retains-every-will', 'publishes every will as a retained message', (will) => ({ ...will, retain: true })),
  changesWill('retains-no-will', 'publishes no will as a retained message', (will) => ({ ...will, retain: false })),
  swallows('publishes-will-on-disconnect', 'publishes the will although the client said DISCONNECT', { from: 'client', type: 'disconnect' }),
  {
    id: 'keeps-will-of-client',
    does: 'keeps the will of a client for its later connections',
    create: () => {
      const wills = new Map<string, MqttWill>();
      return () => ({
        onPacket: (seen) => {
          const connect = chosen(seen, CONNECT);
          if (connect === undefined) return 'pass';
          const { clientId, protocolLevel, will = wills.get(clientId) } = connect;
          if (will !== undefined) wills.set(clientId, { ...will, payload: will.payload.slice() });
          return [onward('client', encodeLoose({ ...connect, will }, protocolLevel === 5 ? 5 : 4))];
        },
      });
    },
  },
];

function changesWill(id: string, does: string, change: (will: MqttWill) => MqttWill): MqttDefect {
  return rewrites(id, does, CONNECT_WITH_WILL, (packet) => ({ ...packet, will: packet.will === undefined ? undefined : change(packet.will) }));
}

function forgetsOnTakeover(): MqttDefect {
  return {
    id: 'forgets-will-on-takeover',
    does: 'publishes no will of a client whose connection is taken over',
    create: () => {
      const connected = new Map<string, DefectTools['act']>();
      return ({ act }) => ({
        onPacket: (seen) => {
          const connect = chosen(seen, CONNECT);
          if (connect === undefined) return 'pass';
          const older = connected.get(connect.clientId);
          connected.set(connect.clientId, act);
          if (older === undefined) return 'pass';
          older([disconnect(connect.protocolLevel === 5 ? 5 : 4)]);
          return [{ do: 'later', ms: AFTER_DISCONNECT_MS, actions: [onward('client', seen.bytes)] }];
        },
      });
    },
  };
}

function disconnect(version: ProtocolVersion): DefectAction {
  return { do: 'toServer', bytes: encodeLoose({ type: 'disconnect', reasonCode: 0, properties: NO_PROPERTIES }, version) };
}
