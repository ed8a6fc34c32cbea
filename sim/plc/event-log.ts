import { EVENT_BYTES_MAX } from '../../hil/protocols/modbus/limits.ts';

/**
 * The communication events of one server: the last 64 bytes, the newest first.
 * @see MODBUS Application Protocol V1.1b3, section 6.10
 */
export class EventLog {
  readonly #ring = new Uint8Array(EVENT_BYTES_MAX);
  #count = 0;
  #next = 0;

  push(event: number): void {
    this.#ring[this.#next] = event;
    this.#next = (this.#next + 1) % EVENT_BYTES_MAX;
    this.#count = Math.min(this.#count + 1, EVENT_BYTES_MAX);
  }

  /** A copy, the newest event first. */
  events(): Uint8Array {
    return Uint8Array.from({ length: this.#count }, (_none, index) => this.#ring[(this.#next - 1 - index + EVENT_BYTES_MAX) % EVENT_BYTES_MAX] ?? 0);
  }

  clear(): void {
    this.#count = 0;
    this.#next = 0;
  }
}
