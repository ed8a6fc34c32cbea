import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { createManualClock } from '../../world/manual-clock.ts';
import { createLinkFault, LINK_FAULTS } from './fault-table.ts';

const deps = { clock: createManualClock(), random: randomFromSeed(1) };
const rank = (kind: string, params: unknown): number => createLinkFault(kind, params, deps).rank;

describe('fault table', () => {
  test.each(LINK_FAULTS)('$kind says what it is for and what each parameter means', ({ purpose, params }) => {
    expect(purpose).toMatch(/^[A-Z].*\.$/u);
    expect(Object.keys(params.shape).length).toBeGreaterThan(0);
    expect(z.toJSONSchema(params, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
  });

  test('kinds are unique', () => {
    expect(new Set(LINK_FAULTS.map(({ kind }) => kind)).size).toBe(LINK_FAULTS.length);
  });

  test('bytes meet latency first and a partition last', () => {
    const ranks = [rank('latency', { ms: 1 }), rank('bandwidth', { bytesPerSec: 1 }), rank('slice', { bytes: 1 }), rank('partition', {})];
    expect(ranks.toSorted((a, b) => a - b)).toEqual(ranks);
  });

  test('an unknown kind is refused with the known ones', () => {
    expect(() => createLinkFault('loss', {}, deps)).toThrow(/unknown link fault "loss" \(known: latency, bandwidth/u);
  });
});
