import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { createActiveModbusFaults } from './active-modbus-faults.ts';
import { encodeFrame } from './frame-reader.ts';
import { createFrameRelay, type FrameRelay } from './frame-relay.ts';
import { FRAMINGS, type Framing } from './modbus-fault.ts';

interface Bench {
  readonly relay: FrameRelay;
  readonly toClient: number[];
  readonly toDevice: number[];
  readonly settle: () => Promise<void>;
  readonly start: (kind: string, params: object) => Promise<void>;
}

function bench(framing: Framing): Bench {
  const clock = createManualClock();
  const faults = createActiveModbusFaults({ clock, random: randomFromSeed(1), observe: observeNothing });
  const serial = framing === 'tcp' ? undefined : ({ baudRate: 9_600, parity: 'even', stopBits: 1 } as const);
  const line = faults.addLine({ name: 'line', framing, serial, points: undefined, told: () => undefined, plug: undefined });
  const [toClient, toDevice]: number[][] = [[], []];
  const relay = createFrameRelay(line, { toClient: (bytes) => void toClient?.push(...bytes), toDevice: (bytes) => void toDevice?.push(...bytes) }, { clock });
  return { relay, toClient: toClient ?? [], toDevice: toDevice ?? [], settle: () => clock.advanceAsync(5_000), start: (kind, params) => faults.start({ fault: kind, kind, params }) };
}

const framings = fc.constantFrom(...FRAMINGS);
const reads = fc.record({ unit: fc.integer({ min: 1, max: 247 }), functionCode: fc.integer({ min: 1, max: 4 }), address: fc.nat({ max: 65_535 }), quantity: fc.integer({ min: 1, max: 125 }), transactionId: fc.nat({ max: 65_535 }) });

test('without a fault every frame passes unaltered, both ways, however it is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(framings, fc.array(reads, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (framing, requests, cuts) => {
      const { relay, toClient, toDevice, settle } = bench(framing);
      const asked = requests.map(({ unit, functionCode, address, quantity, transactionId }) =>
        encodeFrame(framing, { unit, transactionId, pdu: Uint8Array.of(functionCode, address >>> 8, address & 0xff, 0, quantity) }),
      );
      const answered = requests.map(({ unit, functionCode, quantity, transactionId }) => {
        const bytes = functionCode <= 2 ? (quantity + 7) >>> 3 : quantity * 2;
        return encodeFrame(framing, { unit, transactionId, pdu: Uint8Array.from({ length: 2 + bytes }, (_byte, index) => [functionCode, bytes][index] ?? index & 0xff) });
      });
      for (const [index, request] of asked.entries()) {
        for (const chunk of chunksOf(request, cuts)) relay.fromClient(chunk);
        for (const chunk of chunksOf(answered[index] ?? request, cuts)) relay.fromDevice(chunk);
      }
      await settle();
      expect(toDevice).toEqual(asked.flatMap((frame) => [...frame]));
      expect(toClient).toEqual(answered.flatMap((frame) => [...frame]));
    }),
    replay(),
  );
});

test('any bytes at all leave the relay alive, and on a serial line garbage comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(framings, fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), async (framing, chunks) => {
      const { relay, toDevice, settle, start } = bench(framing);
      if (framing !== 'tcp') await start('modbus.noise', { bitErrorRate: 1e-9 });
      for (const chunk of chunks) {
        relay.fromClient(chunk);
        relay.fromDevice(chunk);
      }
      await settle();
      if (framing === 'rtu') expect(toDevice).toEqual(chunks.flatMap((chunk) => [...chunk]));
    }),
    replay(),
  );
});

function chunksOf(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0, index = 0; start < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(bytes.slice(start, start + size));
    start += size;
  }
  return chunks;
}
