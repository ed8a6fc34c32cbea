/** A topic is a length-prefixed UTF-8 string: at most 65535 bytes (MQTT 3.1.1 section 1.5.3). */
export const TOPIC_BYTES_MAX = 65_535;
/** Levels of a topic or filter; deeper ones are refused (the bound is ours, the standard has none). */
export const TOPIC_LEVELS_MAX = 100;

/** Whether a message may be published to it (MQTT 3.1.1 section 4.7.3, MQTT-3.3.2-2): not empty, no wildcard, no U+0000. */
export function isTopicName(topic: string): boolean {
  return isTopicText(topic) && !topic.includes('+') && !topic.includes('#');
}

/**
 * Whether it may be subscribed to (MQTT 3.1.1 section 4.7.1): `+` fills a whole level; `#` fills the last level.
 * `a#`, `a+/b` and `#/a` are malformed.
 */
export function isTopicFilter(filter: string): boolean {
  if (!isTopicText(filter)) return false;
  const levels = filter.split('/');
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1;
    return level === '+' || (!level.includes('+') && !level.includes('#'));
  });
}

/**
 * Whether a message on `topic` goes to a subscription of `filter` (MQTT 3.1.1 section 4.7). Both must be well-formed.
 * `sport/#` matches `sport` too (4.7.1.2); a wildcard in the first level never matches a topic that begins with `$`
 * (4.7.2).
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (topic.startsWith('$') && startsWithWildcard(filter)) return false;
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  for (const [index, level] of filterLevels.entries()) {
    if (level === '#') return true;
    if (index >= topicLevels.length || (level !== '+' && level !== topicLevels[index])) return false;
  }
  return filterLevels.length === topicLevels.length;
}

/** Whether the first level is a wildcard, which keeps it off topics that begin with `$` (MQTT-4.7.2-1). */
export function startsWithWildcard(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#');
}

function isTopicText(text: string): boolean {
  if (text === '' || text.includes('\u0000')) return false;
  // A string of n UTF-16 units has at most 3n bytes of UTF-8: only long ones have to be measured.
  if (text.length * 3 > TOPIC_BYTES_MAX && Buffer.byteLength(text) > TOPIC_BYTES_MAX) return false;
  return levelCount(text) <= TOPIC_LEVELS_MAX;
}

function levelCount(text: string): number {
  let levels = 1;
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) levels += 1;
  return levels;
}
