import { plainFilterFault, topicNameFault } from '../../protocols/mqtt/topic.ts';

/** Levels of a topic or filter; deeper ones are refused (the bound is ours, the standard has none). */
export const TOPIC_LEVELS_MAX = 100;

/** Whether a message may be published to it (MQTT 3.1.1 section 4.7.3, MQTT-3.3.2-2): not empty, no wildcard, no U+0000. */
export function isTopicName(topic: string): boolean {
  return topicNameFault(topic) === undefined && levelCount(topic) <= TOPIC_LEVELS_MAX;
}

/**
 * Whether it may be subscribed to (MQTT 3.1.1 section 4.7.1): `+` fills a whole level; `#` fills the last level.
 * `a#`, `a+/b` and `#/a` are malformed.
 */
export function isTopicFilter(filter: string): boolean {
  return plainFilterFault(filter) === undefined && levelCount(filter) <= TOPIC_LEVELS_MAX;
}

function levelCount(text: string): number {
  let levels = 1;
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) levels += 1;
  return levels;
}
