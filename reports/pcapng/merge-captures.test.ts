import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaptureFile, type CaptureFacts } from './capture-file.ts';
import { LINK_TYPE } from './link-type.ts';
import { mergeCaptures, type CaptureEvent } from './merge-captures.ts';
import { BLOCK } from './pcapng-blocks.ts';
import { readInterface, readPacket } from './pcapng-parts.ts';
import { readCaptureBlocks } from './read-capture.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-merge-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A part with a packet at each instant, whose first byte is its number. */
function part(name: string, interfaces: readonly string[], instants: readonly number[]): string {
  const path = join(folder, name);
  const file = createCaptureFile({ path, comment: name });
  const ids = interfaces.map((one) => file.addInterface({ linkType: LINK_TYPE.modbusRtu, name: one, comment: `line ${one}` }));
  for (const [n, wallMs] of instants.entries()) file.add({ interfaceId: ids[n % ids.length] ?? 0, wallMs, bytes: Uint8Array.of(n), direction: 'inbound' });
  file.close();
  return path;
}

/** What is in the whole: instant, interface, comment of each packet. */
function merged(parts: readonly string[], events: readonly CaptureEvent[]): { readonly facts: CaptureFacts; readonly rows: unknown[] } {
  const path = join(folder, 'whole');
  const file = createCaptureFile({ path, comment: 'whole' });
  mergeCaptures(parts, events, file);
  const facts = file.close();
  const blocks = [...readCaptureBlocks(path)];
  const names = blocks.filter(({ type }) => type === BLOCK.interfaceDescription).map(({ bytes }) => readInterface(bytes).name);
  const rows = blocks.filter(({ type }) => type === BLOCK.enhancedPacket).map(({ bytes }) => {
    const { wallMs, interfaceId, comment, direction } = readPacket(bytes);
    return [wallMs, names[interfaceId], comment ?? direction];
  });
  return { facts, rows };
}

test('packets of all parts and events stand in order of time, each on its interface', () => {
  const parts = [part('a', ['line-a', 'line-b'], [1, 4.5, 4.501]), part('b', ['line-b'], [2, 4.5, 9])];
  const { rows, facts } = merged(parts, [{ wallMs: 0, text: 'phase steady' }, { wallMs: 4.5, text: 'fault begins' }, { wallMs: 20, text: 'fault ends' }]);
  expect(rows).toEqual([
    [0, 'events', 'phase steady'],
    [1, 'line-a', 'inbound'],
    [2, 'line-b', 'inbound'],
    [4.5, 'events', 'fault begins'],
    [4.5, 'line-b', 'inbound'],
    [4.5, 'line-b', 'inbound'],
    [4.501, 'line-a', 'inbound'],
    [9, 'line-b', 'inbound'],
    [20, 'events', 'fault ends'],
  ]);
  expect(facts.interfaces.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([{ name: 'events', packets: 3 }, { name: 'line-a', packets: 2 }, { name: 'line-b', packets: 4 }]);
});

test('the part of a process that was killed while it wrote is taken as far as it goes', () => {
  const torn = part('torn', ['line-a'], [1, 2, 3]);
  truncateSync(torn, statSync(torn).size - 5);
  expect(merged([torn, part('whole-part', ['line-b'], [2.5])], []).rows).toEqual([[1, 'line-a', 'inbound'], [2, 'line-a', 'inbound'], [2.5, 'line-b', 'inbound']]);
});

test('nothing gives an empty capture', () => {
  expect(merged([], []).rows).toEqual([]);
});

test('why a part stopped stays readable', () => {
  const path = join(folder, 'small');
  const file = createCaptureFile({ path, comment: 'x', limits: { bytesMax: 1e6, packetsMax: 1 } });
  const interfaceId = file.addInterface({ linkType: LINK_TYPE.modbusRtu, name: 'line-a' });
  for (const wallMs of [1, 2]) file.add({ interfaceId, wallMs, bytes: Uint8Array.of(0) });
  file.close();
  expect(merged([path], []).rows.at(-1)).toEqual([2, 'events', expect.stringContaining('capture stopped: its limit of 1 packets')]);
});
