import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../runtime/replay-seed.contract.ts';
import { Fifo } from './fifo.ts';

test('a queue gives what a plain array gives', () => {
  // Positive: push so many; negative: take so many. Large enough to pass the point where the queue is compacted.
  const steps = fc.array(fc.integer({ min: -1_500, max: 2_000 }), { maxLength: 12 });
  const property = fc.property(steps, (counts) => {
    const fifo = new Fifo<number>();
    const plain: number[] = [];
    let next = 0;
    for (const count of counts) {
      for (let done = 0; done < count; done += 1, next += 1) {
        fifo.push(next);
        plain.push(next);
      }
      for (let done = 0; done > count; done -= 1) if (fifo.shift() !== plain.shift()) return false;
      if (fifo.length !== plain.length) return false;
    }
    expect(fifo.drain()).toEqual(plain);
    return fifo.shift() === undefined && fifo.length === 0;
  });
  fc.assert(property, replay());
});
