import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesFilter } from '../../protocols/mqtt/topic.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { LevelTree } from './level-tree.ts';
import { isTopicFilter, isTopicName, TOPIC_LEVELS_MAX } from './topic-filter.ts';

const levels = fc.array(fc.constantFrom('', 'a', 'b', '$s', 'ab'), { minLength: 1, maxLength: 5 });
const topics = levels.map((parts) => parts.join('/')).filter((topic) => topic !== '');
const filters = fc
  .tuple(fc.array(fc.constantFrom('', 'a', 'b', '$s', '+'), { maxLength: 4 }), fc.boolean())
  .map(([parts, open]) => [...parts, ...(open ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

test('a tree of filters finds what matchesFilter finds', () => {
  fc.assert(
    fc.property(fc.uniqueArray(filters, { maxLength: 30 }), fc.uniqueArray(filters, { maxLength: 10 }), topics, (stored, removed, topic) => {
      const tree = treeOf(stored, removed);
      const found: string[] = [];
      tree.visitFiltersMatching(topic, (filter) => found.push(filter));
      const left = stored.filter((filter) => !removed.includes(filter));
      expect(found.toSorted()).toEqual(left.filter((filter) => matchesFilter(filter, topic)).toSorted());
      expect(tree.size).toBe(left.length);
    }),
    replay(),
  );
});

test('a tree of topics finds what matchesFilter finds', () => {
  fc.assert(
    fc.property(fc.uniqueArray(topics, { maxLength: 30 }), fc.uniqueArray(topics, { maxLength: 10 }), filters, (stored, removed, filter) => {
      const tree = treeOf(stored, removed);
      const found: string[] = [];
      tree.visitTopicsMatching(filter, (topic) => found.push(topic));
      const left = stored.filter((topic) => !removed.includes(topic));
      expect(found.toSorted()).toEqual(left.filter((topic) => matchesFilter(filter, topic)).toSorted());
      for (const topic of stored) expect(tree.get(topic)).toBe(left.includes(topic) ? topic : undefined);
    }),
    replay(),
  );
});

test('generated topics and filters are well-formed', () => {
  fc.assert(
    fc.property(topics, filters, (topic, filter) => {
      expect(isTopicName(topic)).toBe(true);
      expect(isTopicFilter(filter)).toBe(true);
      expect(isTopicName(filter)).toBe(!/[+#]/u.test(filter));
    }),
    replay(),
  );
});

test.each(['', 'a#', '#/a', 'a/#/b', '+a', 'a+/b', 'a/b+', '##', 'a\u0000', 'x'.repeat(65_536), 'é'.repeat(32_768), '/'.repeat(TOPIC_LEVELS_MAX)])(
  'is no filter: %s',
  (filter) => {
    expect(isTopicFilter(filter)).toBe(false);
    expect(isTopicName(filter)).toBe(false);
  },
);

test.each(['#', '+', '/', '+/+', '/+/#', 'a//b', ' ', '$SYS/#', 'x'.repeat(65_535), '/'.repeat(TOPIC_LEVELS_MAX - 1)])('is a filter: %s', (filter) => {
  expect(isTopicFilter(filter)).toBe(true);
});

function treeOf(stored: readonly string[], removed: readonly string[]): LevelTree<string> {
  const tree = new LevelTree<string>();
  for (const key of stored) tree.set(key, key);
  for (const key of removed) tree.delete(key);
  return tree;
}
