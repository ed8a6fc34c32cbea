import type { Clock } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { leasedKeys, leaseFiles } from './lease-files.ts';
import { describeLease, isLive, type LeaseRecord } from './lease-record.ts';

/** Shortest and longest time to live of a lease, milliseconds. */
export const LEASE_TTL_MS_MIN = 100;
export const LEASE_TTL_MS_MAX = 86_400_000;

export type AcquireResult = { readonly kind: 'acquired'; readonly lease: LeaseRecord } | { readonly kind: 'held'; readonly by: LeaseRecord };

/**
 * Leases that processes of one machine (or of one shared file system) keep from each other: at most one is live for a
 * key. A holder that is killed loses it when its time to live is over. Every new holder gets a higher token than all
 * before; a holder that overslept is refused by its token, whatever its own clock says.
 */
export interface LeaseStore {
  /** One attempt, without waiting. @throws FieldproofError FP_LIMIT for an impossible time to live, FP_FILE_UNREADABLE. */
  tryAcquire(key: string, holder: string, ttlMs: number): AcquireResult;
  /** Prolongs by the time to live from now. @throws FieldproofError FP_RIG_LEASE_LOST when it ran out or was taken over. */
  renew(key: string, token: number): LeaseRecord;
  /** @throws FieldproofError FP_RIG_LEASE_LOST when the token is not that of the live lease. */
  check(key: string, token: number): LeaseRecord;
  /** Frees it for the next. @throws FieldproofError FP_RIG_LEASE_LOST as `check`. */
  release(key: string, token: number): void;
  /** The live lease of a key. */
  holderOf(key: string): LeaseRecord | undefined;
  /** All live leases. */
  list(): LeaseRecord[];
}

export interface LeaseStoreOptions {
  readonly folder: string;
  /** Different for every process that uses the folder: host name and pid. */
  readonly writer: string;
}

/** Attempts when several processes race for a free key; each failed one means that another won. */
const ATTEMPTS_MAX = 16;

export function createLeaseStore({ folder, writer }: LeaseStoreOptions, clock: Pick<Clock, 'wallMs'>): LeaseStore {
  const live = (key: string, token: number): LeaseRecord => {
    const latest = leaseFiles(folder, key, writer).latest();
    const wallMs = clock.wallMs();
    if (latest?.token === token && isLive(latest, wallMs)) return latest;
    throw new FieldproofError('FP_RIG_LEASE_LOST', `lease ${token} of ${key} is lost: ${whyLost(latest, token, wallMs)}`);
  };
  const holderOf = (key: string): LeaseRecord | undefined => {
    const latest = leaseFiles(folder, key, writer).latest();
    return latest !== undefined && isLive(latest, clock.wallMs()) ? latest : undefined;
  };
  return {
    tryAcquire: (key, holder, ttlMs) => {
      checkTtl(ttlMs);
      const files = leaseFiles(folder, key, writer);
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        const latest = files.latest();
        const wallMs = clock.wallMs();
        if (latest !== undefined && isLive(latest, wallMs)) return { kind: 'held', by: latest };
        const lease = { key, token: (latest?.token ?? 0) + 1, holder, acquiredWallMs: wallMs, expiresWallMs: wallMs + ttlMs, ttlMs, released: false };
        if (files.create(lease)) return { kind: 'acquired', lease };
      }
      throw new FieldproofError('FP_LIMIT', `${key}: lost the race for its lease ${ATTEMPTS_MAX} times in a row`);
    },
    renew: (key, token) => {
      const held = live(key, token);
      const renewed = { ...held, expiresWallMs: clock.wallMs() + held.ttlMs };
      leaseFiles(folder, key, writer).replace(renewed);
      // Someone may have taken over between the look and the write: then the higher token stands beside ours.
      return live(key, token);
    },
    check: live,
    release: (key, token) => leaseFiles(folder, key, writer).replace({ ...live(key, token), released: true }),
    holderOf,
    list: () => leasedKeys(folder).flatMap((key) => holderOf(key) ?? []),
  };
}

function whyLost(latest: LeaseRecord | undefined, token: number, wallMs: number): string {
  if (latest === undefined) return 'its file is gone';
  if (latest.token > token) return isLive(latest, wallMs) ? `now held by ${describeLease(latest, wallMs)}` : `token ${latest.token} has been given since`;
  if (latest.token < token) return `no such token was given; the last is ${latest.token}`;
  return latest.released ? 'it was released' : `it ran out ${((wallMs - latest.expiresWallMs) / 1_000).toFixed(1)} s ago`;
}

function checkTtl(ttlMs: number): void {
  if (ttlMs >= LEASE_TTL_MS_MIN && ttlMs <= LEASE_TTL_MS_MAX) return;
  throw new FieldproofError('FP_LIMIT', `a lease lives ${LEASE_TTL_MS_MIN} ms to ${LEASE_TTL_MS_MAX / 3_600_000} h, not ${ttlMs} ms`);
}
