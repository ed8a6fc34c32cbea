import type { Clock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import type { Dut } from '../hardware-map.ts';
import { acquireLease } from './acquire-lease.ts';
import { holdLease } from './held-lease.ts';
import { leaseKeyOf } from './lease-key.ts';
import type { LeaseRecord } from './lease-record.ts';
import type { LeaseStore } from './lease-store.ts';

export interface WithLeaseOptions {
  readonly dut: Dut;
  readonly holder: string;
  readonly ttlMs: number;
  readonly waitMs: number;
  /** Of a lease that the caller has already: it is renewed while the work goes on, and stays afterwards. */
  readonly token: number | undefined;
}

export interface WithLeaseDeps {
  readonly clock: Clock;
  readonly store: LeaseStore;
  /** Ends the work. */
  readonly signal: AbortSignal;
  readonly onWait?: (by: LeaseRecord) => void;
}

/**
 * Does something with a DUT while its line is leased, and gives the lease back afterwards.
 * @param work - Has to end soon when its signal aborts.
 * @throws FieldproofError FP_RIG_LEASED; FP_RIG_LEASE_LOST when the lease was lost before or during the work; and what
 *   `work` throws.
 */
export async function withLease<T>(options: WithLeaseOptions, deps: WithLeaseDeps, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { dut, token, holder, ttlMs, waitMs } = options;
  const key = leaseKeyOf(dut);
  const lease = token === undefined ? await acquireLease({ key, dut: dut.id, holder, ttlMs, waitMs }, deps) : deps.store.renew(key, token);
  const held = holdLease(lease, deps);
  try {
    const result = await work(AbortSignal.any([deps.signal, held.lost]));
    if (held.lost.aborted) throw new FieldproofError('FP_RIG_LEASE_LOST', `${dut.id}: ${String(held.lost.reason)}`);
    return result;
  } finally {
    if (token === undefined) held.release();
    else held.stop();
  }
}
