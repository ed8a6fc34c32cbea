import { acceptsViolation } from '../accepts-violation.ts';
import type { DefectAction, DefectiveConnection, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { chosen, rewrites } from '../rewrite.ts';
import { back, to, without } from '../version-5.ts';

/** Defects in topic aliases, of either direction. */
export const TOPIC_ALIAS_DEFECTS: readonly MqttDefect[] = [
  refuses('refuses-topic-aliases', 'ends the connection when an alias stands alone', (_alias, _most, topic) => topic === ''),
  refuses('refuses-highest-topic-alias', 'takes only aliases below the maximum that it announced', (alias, most) => alias === most),
  resolves('keeps-first-topic-of-alias', 'does not change what an alias stands for', () => {
    const first = new Map<number, string>();
    return () => ({ set: (alias, topic) => void (first.has(alias) || first.set(alias, topic)), get: (alias) => first.get(alias) });
  }),
  resolves('aliases-outlive-connection', 'keeps the aliases of a client beyond its connection', () => {
    const ofClients = new Map<string, string>();
    return () => {
      let client = '';
      return {
        client: (clientId) => void (client = clientId),
        set: (alias, topic) => void ofClients.set(`${client} ${alias}`, topic),
        get: (alias) => ofClients.get(`${client} ${alias}`),
      };
    };
  }),
  resolves('aliases-shared-by-connections', 'has one table of aliases for all connections', () => {
    const all = new Map<number, string>();
    return () => ({ set: (alias, topic) => void all.set(alias, topic), get: (alias) => all.get(alias) });
  }),
  acceptsViolation('accepts-topic-alias-0', 'takes topic alias 0', ({ statement }) => statement === 'MQTT-3.3.2-8'),
  { id: 'accepts-topic-alias-above-maximum', does: 'takes aliases above the maximum that it announced', create: () => acceptAbove },
  { id: 'swallows-publish-without-topic', does: 'passes over a PUBLISH whose topic nobody knows', create: () => swallowUnknown },
  rewrites(
    'sends-topic-alias-unasked',
    'sends topic aliases to every client',
    { from: 'server', type: 'publish' },
    (packet) => ({ ...packet, properties: { ...packet.properties, topicAlias: 1 } }),
  ),
  { id: 'exceeds-topic-alias-maximum', does: 'gives every topic an alias, however few the client takes', create: () => countTopics },
  rewrites(
    'sends-topic-alias-0',
    'sends topic alias 0',
    { from: 'server', type: 'publish' },
    (packet) => ({ ...packet, properties: { ...packet.properties, topicAlias: 0 } }),
  ),
  {
    id: 'uses-aliases-of-earlier-connection',
    does: 'uses aliases on a connection that it had set on an earlier one',
    create: () => {
      const set = new Set<string>();
      return () => ({
        onPacket: (seen) => {
          const publish = chosen(seen, { from: 'server', type: 'publish' });
          if (publish === undefined || publish.topic === '') return 'pass';
          const topic = set.has(publish.topic) ? '' : publish.topic;
          set.add(publish.topic);
          return [to('server', { ...publish, topic, properties: { ...publish.properties, topicAlias: 1 } })];
        },
      });
    },
  },
];

/** Ends the connection of a client that uses certain aliases. */
function refuses(id: string, does: string, isRefused: (alias: number, most: number, topic: string) => boolean): MqttDefect {
  const connection = (): DefectiveConnection => {
    let most = 0;
    return {
      onPacket: (seen): 'pass' | DefectAction[] => {
        most = chosen(seen, { from: 'server', type: 'connack' })?.properties.topicAliasMaximum ?? most;
        const publish = chosen(seen, { from: 'client', type: 'publish' });
        const alias = publish?.properties.topicAlias;
        if (publish === undefined || alias === undefined || !isRefused(alias, most, publish.topic)) return 'pass';
        return [back('client', { type: 'disconnect', reasonCode: 0x94, properties: {} }), { do: 'closeClient' }];
      },
    };
  };
  return { id, does, create: () => connection };
}

interface AliasTable {
  client?(clientId: string): void;
  set(alias: number, topic: string): void;
  get(alias: number): string | undefined;
}

/** Resolves the aliases of clients itself, by a table that is wrong; the good server sees topics only. */
function resolves(id: string, does: string, create: () => () => AliasTable): MqttDefect {
  return {
    id,
    does,
    create: () => {
      const newTable = create();
      return () => {
        const table = newTable();
        return { onPacket: (seen) => resolved(seen, table) };
      };
    },
  };
}

function resolved(seen: SeenPacket, table: AliasTable): 'pass' | DefectAction[] {
  const connect = chosen(seen, { from: 'client', type: 'connect' });
  if (connect !== undefined) table.client?.(connect.clientId);
  const publish = chosen(seen, { from: 'client', type: 'publish' });
  const alias = publish?.properties.topicAlias;
  if (publish === undefined || alias === undefined) return 'pass';
  if (publish.topic !== '') table.set(alias, publish.topic);
  const topic = publish.topic === '' ? table.get(alias) : publish.topic;
  return topic === undefined ? 'pass' : [to('client', { ...publish, topic, properties: without(publish.properties, 'topicAlias') })];
}

function acceptAbove(): DefectiveConnection {
  let most = 0;
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      most = chosen(seen, { from: 'server', type: 'connack' })?.properties.topicAliasMaximum ?? most;
      const publish = chosen(seen, { from: 'client', type: 'publish' });
      if ((publish?.properties.topicAlias ?? 0) <= most || publish === undefined) return 'pass';
      return [to('client', { ...publish, properties: without(publish.properties, 'topicAlias') })];
    },
  };
}

function swallowUnknown(): DefectiveConnection {
  const known = new Set<number>();
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      if (seen.from === 'client' && seen.decoded.kind === 'violation' && seen.decoded.statement === 'MQTT-4.7.3-1') return [];
      const publish = chosen(seen, { from: 'client', type: 'publish' });
      const alias = publish?.properties.topicAlias;
      if (publish === undefined || alias === undefined) return 'pass';
      if (publish.topic !== '') known.add(alias);
      return known.has(alias) ? 'pass' : [];
    },
  };
}

function countTopics(): DefectiveConnection {
  const topics: string[] = [];
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const publish = chosen(seen, { from: 'server', type: 'publish' });
      if (publish === undefined || publish.topic === '') return 'pass';
      if (!topics.includes(publish.topic)) topics.push(publish.topic);
      return [to('server', { ...publish, properties: { ...publish.properties, topicAlias: topics.indexOf(publish.topic) + 1 } })];
    },
  };
}
