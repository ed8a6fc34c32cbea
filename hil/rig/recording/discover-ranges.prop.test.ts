import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import type { RigLine } from '../rig-line.ts';
import { discoverRanges } from './discover-ranges.ts';

interface Asked {
  readonly address: number;
  readonly count: number;
}

/** Devices serve stretches of registers, seldom single ones. */
const stretches = fc.record({ address: fc.integer({ min: 0, max: 299 }), count: fc.integer({ min: 1, max: 40 }) });

/** A device that serves these holding registers, at most `most` at once. */
function lineOf(served: ReadonlySet<number>, most: number, asked: Asked[]): RigLine {
  return {
    name: 'fake',
    port: { exchange: () => Promise.resolve({ kind: 'timeout' }) },
    close: () => Promise.resolve(),
    read: (_unit, _table, address, count) => {
      asked.push({ address, count });
      if (count > most) return Promise.resolve({ kind: 'exception', code: 3, ms: 1 });
      const words = Array.from({ length: count }, (_one, offset) => address + offset);
      return Promise.resolve(words.every((at) => served.has(at)) ? { kind: 'words', words, ms: 1 } : { kind: 'exception', code: 2, ms: 1 });
    },
  };
}

test('exactly the served addresses are found, in ranges that the device can answer, and never a request outside', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stretches, { maxLength: 8 }), fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(125)), async (runs, most) => {
      const served = new Set(addressesIn(runs).filter((address) => address < 300));
      const addresses = [...served];
      const asked: Asked[] = [];
      const line = lineOf(served, most, asked);
      const within = [{ table: 'HOLDING_REGISTERS' as const, address: 0, count: 300 }];
      const found = await discoverRanges(line, { unit: 1, within, requestsMax: 10_000, signal: new AbortController().signal });
      expect(found.incomplete).toBeUndefined();
      expect(addressesIn(found.served)).toEqual(addresses.toSorted((a, b) => a - b));
      expect(new Set([...addressesIn(found.served), ...addressesIn(found.refused)]).size).toBe(300);
      for (const { address, count } of found.served) expect((await line.read(1, 'HOLDING_REGISTERS', address, count)).kind).toBe('words');
      expect(asked.every(({ address, count }) => address >= 0 && address + count <= 300)).toBe(true);
    }),
    replay(),
  );
});

test('the search ends at its bound, and at a device that fell silent', async () => {
  const signal = new AbortController().signal;
  const within = [{ table: 'HOLDING_REGISTERS' as const, address: 0, count: 300 }];
  const bounded = await discoverRanges(lineOf(new Set(), 125, []), { unit: 1, within, requestsMax: 10, signal });
  expect(bounded).toMatchObject({ requests: 10, incomplete: 'the bound of 10 requests was reached' });
  const silent: RigLine = { ...lineOf(new Set(), 125, []), read: () => Promise.resolve({ kind: 'timeout' }) };
  const wide = [{ table: 'HOLDING_REGISTERS' as const, address: 0, count: 3_000 }];
  expect(await discoverRanges(silent, { unit: 1, within: wide, requestsMax: 1_000, signal })).toMatchObject({ requests: 3, incomplete: 'no answer 3 times in a row' });
  const once = [{ table: 'COILS' as const, address: 0, count: 1 }];
  expect(await discoverRanges(silent, { unit: 1, within: once, requestsMax: 9, signal })).toMatchObject({ incomplete: '1 of 1 requests got no answer' });
});

test('a stretch that is served is found in few requests: halves, not one after the other', async () => {
  const signal = new AbortController().signal;
  const served = new Set(addressesIn([{ address: 0, count: 61 }]));
  const within = [{ table: 'HOLDING_REGISTERS' as const, address: 0, count: 124 }];
  const { requests } = await discoverRanges(lineOf(served, 125, []), { unit: 1, within, requestsMax: 1_000, signal });
  // 63 refused addresses cost two requests each, the way to the 61 served ones a few more.
  expect(requests).toBeLessThanOrEqual(2 * 63 + 30);
});

test('a table whose function is not supported is asked once', async () => {
  const signal = new AbortController().signal;
  const line: RigLine = { ...lineOf(new Set(), 125, []), read: () => Promise.resolve({ kind: 'exception', code: 1, ms: 1 }) };
  const found = await discoverRanges(line, { unit: 1, within: [{ table: 'COILS', address: 0, count: 4_000 }], requestsMax: 1_000, signal });
  expect(found).toMatchObject({ requests: 1, served: [], refused: [{ table: 'COILS', address: 0, count: 65_536, code: 1 }] });
});

function addressesIn(ranges: readonly Asked[]): number[] {
  return ranges.flatMap(({ address, count }) => Array.from({ length: count }, (_one, offset) => address + offset)).toSorted((a, b) => a - b);
}
