import { expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import { addressesOf, createSelector, selectionParams } from './frame-selection.ts';
import { requestFacts } from './request-facts.ts';

const schema = z.strictObject(selectionParams);

function hits(params: object, requests: readonly (readonly [unit: number, ...pdu: number[]])[], seed = 1): boolean[] {
  const isHit = createSelector(schema.parse(params), randomFromSeed(seed));
  return requests.map(([unit, ...pdu]) => isHit(requestFacts(unit, Uint8Array.from(pdu))));
}

const READ_0_TO_9 = [3, 0, 0, 0, 10] as const;
const READ_20 = [3, 0, 20, 0, 1] as const;
const WRITE_5 = [6, 0, 5, 0, 1] as const;
const READ_INPUTS = [4, 0, 0, 0, 10] as const;
const DIAGNOSTICS = [8, 0, 0, 0, 0] as const;
const ALL = [[1, ...READ_0_TO_9], [2, ...READ_20], [1, ...WRITE_5], [1, ...READ_INPUTS], [1, ...DIAGNOSTICS]] as const;

test.each([
  [{}, [true, true, true, true, true]],
  [{ probability: 0 }, [false, false, false, false, false]],
  [{ units: 2 }, [false, true, false, false, false]],
  [{ units: [1, 2], functionCodes: 3 }, [true, true, false, false, false]],
  [{ functionCodes: [6, 8] }, [false, false, true, false, true]],
  [{ registers: '5-7' }, [true, false, true, true, false]],
  [{ registers: 20 }, [false, true, false, false, false]],
  [{ registers: '10' }, [false, false, false, false, false]],
  [{ registers: '5', table: 'HOLDING_REGISTERS' }, [true, false, true, false, false]],
  [{ table: 'INPUT_REGISTERS' }, [false, false, false, true, false]],
  [{ nth: 2 }, [false, true, false, false, false]],
  [{ everyNth: 2 }, [false, true, false, true, false]],
  [{ units: 1, everyNth: 2 }, [false, false, true, false, true]],
])('%j', (params, expected) => {
  expect(hits(params, ALL)).toEqual(expected);
});

test('the probability holds, and the choice depends on the seed alone', () => {
  const requests = Array.from({ length: 2_000 }, () => [1, ...READ_20] as const);
  const first = hits({ probability: 0.1 }, requests);
  const count = first.filter(Boolean).length;
  expect(count).toBeGreaterThan(150);
  expect(count).toBeLessThan(250);
  expect(hits({ probability: 0.1 }, requests)).toEqual(first);
  expect(hits({ probability: 0.1 }, requests, 2)).not.toEqual(first);
});

test('a range may be stated either way round', () => {
  expect(addressesOf({ registers: '9-3' })).toEqual({ address: 3, count: 7 });
  expect(schema.safeParse({ registers: '3-' }).success).toBe(false);
  expect(schema.safeParse({ registers: 70_000 }).success).toBe(false);
});
