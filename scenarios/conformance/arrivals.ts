import type { Clock } from '../../hil/runtime/clock.ts';

/** What may wait for somebody who asks; more is dropped. */
const WAITING_MAX = 1_000;

/** Things that come when they like, for somebody who asks for the next one. */
export class Arrivals<Thing> {
  readonly #clock: Clock;
  readonly #drop: (thing: Thing) => void;
  #waiting: Thing[] = [];
  #wake: (() => void) | undefined;

  /** @param drop - What is done with a thing that nobody will ask for. */
  constructor(clock: Clock, drop: (thing: Thing) => void = () => undefined) {
    this.#clock = clock;
    this.#drop = drop;
  }

  add(thing: Thing): void {
    if (this.#waiting.length >= WAITING_MAX) this.#drop(thing);
    else this.#waiting.push(thing);
    this.#wake?.();
  }

  /**
   * The oldest that nobody has taken; undefined when none comes in time. One asks at a time.
   * @param enough - Ends the wait before its time.
   */
  async next(waitMs: number, enough?: Promise<void>): Promise<Thing | undefined> {
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimer(waitMs, resolve);
        const end = (): void => {
          timer.cancel();
          resolve();
        };
        this.#wake = end;
        void enough?.then(end);
      });
      this.#wake = undefined;
    }
    return this.#waiting.shift();
  }

  clear(): void {
    for (const thing of this.#waiting) this.#drop(thing);
    this.#waiting = [];
  }
}
