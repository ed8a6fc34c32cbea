import { isTopicFilter, isTopicName } from '../broker/topic-filter.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { telemetryTopic } from './telemetry-topic.ts';

export interface ConfigProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong with a configuration although each value by itself is allowed. */
export function configProblems(config: GatewayConfig): readonly ConfigProblem[] {
  return [...duplicateIds(config), ...topicProblems(config), ...filterProblems(config), ...webSocketProblems(config), ...storeProblems(config)];
}

/** Line ids name lines in the metrics and device ids are part of topics, so each must be unique in the whole gateway. */
function duplicateIds({ southbound: { lines } }: GatewayConfig): ConfigProblem[] {
  const lineIds = lines.map(({ id }, line) => ({ id, path: ['southbound', 'lines', line, 'id'] }));
  const deviceIds = lines.flatMap(({ devices }, line) =>
    devices.map(({ id }, device) => ({ id, path: ['southbound', 'lines', line, 'devices', device, 'id'] })),
  );
  return [...duplicatesIn('line', lineIds), ...duplicatesIn('device', deviceIds)];
}

function duplicatesIn(kind: string, ids: readonly { readonly id: string; readonly path: readonly PropertyKey[] }[]): ConfigProblem[] {
  const seen = new Set<string>();
  return ids.flatMap(({ id, path }) => {
    if (seen.has(id)) return [{ path, message: `a second ${kind} has the id "${id}"; ids must be unique in the gateway` }];
    seen.add(id);
    return [];
  });
}

function topicProblems({ telemetry: { topic } }: GatewayConfig): ConfigProblem[] {
  const path = ['telemetry', 'topic'];
  const missing = ['{device}', '{point}'].filter((part) => !topic.includes(part));
  if (missing.length > 0) return [{ path, message: `${missing.join(' and ')} must occur in the topic, or points cannot be told apart` }];
  if (isTopicName(telemetryTopic(topic, 'd', 'p')) && !topic.startsWith('$SYS/')) return [];
  return [{ path, message: 'not a topic that may be published to (MQTT 3.1.1 section 4.7): no +, # or $SYS/' }];
}

function webSocketProblems({ mqtt, broker }: GatewayConfig): ConfigProblem[] {
  if (mqtt.websocket === undefined || broker.engine === 'core') return [];
  return [{ path: ['mqtt', 'websocket'], message: `the engine ${broker.engine} takes no WebSockets; set broker.engine to core` }];
}

function storeProblems({ broker: { engine, store } }: GatewayConfig): ConfigProblem[] {
  const { policy, path } = store;
  if (path === undefined) {
    const isKept = policy === 'os' || policy === 'fsync';
    return isKept ? [{ path: ['broker', 'store', 'policy'], message: `${policy} needs a folder: set broker.store.path` }] : [];
  }
  if (engine !== 'core') return [{ path: ['broker', 'store', 'path'], message: `the engine ${engine} keeps everything in memory; set broker.engine to core` }];
  return policy === 'memory' ? [{ path: ['broker', 'store', 'path'], message: 'nothing is written with the policy memory; leave the path out, or set os or fsync' }] : [];
}

function filterProblems({ uplink }: GatewayConfig): ConfigProblem[] {
  const forward = uplink?.forward ?? [];
  return forward.flatMap(({ filter }, rule) => {
    if (isTopicFilter(filter)) return [];
    const message = `"${filter}" is no topic filter: + fills a whole level, # the last (MQTT 3.1.1 section 4.7)`;
    return [{ path: ['uplink', 'forward', rule, 'filter'], message }];
  });
}
