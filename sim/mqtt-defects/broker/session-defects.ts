import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { ConnectPacket, ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { DefectAction, DefectiveConnection, DefectTools, MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward } from '../rewrite.ts';

const CONNECT = { from: 'client', type: 'connect' } as const;
const CONNACK = { from: 'server', type: 'connack' } as const;

const LONG_S = 300;
/** Packet identifier of what the relay itself sends. */
const OWN_PACKET_ID = 0xfffe;
/** After a session expiry of 1 s, and before the case looks. */
const EXPIRED_MS = 1_500;

/** Defects in what is kept of a client, resumed and discarded. */
export const SESSION_DEFECTS: readonly MqttDefect[] = [
  forgetsSubscriptions('resumes-without-subscriptions', 'resumes sessions without their subscriptions', 'resumed'),
  forgetsSubscriptions('forgets-subscriptions-of-connected-clients', 'drops the subscriptions of a client when it sends PINGREQ', 'pingreq'),
  forgetsSubscriptions('expires-sessions-of-connected-clients', 'lets the session expiry interval run while the client is connected', 'expiry'),
  {
    id: 'loses-messages-of-absent-clients',
    does: 'drops the messages that came while a client was away',
    create: () => () => {
      let justResumed = false;
      return {
        onPacket: (seen) => {
          if (seen.from === 'client') justResumed = false;
          if (chosen(seen, { ...CONNACK, when: ({ sessionPresent }) => sessionPresent }) !== undefined) justResumed = true;
          return justResumed && chosen(seen, { from: 'server', type: 'publish' }) !== undefined ? [] : 'pass';
        },
      };
    },
  },
  connects(
    'keeps-session-on-clean-start',
    'goes on with the session on a clean start, and says that there is none',
    ({ cleanStart }) => cleanStart,
    kept,
    false,
  ),
  connects('keeps-every-session', 'keeps sessions that end with their connection', ({ cleanStart }) => cleanStart, kept, undefined),
  {
    id: 'demands-stored-session',
    does: 'refuses a client that asks for the stored session when there is none',
    create: () => () => {
      let asks = false;
      return {
        onPacket: (seen) => {
          const connect = chosen(seen, CONNECT);
          if (connect !== undefined) asks = !connect.cleanStart;
          const connack = chosen(seen, { ...CONNACK, when: ({ sessionPresent, reasonCode }) => reasonCode === 0 && !sessionPresent });
          if (!asks || connack === undefined) return 'pass';
          return [onward('server', encodeLoose({ ...connack, reasonCode: seen.version === 5 ? 0x80 : 2 }, seen.version)), { do: 'closeClient' }];
        },
      };
    },
  },
  {
    id: 'drops-retained-with-session',
    does: 'deletes the retained messages of a client when its session ends',
    create: () => () => {
      const topics = new Set<string>();
      return {
        onPacket: (seen) => {
          const publish = chosen(seen, { from: 'client', type: 'publish', when: ({ retain }) => retain });
          if (publish !== undefined) topics.add(publish.topic);
          if (chosen(seen, { from: 'client', type: 'disconnect' }) === undefined) return 'pass';
          return [...Array.from(topics, (topic) => emptied(topic, seen.version)), onward('client', seen.bytes)];
        },
      };
    },
  },
  {
    id: 'lets-client-ids-be-shared',
    does: 'leaves the connection of a client open when another comes with its client id',
    create: () => () => ({
      onPacket: (seen) => (chosen(seen, { from: 'server', type: 'disconnect' }) === undefined ? 'pass' : []),
      onEnd: (by) => (by === 'server' ? 'hold' : 'pass'),
    }),
  },
  {
    id: 'loses-session-on-takeover',
    does: 'gives a client that takes over its own connection a new session',
    create: () => {
      const connected = new Set<string>();
      return () => ({
        onPacket: (seen) => {
          const connect = chosen(seen, CONNECT);
          if (connect === undefined) return 'pass';
          const again = connected.has(connect.clientId);
          connected.add(connect.clientId);
          return again ? [onward('client', encodeLoose({ ...connect, cleanStart: true }, layoutOf(connect)))] : 'pass';
        },
      });
    },
  },
];

/** CONNECT packets are changed; `says`: what CONNACK then reports of the session, undefined for the truth. */
function connects(id: string, does: string, isMeant: (packet: ConnectPacket) => boolean, change: (packet: ConnectPacket) => ConnectPacket, says: boolean | undefined): MqttDefect {
  return {
    id,
    does,
    create: () => () => {
      let changed = false;
      return {
        onPacket: (seen) => {
          const connect = chosen(seen, { ...CONNECT, when: isMeant });
          if (connect !== undefined) {
            changed = true;
            return [onward('client', encodeLoose(change(connect), layoutOf(connect)))];
          }
          const connack = changed ? chosen(seen, CONNACK) : undefined;
          return connack === undefined || says === undefined ? 'pass' : [onward('server', encodeLoose({ ...connack, sessionPresent: says }, seen.version))];
        },
      };
    },
  };
}

/** The session is resumed, and outlives the connection. */
function kept(connect: ConnectPacket): ConnectPacket {
  const properties = connect.protocolLevel === 5 ? { ...connect.properties, sessionExpiryIntervalS: LONG_S } : NO_PROPERTIES;
  return { ...connect, cleanStart: false, properties };
}

/** The good server is told, behind the client's back, to drop the subscriptions. */
function forgetsSubscriptions(id: string, does: string, moment: 'resumed' | 'pingreq' | 'expiry'): MqttDefect {
  return {
    id,
    does,
    create: () => {
      const filtersOf = new Map<string, Set<string>>();
      return (tools) => forgetfulConnection(moment, filtersOf, tools);
    },
  };
}

function forgetfulConnection(moment: 'resumed' | 'pingreq' | 'expiry', filtersOf: Map<string, Set<string>>, { act }: DefectTools): DefectiveConnection {
  let filters = new Set<string>();
  let expires = false;
  const dropped = (version: ProtocolVersion): DefectAction[] =>
    filters.size === 0 ? [] : [{ do: 'toServer', bytes: encodeLoose({ type: 'unsubscribe', packetId: OWN_PACKET_ID, filters: [...filters], properties: NO_PROPERTIES }, version) }];
  return {
    onPacket: (seen) => {
      const connect = chosen(seen, CONNECT);
      if (connect !== undefined) {
        filters = filtersOf.get(connect.clientId) ?? new Set();
        filtersOf.set(connect.clientId, filters);
        expires = connect.properties.sessionExpiryIntervalS === 1;
      }
      for (const { filter } of chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions ?? []) filters.add(filter);
      if (chosen(seen, { from: 'server', type: 'unsuback', when: ({ packetId }) => packetId === OWN_PACKET_ID }) !== undefined) return [];
      const isResumed = chosen(seen, { ...CONNACK, when: ({ sessionPresent }) => sessionPresent }) !== undefined;
      const isPing = chosen(seen, { from: 'client', type: 'pingreq' }) !== undefined;
      if (moment === 'resumed' && isResumed) act(dropped(seen.version));
      if (moment === 'pingreq' && isPing) act(dropped(seen.version));
      const isSubscribed = chosen(seen, { from: 'server', type: 'suback' }) !== undefined;
      if (moment === 'expiry' && expires && isSubscribed) act([{ do: 'later', ms: EXPIRED_MS, actions: dropped(seen.version) }]);
      return 'pass';
    },
  };
}

function emptied(topic: string, version: ProtocolVersion): DefectAction {
  return onward(
    'client',
    encodeLoose({ type: 'publish', dup: false, qos: 0, retain: true, topic, payload: new Uint8Array(0), properties: NO_PROPERTIES }, version),
  );
}

function layoutOf({ protocolLevel }: ConnectPacket): ProtocolVersion {
  return protocolLevel === 5 ? 5 : 4;
}
