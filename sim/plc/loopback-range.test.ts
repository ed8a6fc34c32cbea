import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { loopbackRange } from './loopback-range.ts';

test('addresses follow on, over the end of a part', () => {
  const range = loopbackRange('127.0.0.254', 4);
  expect([0, 1, 2, 3].map((index) => range.hostOf(index))).toEqual(['127.0.0.254', '127.0.0.255', '127.0.1.0', '127.0.1.1']);
});

test('every device is found at its own address and nowhere else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xff_0000 }), fc.integer({ min: 1, max: 20_000 }), fc.nat(), (offset, count, seed) => {
      const first = 0x7f00_0001 + offset;
      const host = [24, 16, 8, 0].map((shift) => (first >>> shift) & 0xff).join('.');
      const range = loopbackRange(host, count);
      const index = seed % count;
      expect(range.indexOf(range.hostOf(index))).toBe(index);
      expect(range.indexOf(range.hostOf(count))).toBeUndefined();
    }),
    replay(),
  );
});

test.each(['192.0.2.1', '0.0.0.0', '127.0.0.0', '127.0.0.2', '127.0.0.256', '127.0.0', '127.0.0.01', '::1', '::ffff:127.0.0.1', 'localhost', ''])('%s is none of the range', (host) => {
  expect(loopbackRange('127.0.0.1', 1).indexOf(host)).toBeUndefined();
});

test.each(['126.255.255.255', '127.0.0.0', '128.0.0.1', '127.255.255.254', 'localhost'])('a range of two cannot begin at %s', (host) => {
  expect(() => loopbackRange(host, 2)).toThrow(expect.objectContaining({ code: 'FP_LIMIT' }));
});
