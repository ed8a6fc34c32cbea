import { every, type Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { LeaseRecord } from './lease-record.ts';
import type { LeaseStore } from './lease-store.ts';

/** A lease that is renewed as long as its process lives. */
export interface HeldLease {
  readonly lease: LeaseRecord;
  /** Aborts, with the reason as text, when the lease is lost: then the device may not be touched any more. */
  readonly lost: AbortSignal;
  /** Stops renewing and frees it. Harmless when it was lost, and when called again. */
  release(): void;
  /** Stops renewing and leaves it to run out: it belongs to somebody else. */
  stop(): void;
}

/** Two heartbeats may be late or lost before the lease runs out. */
const HEARTBEATS_PER_TTL = 3;

/** Keeps an acquired lease alive by heartbeats. */
export function holdLease(lease: LeaseRecord, { clock, store }: { readonly clock: Clock; readonly store: LeaseStore }): HeldLease {
  const lost = new AbortController();
  let released = false;
  const heartbeat = every(clock, lease.ttlMs / HEARTBEATS_PER_TTL, () => {
    try {
      store.renew(lease.key, lease.token);
    } catch (thrown) {
      heartbeat.cancel();
      lost.abort(messageOf(thrown));
    }
  });
  return {
    lease,
    lost: lost.signal,
    stop: () => heartbeat.cancel(),
    release: () => {
      heartbeat.cancel();
      if (released || lost.signal.aborted) return;
      released = true;
      try {
        store.release(lease.key, lease.token);
      } catch (thrown) {
        // It ran out a moment before: nothing is left to free, but who measured until now must know.
        lost.abort(messageOf(thrown));
      }
    },
  };
}
