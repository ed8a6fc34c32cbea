import { expect, test } from 'vitest';
import { without } from './version-5.ts';

test('the other properties stay, in their order', () => {
  const properties = { contentType: 'text/plain', topicAlias: 3, responseTopic: 'a' } as const;
  expect(Object.entries(without(properties, 'topicAlias'))).toEqual([['contentType', 'text/plain'], ['responseTopic', 'a']]);
  expect(without(properties, 'topicAlias', 'contentType', 'responseTopic')).toEqual({});
});
