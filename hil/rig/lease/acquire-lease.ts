import { sleep, type Clock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { describeLease, type LeaseRecord } from './lease-record.ts';
import type { LeaseStore } from './lease-store.ts';

export interface AcquireOptions {
  readonly key: string;
  /** The DUT, for messages. */
  readonly dut: string;
  readonly holder: string;
  readonly ttlMs: number;
  /** How long to wait for another holder; 0 does not wait. */
  readonly waitMs: number;
}

export interface AcquireDeps {
  readonly clock: Clock;
  readonly store: LeaseStore;
  readonly signal?: AbortSignal;
  /** Called once when it has to be waited for. */
  readonly onWait?: (by: LeaseRecord) => void;
}

/** Between two looks at a lease that another holds, milliseconds. */
const LOOK_EVERY_MS = 200;

/**
 * Acquires a lease, waiting for its holder when that is asked for. Waiting is no queue: who looks first when it is free
 * gets it.
 * @throws FieldproofError FP_RIG_LEASED, with who holds it; and what `LeaseStore.tryAcquire` throws.
 */
export async function acquireLease({ key, dut, holder, ttlMs, waitMs }: AcquireOptions, deps: AcquireDeps): Promise<LeaseRecord> {
  const { clock, store, signal, onWait } = deps;
  const endMs = clock.nowMs() + waitMs;
  let told = false;
  for (;;) {
    const result = store.tryAcquire(key, holder, ttlMs);
    if (result.kind === 'acquired') return result.lease;
    const leftMs = endMs - clock.nowMs();
    if (leftMs <= 0 || signal?.aborted === true) throw leased(dut, result.by, waitMs, clock);
    if (!told) onWait?.(result.by);
    told = true;
    await sleep(clock, Math.min(LOOK_EVERY_MS, leftMs), signal);
  }
}

function leased(dut: string, by: LeaseRecord, waitMs: number, clock: Clock): FieldproofError {
  const waited = waitMs > 0 ? ` after waiting ${waitMs / 1_000} s` : '';
  return new FieldproofError('FP_RIG_LEASED', `${dut} is leased${waited}: held by ${describeLease(by, clock.wallMs())}`);
}
