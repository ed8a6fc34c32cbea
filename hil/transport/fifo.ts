/** Elements that are taken from the front before the array is moved up: rare enough to cost nothing each. */
const COMPACT_AT = 1_024;

/** A first-in-first-out queue. Taking from the front of a plain array moves all the others, which for thousands is slow. */
export class Fifo<Item> {
  #items: Item[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the oldest; undefined when there is none. */
  shift(): Item | undefined {
    if (this.#taken === this.#items.length) return undefined;
    const item = this.#items[this.#taken];
    this.#taken += 1;
    if (this.#taken >= COMPACT_AT && this.#taken * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }

  /** Takes all, oldest first. */
  drain(): Item[] {
    const items = this.#items.slice(this.#taken);
    this.#items = [];
    this.#taken = 0;
    return items;
  }
}
