import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { Piece } from './modbus-fault.ts';

/** Lets pieces of frames out at their instants. */
export interface Transmitter {
  /** @returns false when too many wait, and the frame was given up. */
  send(pieces: readonly Piece[]): boolean;
  /** Forgets what waits. */
  stop(): void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly dueMs: number;
}

/** Pieces that wait at once. */
const WAITING_MAX = 4_096;
/** Timers of the machine fire up to a millisecond early, and instants are floating point. */
const TOLERANCE_MS = 0.001;

/**
 * @param isStream - A stream keeps its order, so that what comes behind a late piece waits for it; on a line each frame
 *   goes out when it is due.
 */
export function createTransmitter(clock: Clock, write: (bytes: Uint8Array) => void, isStream: boolean): Transmitter {
  let waiting: Waiting[] = [];
  let timer: Timer | undefined;
  let lastDueMs = -Infinity;
  const letOut = (): void => {
    timer?.cancel();
    timer = undefined;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const waitMs = first.dueMs - clock.nowMs();
      if (waitMs > TOLERANCE_MS) {
        timer = clock.setTimer(waitMs, letOut);
        return;
      }
      waiting.shift();
      write(first.bytes);
    }
  };
  return {
    send(pieces) {
      if (waiting.length + pieces.length > WAITING_MAX) return false;
      let dueMs = clock.nowMs();
      for (const { bytes, afterMs } of pieces) {
        dueMs = Math.max(dueMs + afterMs, isStream ? lastDueMs : -Infinity);
        if (bytes.length > 0) waiting.push({ bytes, dueMs });
      }
      if (isStream) lastDueMs = dueMs;
      waiting = waiting.toSorted((a, b) => a.dueMs - b.dueMs);
      letOut();
      return true;
    },
    stop() {
      timer?.cancel();
      timer = undefined;
      waiting = [];
    },
  };
}
