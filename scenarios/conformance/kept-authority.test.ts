import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../hil/runtime/clock.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { keptAuthority } from './kept-authority.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-authority-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const laterBy = (ms: number): Clock => ({ ...realClock, wallMs: () => realClock.wallMs() + ms });
const wish = () => ({ names: ['broker.test'], notBeforeMs: Date.now() - 1_000, notAfterMs: Date.now() + 86_400_000 });

function serverOf(chainPem: string): X509Certificate {
  return new X509Certificate(chainPem);
}

test('is made once: what a device has installed holds in the next run, and no serial number comes twice', async () => {
  const place = join(folder, 'new', 'authority');
  const first = await keptAuthority(place, realClock);
  expect(readFileSync(first.certificateFile, 'utf8')).toBe(first.authority.rootPem);
  expect(statSync(join(place, 'ca.key')).mode & 0o777).toBe(0o600);
  const second = await keptAuthority(place, realClock);
  expect(second.authority.rootPem).toBe(first.authority.rootPem);
  const root = new X509Certificate(first.authority.rootPem);
  const servers = [first, second].map(({ authority }) => authority.serverIdentity(wish()));
  const certificates = (await Promise.all(servers)).map(({ certChainPem }) => serverOf(certChainPem));
  expect(certificates.map((one) => one.verify(root.publicKey) && one.checkIssued(root))).toEqual([true, true]);
  expect(certificates[0]?.serialNumber).not.toBe(certificates[1]?.serialNumber);
});

test.each([
  ['one that has expired', 4_000 * 86_400_000, () => undefined, /ends on/u],
  ['a certificate without its key', 0, () => rmSync(join(folder, 'ca.key')), /ENOENT/u],
  ['no certificate', 0, () => writeFileSync(join(folder, 'ca.pem'), 'nothing'), /no test authority/u],
])('refuses %s', async (_what, laterMs, spoil, says) => {
  await keptAuthority(folder, realClock);
  spoil();
  await expect(keptAuthority(folder, laterBy(laterMs))).rejects.toMatchObject({ code: 'FP_FILE_UNREADABLE', message: expect.stringMatching(says), hint: expect.stringContaining('ca.pem') });
});

test('refuses the key of another authority: every device would be said to trust nothing', async () => {
  const other = await keptAuthority(join(folder, 'other'), realClock);
  await keptAuthority(folder, realClock);
  writeFileSync(join(folder, 'ca.key'), other.authority.rootKeyPem);
  await expect(keptAuthority(folder, realClock)).rejects.toThrow('ca.key is not the key of ca.pem');
});

test('says when the folder cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(keptAuthority(join(folder, 'file', 'authority'), realClock)).rejects.toMatchObject({ code: 'FP_FILE_UNREADABLE' });
});
