/** A topic is a length-prefixed string: at most 65535 bytes of UTF-8 (MQTT-4.7.3-3). */
export const TOPIC_BYTES_MAX = 65_535;

/** What keeps a text from being a topic name. */
export type TopicNameFault = 'empty' | 'wildcard' | 'null-character' | 'too-long';

/** What keeps a text from being a topic filter; the last two are of shared subscriptions. */
export type TopicFilterFault = 'empty' | 'hash' | 'plus' | 'null-character' | 'too-long' | 'share-name-empty' | 'share-name';

/** A shared subscription taken apart. @see MQTT 5.0, section 4.8.2 */
export interface SharedFilter {
  readonly shareName: string;
  /** What messages are matched against. */
  readonly filter: string;
}

const SHARE_PREFIX = '$share/';

/** Why a message may not be published to it; undefined when it may. @see MQTT 5.0 and 3.1.1, section 4.7 */
export function topicNameFault(topic: string): TopicNameFault | undefined {
  if (topic.includes('+') || topic.includes('#')) return 'wildcard';
  return textFault(topic);
}

/**
 * Why it may not be subscribed to; undefined when it may. `+` fills a whole level, `#` the last one: `a#`, `a+/b` and
 * `#/a` are faults. A filter of `$share/` is judged as a shared subscription, which 3.1.1 does not know: see
 * `plainFilterFault`.
 * @see MQTT 5.0, sections 4.7.1 and 4.8.2
 */
export function topicFilterFault(filter: string): TopicFilterFault | undefined {
  if (!isSharedFilter(filter)) return plainFilterFault(filter);
  const nameEnd = filter.indexOf('/', SHARE_PREFIX.length);
  const shareName = filter.slice(SHARE_PREFIX.length, nameEnd < 0 ? undefined : nameEnd);
  if (shareName === '') return 'share-name-empty';
  if (nameEnd < 0 || nameEnd === filter.length - 1 || /[+#]/u.test(shareName)) return 'share-name';
  return textFault(filter) ?? plainFilterFault(filter.slice(nameEnd + 1));
}

/** Why it may not be subscribed to in 3.1.1, to which `$share/` means nothing. @see MQTT 3.1.1, section 4.7.1 */
export function plainFilterFault(filter: string): TopicFilterFault | undefined {
  const fault = textFault(filter);
  if (fault !== undefined) return fault;
  const hash = filter.indexOf('#');
  if (hash >= 0 && (hash !== filter.length - 1 || (hash > 0 && filter.charAt(hash - 1) !== '/'))) return 'hash';
  for (let plus = filter.indexOf('+'); plus >= 0; plus = filter.indexOf('+', plus + 1)) {
    const startsLevel = plus === 0 || filter.charAt(plus - 1) === '/';
    const endsLevel = plus === filter.length - 1 || filter.charAt(plus + 1) === '/';
    if (!startsLevel || !endsLevel) return 'plus';
  }
  return undefined;
}

/** Whether it asks for a shared subscription, well-formed or not. @see MQTT 5.0, section 4.8.2 */
export function isSharedFilter(filter: string): boolean {
  return filter.startsWith(SHARE_PREFIX);
}

/** The share name and the filter of a shared subscription; undefined when it is none, or no well-formed one. */
export function parseSharedFilter(filter: string): SharedFilter | undefined {
  if (!isSharedFilter(filter) || topicFilterFault(filter) !== undefined) return undefined;
  const nameEnd = filter.indexOf('/', SHARE_PREFIX.length);
  return { shareName: filter.slice(SHARE_PREFIX.length, nameEnd), filter: filter.slice(nameEnd + 1) };
}

/**
 * Whether a message on `topic` goes to a subscription of `filter`; both must be well-formed. `sport/#` matches `sport` too
 * (section 4.7.1.2); a wildcard in the first level never matches a topic that begins with `$` (MQTT-4.7.2-1). A shared
 * subscription is matched by the filter inside it: pass what `parseSharedFilter` gives.
 */
export function matchesFilter(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (topic.startsWith('$') && startsWithWildcard(filter)) return false;
  let filterAt = 0;
  let topicAt = 0;
  for (;;) {
    const filterEnd = levelEnd(filter, filterAt);
    if (filterEnd - filterAt === 1 && filter.charAt(filterAt) === '#') return true;
    if (topicAt > topic.length) return false;
    const topicEnd = levelEnd(topic, topicAt);
    const isPlus = filterEnd - filterAt === 1 && filter.charAt(filterAt) === '+';
    if (!isPlus && !sameSlice(filter, filterAt, filterEnd, topic, topicAt, topicEnd)) return false;
    if (filterEnd === filter.length) return topicEnd === topic.length;
    filterAt = filterEnd + 1;
    topicAt = topicEnd + 1;
  }
}

/** Whether the first level is a wildcard, which keeps it off topics that begin with `$` (MQTT-4.7.2-1). */
export function startsWithWildcard(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#');
}

/** Where the level that starts at `start` ends: at its `/`, or at the end of the text. */
function levelEnd(text: string, start: number): number {
  const slash = text.indexOf('/', start);
  return slash < 0 ? text.length : slash;
}

function sameSlice(a: string, aStart: number, aEnd: number, b: string, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let offset = 0; offset < aEnd - aStart; offset += 1) {
    if (a.charCodeAt(aStart + offset) !== b.charCodeAt(bStart + offset)) return false;
  }
  return true;
}

function textFault(text: string): 'empty' | 'null-character' | 'too-long' | undefined {
  if (text === '') return 'empty';
  if (text.includes('\u0000')) return 'null-character';
  // A string of n UTF-16 units has at most 3n bytes of UTF-8: only long ones have to be measured.
  return text.length * 3 > TOPIC_BYTES_MAX && Buffer.byteLength(text) > TOPIC_BYTES_MAX ? 'too-long' : undefined;
}
