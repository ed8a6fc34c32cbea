import { FieldproofError } from '../../runtime/errors.ts';

/** Lets tasks run one after another, in the order they came. */
export interface TurnQueue {
  /**
   * Runs the task when all before it have ended, and passes on what it returns or throws.
   * @throws FieldproofError FP_LIMIT when `waitingMax` tasks wait already.
   */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function turnQueue(name: string, waitingMax: number): TurnQueue {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    async run(task) {
      if (waiting >= waitingMax) throw new FieldproofError('FP_LIMIT', `${name}: ${waiting} requests wait already; the bound is ${waitingMax}`);
      waiting += 1;
      const mine = afterwards(last, task);
      last = settled(mine);
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
  };
}

async function afterwards<T>(before: Promise<void>, task: () => Promise<T>): Promise<T> {
  await before;
  return task();
}

/** Resolves when the task has ended, however it did: its failure belongs to whoever asked for it. */
async function settled(task: Promise<unknown>): Promise<void> {
  await Promise.allSettled([task]);
}
