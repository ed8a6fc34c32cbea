import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '../../sim/world/manual-clock.ts';
import { createCaptureFile, type CaptureFile, type CaptureLimits, type CaptureStop } from './capture-file.ts';
import { LINK_TYPE } from './link-type.ts';
import { readPacket } from './pcapng-parts.ts';
import { readBlocks } from './pcapng-reader.contract.ts';
import { readCaptureBlocks } from './read-capture.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-capture-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENHANCED_PACKET = 6;

/** Packets that a reader who knows nothing of ours finds. */
function packetsIn(path: string): number {
  return readBlocks(readFileSync(path)).filter(({ type }) => type === ENHANCED_PACKET).length;
}

function lastComment(path: string): string | undefined {
  return [...readCaptureBlocks(path)].filter(({ type }) => type === ENHANCED_PACKET).map(({ bytes }) => readPacket(bytes)).at(-1)?.comment;
}

function limited(name: string, limits: CaptureLimits): { readonly path: string; readonly file: CaptureFile; readonly stops: CaptureStop[] } {
  const path = join(folder, name);
  const stops: CaptureStop[] = [];
  return { path, stops, file: createCaptureFile({ path, comment: 'x', limits, onStopped: (stop) => stops.push(stop) }) };
}

function fill(file: CaptureFile, count: number): void {
  const interfaceId = file.addInterface({ linkType: LINK_TYPE.ethernet, name: 'a' });
  for (let n = 0; n < count; n += 1) file.add({ interfaceId, wallMs: n, bytes: new Uint8Array(100) });
}

test('stops at its limit of packets, says so in its facts, to its owner and in the file', () => {
  const { path, file, stops } = limited('packets', { bytesMax: 1e6, packetsMax: 10 });
  fill(file, 50);
  const { packets, interfaces, stopped } = file.close();
  expect(stopped).toEqual({ wallMs: 10, because: 'its limit of 10 packets is reached' });
  expect(stops).toEqual([stopped]);
  expect(interfaces).toEqual([{ name: 'a', packets: 10 }, { name: 'events', packets: 1 }]);
  expect(packetsIn(path)).toBe(packets);
  expect(lastComment(path)).toBe('capture stopped: its limit of 10 packets is reached; what follows is not here');
});

test('stops before its limit of bytes, the line that says so included', () => {
  const bytesMax = 20_000;
  const { path, file } = limited('bytes', { bytesMax, packetsMax: 1e6 });
  fill(file, 1_000);
  const { bytes, stopped } = file.close();
  expect(stopped?.because).toBe('its limit of 20000 bytes is reached');
  expect(statSync(path).size).toBe(bytes);
  expect(bytes).toBeLessThanOrEqual(bytesMax);
  expect(bytes).toBeGreaterThan(bytesMax - 1_500);
});

test('a full disk ends it with a reason and throws nothing', () => {
  const stops: CaptureStop[] = [];
  const file = createCaptureFile({ path: '/dev/full', comment: 'x', onStopped: (stop) => stops.push(stop) });
  fill(file, 5);
  expect(file.close().stopped?.because).toContain('ENOSPC');
  expect(stops).toHaveLength(1);
});

test('what has come is in the file after a moment, without a close', () => {
  const clock = createManualClock();
  const path = join(folder, 'flushed');
  const file = createCaptureFile({ path, comment: 'x', clock });
  fill(file, 3);
  clock.advance(250);
  expect(packetsIn(path)).toBe(3);
  file.close();
  expect(clock.pendingTimers).toBe(0);
});

test.each([1, 17, 100])('of a file that was cut off by %d bytes, all whole blocks are read', (missing) => {
  const { path, file } = limited('torn', { bytesMax: 1e6, packetsMax: 100 });
  fill(file, 4);
  file.close();
  truncateSync(path, statSync(path).size - missing);
  expect([...readCaptureBlocks(path)].filter(({ type }) => type === ENHANCED_PACKET)).toHaveLength(3);
});

test('bytes that are no capture end the reading', () => {
  const path = join(folder, 'nonsense');
  rmSync(path, { force: true });
  createCaptureFile({ path, comment: 'x' }).close();
  const size = statSync(path).size;
  expect([...readCaptureBlocks('/etc/passwd')]).toEqual([]);
  expect([...readCaptureBlocks(path)].map(({ bytes }) => bytes.length)).toEqual([size]);
});

test('a folder that is not there is said', () => {
  expect(() => createCaptureFile({ path: join(folder, 'no', 'such'), comment: 'x' })).toThrow(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
});
