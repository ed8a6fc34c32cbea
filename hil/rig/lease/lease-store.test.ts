import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { acquireLease } from './acquire-lease.ts';
import { holdLease } from './held-lease.ts';
import { defaultLeaseFolder } from './lease-folder.ts';
import { leaseFiles } from './lease-files.ts';
import { leaseKeyOf } from './lease-key.ts';
import type { LeaseRecord } from './lease-record.ts';
import { createLeaseStore } from './lease-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-lease-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function usedLease(token: number): LeaseRecord {
  return { key: 'line', token, holder: 'x', acquiredWallMs: 0, expiresWallMs: 1, ttlMs: 100, released: true };
}

const wanted = { key: 'line', dut: 'pump', holder: 'me', ttlMs: 1_000, waitMs: 0 };

test('a held lease is refused with who holds it, its token and how long still', async () => {
  const clock = createManualClock();
  const store = createLeaseStore({ folder, writer: 'a' }, clock);
  await acquireLease({ ...wanted, holder: 'anna@bench pid 7' }, { clock, store });
  await expect(acquireLease(wanted, { clock, store })).rejects.toMatchObject({
    code: 'FP_RIG_LEASED',
    message: 'pump is leased: held by anna@bench pid 7 (token 1, for another 1 s unless renewed)',
  });
});

test('heartbeats keep a lease; when they stop it is free after its time to live, and the old holder is refused', async () => {
  const clock = createManualClock();
  const store = createLeaseStore({ folder, writer: 'a' }, clock);
  const held = holdLease(await acquireLease(wanted, { clock, store }), { clock, store });
  await clock.advanceAsync(10_000);
  expect(store.holderOf('line')?.token).toBe(1);
  expect(held.lost.aborted).toBe(false);
  held.release();
  expect(store.holderOf('line')).toBeUndefined();

  const killed = store.tryAcquire('line', 'killed', 1_000);
  const waiting = acquireLease({ ...wanted, waitMs: 5_000 }, { clock, store });
  await clock.advanceAsync(1_500);
  expect((await waiting).token).toBe(3);
  expect(killed.kind).toBe('acquired');
  expect(() => store.check('line', 2)).toThrowError(/now held by me/u);
  expect(() => store.release('line', 2)).toThrowError(/lease 2 of line is lost/u);
});

test('a holder whose lease was taken over is told by its next heartbeat', async () => {
  const clock = createManualClock();
  const store = createLeaseStore({ folder, writer: 'a' }, clock);
  const held = holdLease(await acquireLease(wanted, { clock, store }), { clock, store });
  const thief = leaseFiles(folder, 'line', 'b');
  thief.create({ key: 'line', token: 2, holder: 'thief', acquiredWallMs: clock.wallMs(), expiresWallMs: clock.wallMs() + 60_000, ttlMs: 60_000, released: false });
  await clock.advanceAsync(400);
  expect(held.lost.aborted).toBe(true);
  expect(String(held.lost.reason)).toContain('now held by thief');
  held.release();
  expect(store.holderOf('line')?.holder).toBe('thief');
});

test('who slept since looking cannot create a token that was used and cleared away', () => {
  const files = leaseFiles(folder, 'line', 'a');
  for (const token of [1, 2, 3]) expect(files.create(usedLease(token))).toBe(true);
  expect(files.create(usedLease(2))).toBe(false);
  expect(files.latest()?.token).toBe(3);
  expect(readdirSync(join(folder, 'line'))).toEqual(['0000000000000003.json']);
});

test('a lease file that somebody else wrote is named, not taken for free', () => {
  const store = createLeaseStore({ folder, writer: 'a' }, createManualClock());
  store.tryAcquire('line', 'me', 1_000);
  writeFileSync(join(folder, 'line', '0000000000000002.json'), 'not a lease');
  expect(() => store.tryAcquire('line', 'me', 1_000)).toThrowError(/holds no lease/u);
});

test('an impossible time to live is refused', () => {
  const store = createLeaseStore({ folder, writer: 'a' }, createManualClock());
  expect(() => store.tryAcquire('line', 'me', 10)).toThrowError(/100 ms to 24 h/u);
});

test('the key of a line says which it is and keeps similar ones apart', () => {
  expect(leaseKeyOf({ address: '/dev/serial/by-id/usb-FTDI_1-if00-port0' })).toMatch(/^dev-serial-by-id-usb-FTDI-1-if00-port0-[0-9a-f]{8}$/u);
  expect(leaseKeyOf({ address: '10.0.0.1:502' })).not.toBe(leaseKeyOf({ address: '10.0.0.1-502' }));
});

test('leases lie below XDG_STATE_HOME when that is absolute', () => {
  expect(defaultLeaseFolder({ XDG_STATE_HOME: '/state' }, '/home/a')).toBe('/state/fieldproof/leases');
  expect(defaultLeaseFolder({ XDG_STATE_HOME: 'state' }, '/home/a')).toBe('/home/a/.local/state/fieldproof/leases');
  expect(defaultLeaseFolder({}, '/home/a')).toBe('/home/a/.local/state/fieldproof/leases');
});
