import { existsSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { realClock } from '../../hil/runtime/real-clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { openSerial } from '../../hil/transport/serial-link.ts';
import { openPluggablePty, type PluggablePty } from './pluggable-pty.ts';

const LINE = { baudRate: 19_200, parity: 'even', stopBits: 1 } as const;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function open(): Promise<PluggablePty> {
  const pty = await openPluggablePty('line-a', { clock: realClock });
  cleanUps.push(() => pty.dispose());
  return pty;
}

function next(link: ByteLink): Promise<number[]> {
  return new Promise((resolve) => link.onBytes((chunk) => resolve([...chunk])));
}

test('a client that opens its path talks to the far end', async () => {
  const pty = await open();
  const port = await openSerial(pty.path, LINE);
  const [atFar, atPort] = [next(pty.link), next(port)];
  await Promise.all([port.send(Uint8Array.of(1, 2)), pty.link.send(Uint8Array.of(3))]);
  expect([await atFar, await atPort]).toEqual([[1, 2], [3]]);
  await port.close();
});

test('pulling the plug disconnects the client and takes the path away; the same path comes back', async () => {
  const pty = await open();
  const port = await openSerial(pty.path, LINE);
  const before = readlinkSync(pty.path);
  await pty.unplug();
  await pty.unplug();
  expect((await port.closed).error?.code).toBe('FP_LINK_CLOSED');
  expect(existsSync(pty.path)).toBe(false);
  await expect(openSerial(pty.path, LINE)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  await pty.link.send(Uint8Array.of(9));
  await pty.plug();
  await pty.plug();
  expect(pty.isPlugged).toBe(true);
  expect(readlinkSync(pty.path).startsWith(dirname(before))).toBe(true);
  const again = await openSerial(pty.path, LINE);
  const atPort = next(again);
  await pty.link.send(Uint8Array.of(5));
  expect(await atPort).toEqual([5]);
  await again.close();
});

test('the receiver of the far end stays the same across a replug', async () => {
  const pty = await open();
  const heard: number[] = [];
  pty.link.onBytes((chunk) => heard.push(...chunk));
  for (const byte of [1, 2]) {
    const port = await openSerial(pty.path, LINE);
    await port.send(Uint8Array.of(byte));
    while (heard.at(-1) !== byte) await new Promise((resolve) => setTimeout(resolve, 5));
    await pty.unplug();
    await pty.plug();
  }
  expect(heard).toEqual([1, 2]);
});

test('nothing is left of it', async () => {
  const pty = await openPluggablePty('line-a', { clock: realClock });
  await pty.link.close();
  expect(await pty.link.closed).toEqual({ error: undefined });
  expect(existsSync(dirname(pty.path))).toBe(false);
  await expect(pty.link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
});
