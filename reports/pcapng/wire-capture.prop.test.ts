import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import type { WireSide } from '../../hil/transport/wire-tap.ts';
import { createManualClock } from '../../sim/world/manual-clock.ts';
import { createCaptureFile } from './capture-file.ts';
import { BLOCK, type CapturedPacket } from './pcapng-blocks.ts';
import { readPacket } from './pcapng-parts.ts';
import { readCaptureBlocks } from './read-capture.ts';
import { createWireCapture } from './wire-capture.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-wire-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Step = { readonly kind: 'data'; readonly from: WireSide; readonly bytes: Uint8Array } | { readonly kind: 'ended' | 'cut'; readonly from: WireSide };

const sides = fc.constantFrom<WireSide>('client', 'server');
const data = fc.record({ kind: fc.constant('data' as const), from: sides, bytes: fc.uint8Array({ maxLength: 5_000 }) });
const ends = fc.record({ kind: fc.constantFrom('ended' as const, 'cut' as const), from: sides });
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof({ weight: 8, arbitrary: data }, { weight: 1, arbitrary: ends }), { maxLength: 30 });

const CLIENT = { host: '127.0.0.1', port: 40_000 };
const SERVER = { host: '127.0.0.1', port: 0x9697 };

function packetsOf(script: readonly Step[]): CapturedPacket[] {
  const path = join(folder, 'one.pcapng');
  const file = createCaptureFile({ path, comment: 'x' });
  const tap = createWireCapture(file, { clock: createManualClock(), wallOffsetMs: 1e12 }).connection('link', { client: CLIENT, server: SERVER, protocol: 'mqtt' });
  for (const step of script) {
    if (step.kind === 'data') tap.data(step.from, step.bytes);
    else tap[step.kind](step.from);
  }
  file.close();
  return [...readCaptureBlocks(path)].filter(({ type }) => type === BLOCK.enhancedPacket).map(({ bytes }) => readPacket(bytes));
}

interface Segment {
  readonly from: WireSide;
  readonly sequence: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** By the tables of RFC 791 and RFC 9293, without our own code. */
function segmentOf({ bytes }: CapturedPacket): Segment {
  const tcp = Buffer.from(bytes).subarray(34);
  const isClient = tcp.readUInt16BE(0) === CLIENT.port;
  expect(tcp.readUInt16BE(isClient ? 2 : 0)).toBe(1883);
  expect(Buffer.from(bytes).subarray(isClient ? 30 : 26, isClient ? 34 : 30).join('.')).toBe('127.1.150.151');
  return { from: isClient ? 'client' : 'server', sequence: tcp.readUInt32BE(4), flags: tcp[13] ?? 0, payload: tcp.subarray(20) };
}

test('whatever a tap is told in whatever order, each side is numbered without a gap, and nothing follows its end', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const segments = packetsOf(script).map(segmentOf);
      for (const side of ['client', 'server'] as const) {
        const own = segments.filter(({ from }) => from === side);
        let next = own[0]?.sequence ?? 0;
        for (const { sequence, flags, payload } of own) {
          expect(sequence).toBe(next);
          next = (next + payload.length + ((flags & 0x03) === 0 ? 0 : 1)) % 2 ** 32;
        }
        const over = script.findIndex(({ kind, from }) => kind === 'cut' || (kind === 'ended' && from === side));
        const told = script.slice(0, over < 0 ? undefined : over).flatMap((step) => (step.kind === 'data' && step.from === side ? [step.bytes] : []));
        expect(Buffer.concat(own.map(({ payload }) => payload)).equals(Buffer.concat(told))).toBe(true);
      }
      expect(segments.filter(({ flags }) => (flags & 0x04) !== 0).length).toBeLessThanOrEqual(1);
    }),
    replay(),
  );
});
