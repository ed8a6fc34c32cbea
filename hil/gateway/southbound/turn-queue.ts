import { FieldproofError } from '../../runtime/errors.ts';
import { Fifo } from '../fifo.ts';

/** Lets tasks run in the order they came, so many at once. */
export interface TurnQueue {
  /**
   * Asks for a turn; whoever got one gives it back with `leave`, whatever happens.
   * @returns What to wait for; undefined when there is room at once.
   * @throws FieldproofError FP_LIMIT when `tasksMax` tasks run or wait already; then there is nothing to leave.
   */
  enter(): Promise<void> | undefined;
  leave(): void;
  /**
   * Runs the task in its turn, and passes on what it returns or throws.
   * @throws FieldproofError FP_LIMIT as `enter`.
   */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/**
 * @param name - For the message when it is full.
 * @param tasksMax - Tasks it holds, running ones included.
 * @param atOnce - Tasks that run at once; 1: one after another.
 */
export function turnQueue(name: string, tasksMax: number, atOnce = 1): TurnQueue {
  return new BoundedTurns(name, tasksMax, atOnce);
}

/** A class, so that the queues of ten thousand lines share their functions. */
class BoundedTurns implements TurnQueue {
  readonly #name: string;
  readonly #tasksMax: number;
  readonly #atOnce: number;
  /** Made when somebody has to wait, which on most lines nobody ever does. */
  #waiting: Fifo<() => void> | undefined;
  #running = 0;

  constructor(name: string, tasksMax: number, atOnce: number) {
    this.#name = name;
    this.#tasksMax = tasksMax;
    this.#atOnce = atOnce;
  }

  enter(): Promise<void> | undefined {
    const held = this.#running + (this.#waiting?.length ?? 0);
    if (held >= this.#tasksMax) throw new FieldproofError('FP_LIMIT', `${this.#name}: ${held} requests wait already; the bound is ${this.#tasksMax}`);
    if (this.#running < this.#atOnce) {
      this.#running += 1;
      return undefined;
    }
    const waiting = (this.#waiting ??= new Fifo());
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Hands the place over to the one that has waited for longest, so `running` stays as it is. */
  leave(): void {
    const next = this.#waiting?.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.enter();
    if (turn !== undefined) await turn;
    try {
      return await task();
    } finally {
      this.leave();
    }
  }
}
