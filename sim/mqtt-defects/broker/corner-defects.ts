import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { DefectiveConnection, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { backward, chosen, onward, rewrites, stateless } from '../rewrite.ts';

const CONNECT_TYPE = 1;
const SUBSCRIBE_TYPE = 8;
const RETAINED = { from: 'server', type: 'publish', when: ({ retain }: { readonly retain: boolean }) => retain } as const;

/** Defects that spare the plain case. */
export const CORNER_DEFECTS: readonly MqttDefect[] = [
  {
    id: 'sends-no-retained-to-hash',
    does: 'sends no retained messages to clients whose filters end with #',
    create: () => () => withFilters(noneToHash),
  },
  {
    id: 'keeps-retained-at-qos-1',
    does: 'sends retained messages of QoS 2 at QoS 1',
    create: () => () => lowered(({ retain, qos }) => retain && qos === 2),
  },
  rewrites(
    'sends-retained-with-dup',
    'sends retained messages with DUP 1',
    { ...RETAINED, when: ({ retain, qos }) => retain && qos > 0 },
    (packet) => ({ ...packet, dup: true }),
  ),
  {
    id: 'sets-retain-for-wildcards',
    does: 'sets RETAIN in whatever comes to a filter with wildcards',
    create: () => () => withFilters(retainForWildcards),
  },
  rewrites(
    'keeps-subscriptions-with-wildcards',
    'unsubscribes no filter with wildcards',
    { from: 'client', type: 'unsubscribe' },
    (packet) => ({ ...packet, filters: packet.filters.map((filter) => (hasWildcard(filter) ? `${filter.replaceAll(/[+#]/gu, 'x')}/never` : filter)) }),
  ),
  rewrites(
    'drops-leading-separator',
    'takes the separator at the beginning of a topic name away',
    { from: 'client', type: 'publish', when: ({ topic }) => topic.startsWith('/') },
    (packet) => ({ ...packet, topic: packet.topic.slice(1) }),
  ),
  rewrites('forwards-each-user-property-once', 'forwards user properties with the same name and value once', { from: 'server', type: 'publish' }, (packet) => {
    const { userProperties } = packet.properties;
    if (userProperties === undefined) return packet;
    const once = new Map(userProperties.map((property) => [JSON.stringify(property), property]));
    return { ...packet, properties: { ...packet.properties, userProperties: [...once.values()] } };
  }),
  stateless('takes-similar-protocol-names', 'accepts a CONNECT whose protocol name is nearly MQTT', (seen) => {
    if (typeOf(seen) !== CONNECT_TYPE || seen.decoded.kind !== 'violation' || !/mqt/iu.test(Buffer.from(seen.bytes.subarray(0, 12)).toString('latin1'))) return 'pass';
    return seen.decoded.statement === 'MQTT-3.1.2-1' ? [backward('client', encodeLoose({ type: 'connack', sessionPresent: false, reasonCode: 0, properties: NO_PROPERTIES }, seen.decoded.version ?? seen.version))] : 'pass';
  }),
  stateless('checks-first-options-only', 'does not look at the options of the second filter in SUBSCRIBE', (seen) => {
    if (typeOf(seen) !== SUBSCRIBE_TYPE || seen.decoded.kind !== 'violation' || seen.bytes.at(-1) !== 0x40) return 'pass';
    const packetId = ((seen.bytes[2] ?? 0) << 8) | (seen.bytes[3] ?? 0);
    return [backward('client', encodeLoose({ type: 'suback', packetId, reasonCodes: [0, 0], properties: NO_PROPERTIES }, seen.version))];
  }),
  {
    id: 'shares-packet-ids-of-both-sides',
    does: 'passes over a PUBLISH whose packet id it uses for a message to that client',
    create: () => sharedIds,
  },
  rewrites(
    'forgets-wills-of-kept-sessions',
    'forgets the will of a client that asks for its stored session',
    { from: 'client', type: 'connect', when: ({ cleanStart, will }) => !cleanStart && will !== undefined },
    ({ will: _will, ...packet }) => packet,
  ),
  { id: 'sends-queued-with-dup', does: 'sends messages that waited for an absent client with DUP 1', create: () => () => whenResumed((seen) => {
    const publish = chosen(seen, { from: 'server', type: 'publish', when: ({ qos, dup }) => qos > 0 && !dup });
    return publish === undefined ? 'pass' : [onward('server', encodeLoose({ ...publish, dup: true }, seen.version))];
  }) },
  { id: 'sends-queued-at-qos-0', does: 'sends messages that waited for an absent client at QoS 0', create: () => () => whenResumed((seen) => {
    const publish = chosen(seen, { from: 'server', type: 'publish', when: ({ qos }) => qos > 0 });
    if (publish === undefined) return 'pass';
    const { packetId: _id, ...rest } = publish;
    return [onward('server', encodeLoose({ ...rest, dup: false, qos: 0 }, seen.version))];
  }) },
  rewrites('reads-22-characters-of-client-ids', 'looks at the first 22 characters of a client id', { from: 'client', type: 'connect', when: ({ clientId }) => clientId.length > 22 }, (packet) => ({ ...packet, clientId: packet.clientId.slice(0, 22) })),
];

type Decide = NonNullable<DefectiveConnection['onPacket']>;

function typeOf({ from, bytes }: SeenPacket): number {
  return from === 'client' ? (bytes[0] ?? 0) >> 4 : 0;
}

function hasWildcard(filter: string): boolean {
  return /[+#]/u.test(filter);
}

/** The filters that a client has subscribed to on this connection are known to the decision. */
function withFilters(decide: (seen: SeenPacket, filters: readonly string[]) => ReturnType<Decide>): DefectiveConnection {
  const filters: string[] = [];
  return {
    onPacket: (seen) => {
      filters.push(...(chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions ?? []).map(({ filter }) => filter));
      return decide(seen, filters);
    },
  };
}

function noneToHash(seen: SeenPacket, filters: readonly string[]): ReturnType<Decide> {
  return chosen(seen, RETAINED) !== undefined && filters.every((filter) => filter.endsWith('#')) ? [] : 'pass';
}

function retainForWildcards(seen: SeenPacket, filters: readonly string[]): ReturnType<Decide> {
  const publish = chosen(seen, { from: 'server', type: 'publish' });
  return publish === undefined || !filters.some(hasWildcard) ? 'pass' : [onward('server', encodeLoose({ ...publish, retain: true }, seen.version))];
}

/** Messages of QoS 2 go out at QoS 1; the good server is told what a client would say of QoS 2. */
function lowered(isMeant: (packet: { readonly retain: boolean; readonly qos: number }) => boolean): DefectiveConnection {
  const ids = new Set<number>();
  return {
    onPacket: (seen) => {
      const publish = chosen(seen, { from: 'server', type: 'publish', when: isMeant });
      if (publish?.packetId !== undefined) {
        ids.add(publish.packetId);
        return [onward('server', encodeLoose({ ...publish, qos: 1 }, seen.version))];
      }
      const puback = chosen(seen, { from: 'client', type: 'puback', when: ({ packetId }) => ids.has(packetId) });
      if (puback !== undefined) return [onward('client', encodeLoose({ ...puback, type: 'pubrec' }, seen.version))];
      const pubrel = chosen(seen, { from: 'server', type: 'pubrel', when: ({ packetId }) => ids.delete(packetId) });
      return pubrel === undefined ? 'pass' : [backward('server', encodeLoose({ ...pubrel, type: 'pubcomp' }, seen.version))];
    },
  };
}

function sharedIds(): DefectiveConnection {
  const inUse = new Set<number>();
  return {
    onPacket: (seen) => {
      const sent = chosen(seen, { from: 'server', type: 'publish' })?.packetId;
      if (sent !== undefined) inUse.add(sent);
      const done = chosen(seen, { from: 'client', type: 'puback' }) ?? chosen(seen, { from: 'client', type: 'pubcomp' });
      if (done !== undefined) inUse.delete(done.packetId);
      const own = chosen(seen, { from: 'client', type: 'publish' })?.packetId;
      return own !== undefined && inUse.has(own) ? [] : 'pass';
    },
  };
}

/** The decision is asked on connections that resume a session. */
function whenResumed(decide: Decide): DefectiveConnection {
  let isResumed = false;
  return {
    onPacket: (seen) => {
      if (chosen(seen, { from: 'server', type: 'connack' })?.sessionPresent === true) isResumed = true;
      return isResumed ? decide(seen) : 'pass';
    },
  };
}
