import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';

/** Connections that a SUT has opened and no case has taken yet. */
export interface WaitingLinks {
  add(link: ByteLink): void;
  /** The oldest that is still open, or the next one that comes in time. */
  next(waitMs: number): Promise<ByteLink | undefined>;
  /** Cuts all that wait. */
  clear(): void;
}

/** A SUT that opens more at once is turned away. */
const WAITING_MAX = 1_000;

export function waitingLinks(clock: Clock): WaitingLinks {
  const waiting: ByteLink[] = [];
  let wake: (() => void) | undefined;
  const forget = (link: ByteLink): void => {
    const index = waiting.indexOf(link);
    if (index >= 0) waiting.splice(index, 1);
  };
  return {
    add: (link) => {
      if (waiting.length >= WAITING_MAX) {
        link.destroy();
        return;
      }
      waiting.push(link);
      void link.closed.then(() => forget(link));
      wake?.();
    },
    next: async (waitMs) => {
      if (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = clock.setTimer(waitMs, resolve);
          wake = () => {
            timer.cancel();
            resolve();
          };
        });
        wake = undefined;
      }
      return waiting.shift();
    },
    clear: () => {
      for (const link of waiting.splice(0)) link.destroy();
    },
  };
}
