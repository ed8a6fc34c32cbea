import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { READ_BITS_MAX, READ_REGISTERS_MAX } from '../../protocols/modbus/limits.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { PRIMARY_TABLES } from './device-profile.ts';
import type { Point } from './point.ts';
import { isBitTable } from './raw-layout.ts';
import { planReads, type ReadBlock } from './read-plan.ts';
import { samplePoint } from './sample-point.contract.ts';

const points: fc.Arbitrary<Point[]> = fc.array(
  fc
    .record({
      table: fc.constantFrom(...PRIMARY_TABLES),
      address: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 60_000, max: 65_400 })),
      size: fc.oneof(fc.constantFrom(1, 2, 4), fc.integer({ min: 1, max: 123 })),
      readable: fc.boolean(),
    })
    .map(({ table, address, size, readable }) => samplePoint({ table, address, readable, registerCount: isBitTable(table) ? 1 : size })),
  { maxLength: 60 },
);
const options = fc.record({ grouping: fc.boolean(), gapRegistersMax: fc.integer({ min: 0, max: 200 }), gapBitsMax: fc.integer({ min: 0, max: 3_000 }) });

const holds = (block: ReadBlock, point: Point): boolean =>
  block.table === point.table && block.address <= point.address && point.address + point.registerCount <= block.address + block.count;

test('every readable point is in exactly one block, whole, and no other point is', () => {
  fc.assert(
    fc.property(points, options, (all, plan) => {
      const blocks = planReads(all, plan);
      const planned = blocks.flatMap((block) => block.points);
      expect(new Set(planned)).toEqual(new Set(all.filter((point) => point.readable)));
      expect(planned.length).toBe(all.filter((point) => point.readable).length);
      for (const block of blocks) expect(block.points.every((point) => holds(block, point))).toBe(true);
    }),
    replay(),
  );
});

test('no block exceeds the protocol and there are never more blocks than points', () => {
  fc.assert(
    fc.property(points, options, (all, plan) => {
      const blocks = planReads(all, plan);
      expect(blocks.length).toBeLessThanOrEqual(all.length);
      for (const { table, count, address } of blocks) {
        expect(count).toBeLessThanOrEqual(isBitTable(table) ? READ_BITS_MAX : READ_REGISTERS_MAX);
        expect(address + count).toBeLessThanOrEqual(65_536);
      }
    }),
    replay(),
  );
});

test('without bridging, no address is touched that belongs to no readable point', () => {
  fc.assert(
    fc.property(points, (all) => {
      for (const block of planReads(all, { grouping: true, gapRegistersMax: 0, gapBitsMax: 0 })) {
        expect(block.bridgesGap).toBe(false);
        for (let address = block.address; address < block.address + block.count; address += 1) {
          expect(block.points.some((point) => point.address <= address && address < point.address + point.registerCount)).toBe(true);
        }
      }
    }),
    replay(),
  );
});
