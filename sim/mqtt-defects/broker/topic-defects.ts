import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { matchesFilter } from '../../../hil/protocols/mqtt/topic.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import type { DefectiveConnection, DefectTools, MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, stateless } from '../rewrite.ts';

/** Defects in topic names, topic filters, and in how they are matched. */
export const TOPIC_DEFECTS: readonly MqttDefect[] = [
  acceptsViolation('takes-misplaced-hash', 'takes # at any place of a filter', ({ because }) => because.startsWith('# is not')),
  acceptsViolation('takes-misplaced-plus', 'takes + at any place of a filter', ({ because }) => because.startsWith('+ does not')),
  acceptsViolation('takes-empty-topics', 'takes empty topic names and filters', ({ statement }) => statement === 'MQTT-4.7.3-1'),
  acceptsViolation(
    'takes-null-in-topics',
    'takes U+0000 in topic names and filters',
    ({ statement }) => statement === 'MQTT-1.5.3-2' || statement === 'MQTT-1.5.4-2',
  ),
  withFilters('hash-for-one-level', 'takes # for one level, as if it were +', (filter) => filter.replace(/#$/u, '+')),
  withFilters('plus-for-many-levels', 'takes + for any number of levels', (filter) => filter.replace(/(\w\/)\+.*$/u, '$1#')),
  withFilters('matches-topics-that-begin-alike', 'delivers what begins like the filter', (filter) => `${filter}/#`),
  { id: 'wildcards-match-dollar-topics', does: 'matches topics that begin with $ by a wildcard in the first level', create: dollarByWildcard },
  withTopics('folds-case', 'makes no difference between capitals and small letters', (topic) => topic.toLowerCase()),
  withTopics('trims-spaces', 'drops spaces at the ends of a level', (topic) => topic.replace(/ *(\/|$) */gu, '$1')),
  withTopics('drops-empty-levels', 'drops empty levels', (topic) => topic.split('/').filter((level) => level !== '').join('/')),
  withTopics('normalizes-topics', 'normalises topics', (topic) => topic.normalize('NFKC')),
  withTopics('replaces-unknown-characters', 'replaces characters that it does not know', (topic) => topic.replace(/[\p{Cn}\p{Co}]/gu, '\ufffd')),
];

/** What a client subscribes to is changed on its way. */
function withFilters(id: string, does: string, change: (filter: string) => string): MqttDefect {
  return rewrites(id, does, { from: 'client', type: 'subscribe' }, (packet) => ({
    ...packet,
    subscriptions: packet.subscriptions.map((subscription) => ({ ...subscription, filter: change(subscription.filter) })),
  }));
}

/** Topic names and filters are changed on their way to the good server, so that it takes different ones for one. */
function withTopics(id: string, does: string, change: (topic: string) => string): MqttDefect {
  return stateless(id, does, (seen) => {
    const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
    if (subscribe !== undefined) {
      return [onward('client', encodeLoose({ ...subscribe, subscriptions: subscribe.subscriptions.map((each) => ({ ...each, filter: change(each.filter) })) }, seen.version))];
    }
    const publish = chosen(seen, { from: 'client', type: 'publish' });
    return publish === undefined ? 'pass' : [onward('client', encodeLoose({ ...publish, topic: change(publish.topic) }, seen.version))];
  });
}

/** Every connection with such a filter gets a copy at QoS 0. */
function dollarByWildcard(): (tools: DefectTools) => DefectiveConnection {
  const listeners = new Set<(publish: PublishPacket) => void>();
  return ({ act }) => {
    const filters = new Set<string>();
    let version: 4 | 5 = 4;
    const listener = (publish: PublishPacket): void => {
      const asPlain = publish.topic.replace('$', '');
      if (![...filters].some((filter) => matchesFilter(filter, asPlain))) return;
      act([onward('server', encodeLoose({ ...publish, qos: 0, packetId: undefined, retain: false }, version))]);
    };
    listeners.add(listener);
    return {
      onPacket: (seen) => {
        version = seen.version;
        for (const { filter } of chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions ?? []) filters.add(filter);
        const publish = chosen(seen, { from: 'client', type: 'publish', when: ({ topic }) => topic.startsWith('$') });
        if (publish !== undefined) for (const each of listeners) each(publish);
        return 'pass';
      },
      onEnd: () => {
        listeners.delete(listener);
        return 'pass';
      },
    };
  };
}
