const COMPACT_AFTER = 1_024;

/** A first-in, first-out queue with O(1) `push` and `shift` (amortised). It has no bound of its own: its owner has one. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The oldest item, which stays; undefined when empty. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the oldest item; undefined when empty. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.length === 0) return undefined;
    // The slot is emptied at once, so that a taken item is not kept alive until the next compaction.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // Array.prototype.shift moves every element; cutting off half of the array at a time moves each element at most once.
    if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Visits every item, oldest first. */
  visit(each: (item: T) => void): void {
    for (let index = this.#head; index < this.#items.length; index += 1) {
      const item = this.#items[index];
      if (item !== undefined) each(item);
    }
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
