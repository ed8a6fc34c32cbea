import { expect, test } from 'vitest';
import { turnQueue, type TurnQueue } from './turn-queue.ts';

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

interface Bench {
  readonly queue: TurnQueue;
  readonly began: readonly number[];
  readonly ends: readonly (() => void)[];
  readonly run: (task: number) => Promise<number>;
}

/** Runs tasks that end when they are told to, and notes the order in which they began. */
function bench(tasksMax: number, atOnce: number): Bench {
  const queue = turnQueue('bench', tasksMax, atOnce);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const run = (task: number): Promise<number> =>
    queue.run(() => {
      began.push(task);
      return new Promise((resolve) => (ends[task] = () => resolve(task)));
    });
  return { queue, began, ends, run };
}

test('so many run at once, the others in their order', async () => {
  const { began, ends, run } = bench(10, 2);
  const all = Promise.all([0, 1, 2, 3].map(run));
  await settle();
  expect(began).toEqual([0, 1]);
  ends[1]?.();
  await settle();
  expect(began).toEqual([0, 1, 2]);
  ends[0]?.();
  await settle();
  for (const end of ends) end();
  expect(await all).toEqual([0, 1, 2, 3]);
});

test('a task that fails gives its turn back', async () => {
  const { queue, run, began, ends } = bench(10, 1);
  await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  const next = run(1);
  await settle();
  expect(began).toEqual([1]);
  ends[1]?.();
  expect(await next).toBe(1);
});

test('one too many is refused at once, and there is room again when one has ended', async () => {
  const { queue, ends, run } = bench(2, 1);
  const first = run(0);
  const second = run(1);
  expect(() => queue.enter()).toThrow(expect.objectContaining({ code: 'FP_LIMIT' }));
  await settle();
  ends[0]?.();
  await first;
  const third = run(2);
  await settle();
  ends[1]?.();
  await settle();
  ends[2]?.();
  expect(await Promise.all([second, third])).toEqual([1, 2]);
});
