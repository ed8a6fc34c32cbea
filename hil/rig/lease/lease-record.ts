import { z } from '../../runtime/schema.ts';

/** What a lease file says. Instants are wall-clock milliseconds since 1970: holders are processes that come and go. */
export const leaseRecordSchema = z.strictObject({
  /** What is leased: the line of a DUT (`leaseKeyOf`). */
  key: z.string().min(1),
  /** Fencing token: 1, 2, 3, ... for each key; it never falls, so a higher one is always the later holder. */
  token: z.number().int().min(1),
  /** Who holds it, for people: user, host, pid, what for. */
  holder: z.string().min(1),
  acquiredWallMs: z.number(),
  expiresWallMs: z.number(),
  ttlMs: z.number().positive(),
  released: z.boolean(),
});

export type LeaseRecord = z.infer<typeof leaseRecordSchema>;

/** Whether a lease keeps others away at this instant. */
export function isLive({ released, expiresWallMs }: LeaseRecord, wallMs: number): boolean {
  return !released && wallMs < expiresWallMs;
}

/** Words for a holder: who, which token, for how long still. */
export function describeLease({ holder, token, expiresWallMs }: LeaseRecord, wallMs: number): string {
  return `${holder} (token ${token}, for another ${Math.max(0, Math.ceil((expiresWallMs - wallMs) / 1_000))} s unless renewed)`;
}
