import type { Clock, Timer } from '../../../runtime/clock.ts';

/** How long after the last packet a silent client is cut, as a share of its keep alive (MQTT-3.1.2-22). */
const PATIENCE = 1.5;

/** Watches that packets come: one timer for a connection, not one for each packet. */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #onSilence: () => void;
  #lastPacketMs: number;
  #timer: Timer | undefined;

  /** @param keepAliveS - 1 to 65535 seconds. */
  constructor(clock: Clock, keepAliveS: number, onSilence: () => void) {
    this.#clock = clock;
    this.#patienceMs = keepAliveS * 1_000 * PATIENCE;
    this.#onSilence = onSilence;
    this.#lastPacketMs = clock.nowMs();
    this.#arm(this.#patienceMs);
  }

  /** A packet came. */
  touch(): void {
    this.#lastPacketMs = this.#clock.nowMs();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimer(delayMs, () => {
      const leftMs = this.#lastPacketMs + this.#patienceMs - this.#clock.nowMs();
      if (leftMs <= 0) this.#onSilence();
      else this.#arm(leftMs);
    });
  }
}
