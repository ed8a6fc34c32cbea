import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../runtime/log.ts';
import { randomFromSeed } from '../../../runtime/random.ts';
import { realClock } from '../../../runtime/real-clock.ts';
import type { Message } from '../core/message.ts';
import { takeApart } from '../core/subscription.ts';
import { openBrokerStore, type OpenedBrokerStore } from './open-broker-store.ts';

const root = mkdtempSync(join(tmpdir(), 'fp-damage-'));
const SOUND = join(root, 'sound');
const HALF = 300;

const open = (path: string): Promise<OpenedBrokerStore> => openBrokerStore({ policy: 'os', path, bytesMax: 1e9, messagesMax: 1e6 }, { clock: realClock, log: silentLogger });
const messageOf = (topic: string, text: string): Message => ({ topic, payload: Buffer.from(text.repeat(20)), qos: 1, retain: true, properties: {}, publisherId: undefined, acceptedAtMs: realClock.nowMs() });

/** Sessions, each with a subscription, a message and a retained one, in a commit of its own. */
async function fill(store: OpenedBrokerStore, from: number): Promise<void> {
  for (let index = from; index < from + HALF; index += 1) {
    const clientId = `client-${index}`;
    store.record({ kind: 'session', clientId, expiryIntervalS: 1_000 });
    store.record({ kind: 'subscription', clientId, isNew: true, subscription: { fullFilter: 'a/#', ...takeApart('a/#'), qos: 1, noLocal: false, retainAsPublished: false, identifier: undefined } });
    const message = messageOf(`a/${index}`, `${index}`);
    store.record({ kind: 'queued', clientId, sequence: 1, message, qos: 1, retain: false, subscriptionIdentifiers: [] });
    store.record({ kind: 'retained', message });
    await store.commit();
  }
}

beforeAll(async () => {
  const first = await open(SOUND);
  await fill(first, 0);
  await first.close();
  // What the first one wrote becomes a sorted file; what the second one writes stays in the log.
  const second = await open(SOUND);
  await fill(second, HALF);
  await second.close();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const levelFile = (path: string, pattern: RegExp): string => join(path, 'level', readdirSync(join(path, 'level')).filter((name) => pattern.test(name)).toSorted().at(-1) ?? 'none');

function flip(file: string, at: number, bytes = 1): void {
  const content = readFileSync(file);
  const start = Math.floor(content.length * at);
  for (let index = start; index < Math.min(content.length, start + bytes); index += 1) content[index] = (content[index] ?? 0) ^ 0x5a;
  writeFileSync(file, content);
}

const half = (file: string): void => truncateSync(file, Math.floor(readFileSync(file).length / 2));

describe('a damaged store is opened, and says what was lost', () => {
  test('one that is sound has lost nothing', async () => {
    const path = join(root, 'none');
    cpSync(SOUND, path, { recursive: true });
    const store = await open(path);
    expect(store.stats()).toMatchObject({ lost: {}, rows: { sessions: 600, queued: 600, retained: 600 }, recovery: { damage: 'none', lostCommits: 0 } });
    await store.close();
  });

  test.each([
    ['CURRENT is cut', (path: string) => half(levelFile(path, /^CURRENT$/u))],
    ['CURRENT has a wrong byte', (path: string) => flip(levelFile(path, /^CURRENT$/u), 0.5)],
    ['CURRENT is missing', (path: string) => rmSync(levelFile(path, /^CURRENT$/u))],
    ['the manifest is cut', (path: string) => half(levelFile(path, /^MANIFEST/u))],
    ['the manifest has a wrong byte', (path: string) => flip(levelFile(path, /^MANIFEST/u), 0.3)],
    ['the manifest is missing', (path: string) => rmSync(levelFile(path, /^MANIFEST/u))],
    ['the log is cut', (path: string) => half(levelFile(path, /\.log$/u))],
    ['the log has a wrong byte', (path: string) => flip(levelFile(path, /\.log$/u), 0.5)],
    ['the log has a wrong stretch', (path: string) => flip(levelFile(path, /\.log$/u), 0.2, 20_000)],
    ['the log is missing', (path: string) => rmSync(levelFile(path, /\.log$/u))],
    ['a sorted file is cut', (path: string) => half(levelFile(path, /\.ldb$/u))],
    ['a sorted file has a wrong byte', (path: string) => flip(levelFile(path, /\.ldb$/u), 0.3)],
    ['a sorted file has a wrong end', (path: string) => flip(levelFile(path, /\.ldb$/u), 0.97, 40)],
    ['a sorted file is missing', (path: string) => rmSync(levelFile(path, /\.ldb$/u))],
    ['every file is rubbish', (path: string) => readdirSync(join(path, 'level')).forEach((name) => writeFileSync(join(path, 'level', name), Buffer.alloc(3_000, 0xa5)))],
  ])('%s', async (name, damage) => {
    const path = join(root, name.replaceAll(' ', '-'));
    cpSync(SOUND, path, { recursive: true });
    damage(path);
    const store = await open(path);
    const { recovery, rows } = store.stats();
    const isWhole = Object.values(rows).reduce((sum, count) => sum + count, 0) === 2_400;
    // A repair may find everything again, and not every byte says something; otherwise there is a count for what is missing.
    if (!isWhole) expect(recovery.damage, name).not.toBe('none');
    if (!isWhole) expect(Object.keys(recovery.lost).length, JSON.stringify(recovery)).toBeGreaterThan(0);
    expect(recovery.found.sessions + (recovery.lost.sessions ?? 0)).toBe(600);
    // What is there can be used, and the next start finds nothing wrong any more.
    for (const { queue } of store.recovered.sessions) await queue?.load();
    await fill(store, 10_000);
    await store.close();
    const again = await open(path);
    expect(again.stats().recovery).toMatchObject({ damage: 'none', lostCommits: 0 });
    await again.close();
  }, 30_000);

  test('any byte of any file: it opens, or refuses with one code', async () => {
    const random = randomFromSeed(Number(process.env['FP_SEED'] ?? 11));
    for (let run = 0; run < Number(process.env['FP_DAMAGES'] ?? 12); run += 1) {
      const path = join(root, `random-${run}`);
      cpSync(SOUND, path, { recursive: true });
      const names = readdirSync(join(path, 'level')).filter((name) => name !== 'LOCK');
      flip(join(path, 'level', names[random.integer(0, names.length - 1)] ?? 'none'), random.next(), random.integer(1, 4_000));
      const store = await open(path);
      const { recovery } = store.stats();
      for (const { queue } of store.recovered.sessions) await queue?.load();
      expect(recovery.found.sessions + (recovery.lost.sessions ?? 0), JSON.stringify(recovery)).toBe(600);
      await store.close();
      rmSync(path, { recursive: true });
    }
  }, 60_000);

  test('a folder that is in use, or is a file, is refused with one code', async () => {
    const path = join(root, 'used');
    const first = await open(path);
    await expect(open(path)).rejects.toMatchObject({ code: 'FP_BROKER_STORE', message: expect.stringContaining('in use by another process') });
    await first.close();
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(open(file)).rejects.toMatchObject({ code: 'FP_BROKER_STORE' });
  });
});
