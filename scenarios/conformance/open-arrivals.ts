import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { Arrivals } from './arrivals.ts';

/** Connections that a SUT opens, for cases that wait for them. */
export interface OpenArrivals {
  readonly add: (link: ByteLink) => void;
  /** The oldest that is still open, or the next one that comes in time. */
  readonly next: (waitMs: number) => Promise<ByteLink | undefined>;
  readonly clear: () => void;
}

export function openArrivals(clock: Clock): OpenArrivals {
  const arrivals = new Arrivals<ByteLink>(clock, (link) => link.destroy());
  const ended = new WeakSet<ByteLink>();
  return {
    add: (link) => {
      void link.closed.then(() => ended.add(link));
      arrivals.add(link);
    },
    next: async (waitMs) => {
      const untilMs = clock.nowMs() + waitMs;
      for (;;) {
        const link = await arrivals.next(Math.max(0, untilMs - clock.nowMs()));
        if (link === undefined || !ended.has(link)) return link;
      }
    },
    clear: () => arrivals.clear(),
  };
}
