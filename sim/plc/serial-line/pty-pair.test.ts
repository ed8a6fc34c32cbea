import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import { openSerial } from '../../../hil/transport/serial-link.ts';
import { openPtyPair, type PtyPair } from './pty-pair.ts';

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, value) => value);

test.each(['none', 'even', 'odd'] as const)('every byte value passes both ways with parity %s', async (parity) => {
  const pty = await openPtyPair({ clock: realClock });
  const client = await openSerial(pty.path, { baudRate: 19_200, parity, stopBits: 1 });
  const [atMaster, atClient] = [take(pty.master, 256), take(client, 256)];
  await Promise.all([client.send(ALL_BYTES), pty.master.send(ALL_BYTES)]);
  expect(await atMaster).toEqual(Buffer.from(ALL_BYTES));
  expect(await atClient).toEqual(Buffer.from(ALL_BYTES));
  await client.close();
  await cut(pty);
});

test('a client may close and open the line again', async () => {
  const pty = await openPtyPair({ clock: realClock });
  for (const baudRate of [9_600, 19_200, 115_200]) {
    const client = await openSerial(pty.path, { baudRate, parity: 'even', stopBits: 1 });
    const [atMaster, atClient] = [take(pty.master, 3), take(client, 3)];
    await client.send(Uint8Array.of(1, 2, 3));
    expect(await atMaster).toEqual(Buffer.of(1, 2, 3));
    await pty.master.send(Uint8Array.of(4, 5, 6));
    expect(await atClient).toEqual(Buffer.of(4, 5, 6));
    await client.close();
  }
  await cut(pty);
});

test('nothing comes back while no client has the line open', async () => {
  const pty = await openPtyPair({ clock: realClock });
  const echoed: Uint8Array[] = [];
  pty.master.onBytes((chunk) => echoed.push(chunk));
  await pty.master.send(ALL_BYTES);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(echoed).toEqual([]);
  await cut(pty);
});

test('dispose disconnects the client and leaves no descriptor open', async () => {
  const before = terminals();
  const pty = await openPtyPair({ clock: realClock });
  const client = await openSerial(pty.path, { baudRate: 9_600, parity: 'none', stopBits: 2 });
  expect(terminals().length).toBeGreaterThan(before.length);
  pty.dispose();
  pty.dispose();
  expect(await pty.master.closed).toEqual({ error: undefined });
  expect((await client.closed).error?.code).toBe('FP_LINK_CLOSED');
  expect(terminals()).toEqual(before);
});

test('dispose in the middle of a send that is held back refuses it and leaves no descriptor open', async () => {
  const before = terminals();
  const pty = await openPtyPair({ clock: realClock });
  const held = pty.master.send(new Uint8Array(1_048_576));
  setTimeout(() => pty.dispose(), 20);
  await expect(held).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  await pty.master.closed;
  expect(terminals()).toEqual(before);
});

test('many lines at once have paths of their own', async () => {
  const pairs = await Promise.all(Array.from({ length: 20 }, () => openPtyPair({ clock: realClock })));
  expect(new Set(pairs.map((pair) => pair.path)).size).toBe(20);
  await Promise.all(pairs.map(cut));
});

async function cut(pty: PtyPair): Promise<void> {
  pty.dispose();
  await pty.master.closed;
}

/** Resolves with the next so many bytes. */
function take(link: ByteLink, byteCount: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let taken = Buffer.alloc(0);
    link.onBytes((chunk) => {
      taken = Buffer.concat([taken, chunk]);
      if (taken.byteLength >= byteCount) resolve(taken);
    });
  });
}

/** What the descriptors of this process that lead to terminals point to. */
function terminals(): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return 'gone: the descriptor of this listing itself';
      }
    })
    .filter((target) => /\/dev\/(pts|ptmx|tty)/.test(target));
}
