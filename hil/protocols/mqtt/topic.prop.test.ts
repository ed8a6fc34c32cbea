import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { topicFilters, topicNames } from './mqtt-arbitraries.contract.ts';
import { isSharedFilter, matchesFilter, parseSharedFilter, plainFilterFault, topicFilterFault, topicNameFault } from './topic.ts';

const shortNames = fc.array(fc.constantFrom('', 'a', 'b', '$s', 'ab'), { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/')).filter((topic) => topic !== '');
/** Texts that are filters, or nearly. */
const nearFilters = fc.array(fc.constantFrom('a', '/', '+', '#', '$share/', 'g'), { maxLength: 7 }).map((parts) => parts.join(''));

/** The words of section 4.7 as a regular expression. */
function oracle(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/u.test(filter)) return false;
  if (filter === '#') return true;
  const pattern = filter.replaceAll('$', '\\$').replaceAll('+', '[^/]*').replace(/\/#$/u, '(/.*)?');
  return new RegExp(`^${pattern}$`, 'u').test(topic);
}

test('matchesFilter agrees with the oracle', () => {
  fc.assert(
    fc.property(topicFilters, shortNames, (filter, topic) => {
      expect(matchesFilter(filter, topic)).toBe(oracle(filter, topic));
    }),
    replay(),
  );
});

test('generated names and filters are sound, and a filter without wildcards is a name', () => {
  fc.assert(
    fc.property(topicNames, topicFilters, (topic, filter) => {
      expect(topicNameFault(topic)).toBeUndefined();
      expect(topicFilterFault(filter)).toBeUndefined();
      expect(topicNameFault(filter)).toBe(/[+#]/u.test(filter) ? 'wildcard' : undefined);
      expect(parseSharedFilter(`$share/g/${filter}`)).toEqual({ shareName: 'g', filter });
    }),
    replay(),
  );
});

test('a filter is sound when each of its levels is', () => {
  fc.assert(
    fc.property(nearFilters, (text) => {
      const levels = text.split('/');
      const isSound = text !== '' && levels.every((level, index) => (level === '#' ? index === levels.length - 1 : level === '+' || !/[+#]/u.test(level)));
      expect(plainFilterFault(text) === undefined).toBe(isSound);
      if (!isSharedFilter(text)) expect(topicFilterFault(text)).toBe(plainFilterFault(text));
      else expect(topicFilterFault(text) === undefined).toBe(isSoundShare(text));
      expect(parseSharedFilter(text) !== undefined).toBe(isSharedFilter(text) && topicFilterFault(text) === undefined);
    }),
    replay(),
  );
});

test.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['#', 'a/b', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['#', '$SYS/x', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['$SYS/#', '$SYS/x', true],
  ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
  ['ACCOUNTS', 'Accounts', false],
  ['a', 'a/', false],
])('section 4.7: %s and %s: %s', (filter, topic, expected) => {
  expect(matchesFilter(filter, topic)).toBe(expected);
});

test.each([
  ['', 'empty'], ['a#', 'hash'], ['#/a', 'hash'], ['##', 'hash'], ['sport/tennis#', 'hash'], ['sport+', 'plus'], ['++', 'plus'], ['a\u0000', 'null-character'],
  ['x'.repeat(65_536), 'too-long'], ['é'.repeat(32_768), 'too-long'], ['$share/', 'share-name-empty'], ['$share//a', 'share-name-empty'], ['$share/g', 'share-name'], ['$share/g/', 'share-name'],
  ['$share/g#/a', 'share-name'], ['$share/g/a#', 'hash'], ['$share/g/a\u0000', 'null-character'],
])('is no filter: %s: %s', (filter, fault) => {
  expect(topicFilterFault(filter)).toBe(fault);
});

test.each(['#', '+', '/', '+/+', '/+/#', 'a//b', ' ', '$SYS/#', '$share', '$shared/a', '$share/g/#', '$share/g//', 'x'.repeat(65_535)])('is a filter: %s', (filter) => {
  expect(topicFilterFault(filter)).toBeUndefined();
});

test.each([['', 'empty'], ['a/+', 'wildcard'], ['a#b', 'wildcard'], ['\u0000', 'null-character'], ['x'.repeat(65_536), 'too-long']])('is no topic name: %s', (topic, fault) => {
  expect(topicNameFault(topic)).toBe(fault);
});

function isSoundShare(text: string): boolean {
  const [, name, ...rest] = text.split('/');
  return name !== undefined && name !== '' && !/[+#]/u.test(name) && rest.join('/') !== '' && plainFilterFault(rest.join('/')) === undefined;
}
