import { afterEach, expect, test } from 'vitest';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { openSerial } from '../../hil/transport/serial-link.ts';
import { createManualClock, type ManualClock } from '../world/manual-clock.ts';
import { serveRtu } from './rtu-server.ts';
import { openPtyPair } from './serial-line/pty-pair.ts';
import { testDevice, type TestDevice } from './test-device.contract.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Line {
  readonly clock: ManualClock;
  readonly units: ReadonlyMap<number, TestDevice>;
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** What came back so far, each piece with its instant. */
  readonly heard: { readonly atMs: number; readonly hex: string }[];
}

/** Units 1 and 7 on a line of 9,600 baud: a character takes 1.1458 ms, t3.5 is 4.0104 ms. */
function line(): Line {
  const clock = createManualClock();
  const units = new Map([1, 7].map((unit) => [unit, testDevice(clock)]));
  const { a: client, b: server } = memoryLinkPair();
  const heard: { atMs: number; hex: string }[] = [];
  client.onBytes((chunk) => heard.push({ atMs: clock.nowMs(), hex: Buffer.from(chunk).toString('hex') }));
  const servers = new Map([...units].map(([unit, device]) => [unit, device.server]));
  serveRtu(server, { baudRate: 9_600, units: servers }, { clock, log: silentLogger });
  return {
    clock,
    units,
    heard,
    send: async (bytes) => {
      await client.send(bytes);
      await clock.advanceAsync(0);
    },
  };
}

function frame(unit: number, ...pdu: readonly number[]): Uint8Array {
  return encodeRtu(unitId(unit), Uint8Array.from(pdu));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const CHARACTER_MS = 11_000 / 9_600;
const SILENCE_MS = 3.5 * CHARACTER_MS;
const READ_WORD = [3, 0, 0, 0, 1] as const;

test('a response arrives when request, silence and response have passed along the line', async () => {
  const { clock, heard, send } = line();
  await send(frame(7, ...READ_WORD));
  await clock.advanceAsync(1_000);
  expect(heard.map((piece) => piece.hex)).toEqual([hex(frame(7, 3, 2, 0, 0))]);
  expect(heard[0]?.atMs).toBeCloseTo(8 * CHARACTER_MS + SILENCE_MS + 7 * CHARACTER_MS, 6);
});

test('requests that come while the line is taken wait for it', async () => {
  const { clock, heard, send } = line();
  await send(frame(7, ...READ_WORD));
  await send(frame(1, ...READ_WORD));
  await clock.advanceAsync(1_000);
  const exchangeMs = 8 * CHARACTER_MS + SILENCE_MS + 7 * CHARACTER_MS;
  expect(heard.map((piece) => piece.hex.slice(0, 2))).toEqual(['07', '01']);
  expect(heard[1]?.atMs).toBeCloseTo(2 * exchangeMs + SILENCE_MS, 6);
});

test('more requests than a transmit buffer holds are lost', async () => {
  const { clock, heard, send } = line();
  for (let index = 0; index < 50; index += 1) await send(frame(1, ...READ_WORD));
  await clock.advanceAsync(10_000);
  expect(heard.length).toBe(9);
});

test('a wrong CRC gets silence and changes nothing; the next good frame is answered', async () => {
  const { clock, units, heard, send } = line();
  const write = frame(7, 6, 0, 0, 0, 9);
  const broken = Uint8Array.from(write, (byte, index) => (index === 5 ? byte ^ 1 : byte));
  await send(broken);
  await clock.advanceAsync(100);
  expect(heard).toEqual([]);
  expect(units.get(7)?.seen).toEqual([]);
  await send(write);
  await clock.advanceAsync(100);
  expect(heard.map((piece) => piece.hex)).toEqual([hex(write)]);
});

test('a unit id that is not on the line gets silence', async () => {
  const { clock, heard, send } = line();
  for (const unit of [2, 247, 248, 255]) await send(frame(unit, ...READ_WORD));
  expect(clock.pendingTimers).toBe(0);
  await clock.advanceAsync(1_000);
  expect(heard).toEqual([]);
});

test('a broadcast write is executed by every unit and answered by none', async () => {
  const { clock, units, heard, send } = line();
  await send(frame(0, 6, 0, 0, 0, 9));
  await clock.advanceAsync(1_000);
  expect(heard).toEqual([]);
  expect([...units.values()].map(({ process }) => process.get('word'))).toEqual([9, 9]);
});

test('a broadcast read is not executed', async () => {
  const { clock, units, heard, send } = line();
  await send(frame(0, ...READ_WORD));
  await clock.advanceAsync(1_000);
  expect(heard).toEqual([]);
  expect([...units.values()].flatMap(({ seen }) => seen)).toEqual([]);
});

test('a frame may arrive in pieces; a function code of unknown length ends by silence and gets 01', async () => {
  const { clock, heard, send } = line();
  const request = frame(1, ...READ_WORD);
  await send(request.subarray(0, 3));
  await clock.advanceAsync(5);
  await send(request.subarray(3));
  await clock.advanceAsync(100);
  await send(frame(1, 0x41, 1, 2, 3));
  await clock.advanceAsync(100);
  expect(heard.map((piece) => piece.hex)).toEqual([hex(frame(1, 3, 2, 0, 0)), hex(frame(1, 0xc1, 1))]);
});

test('a stopped line leaves no timer behind', async () => {
  const clock = createManualClock();
  const { a: client, b: server } = memoryLinkPair();
  const rtu = serveRtu(server, { baudRate: 9_600, units: new Map([[1, testDevice(clock).server]]) }, { clock, log: silentLogger });
  await client.send(Buffer.concat([frame(1, ...READ_WORD), Uint8Array.of(1)]));
  await clock.advanceAsync(0);
  expect(clock.pendingTimers).toBe(2);
  rtu.stop();
  expect(clock.pendingTimers).toBe(0);
});

test('over a pseudo-terminal, opened as a serial port, two units answer', async () => {
  const pty = await openPtyPair({ clock: realClock });
  cleanUps.push(() => pty.dispose());
  const units = new Map([1, 7].map((unit) => [unit, testDevice(realClock).server]));
  serveRtu(pty.master, { baudRate: 19_200, units }, { clock: realClock, log: silentLogger });
  const port = await openSerial(pty.path, { baudRate: 19_200, parity: 'even', stopBits: 1 });
  cleanUps.push(() => port.destroy());
  const ask = (request: Uint8Array, byteCount: number): Promise<string> =>
    new Promise((resolve, reject) => {
      let received = '';
      port.onBytes((chunk) => {
        received += hex(chunk);
        if (received.length >= byteCount * 2) resolve(received);
      });
      port.send(request).catch(reject);
    });
  expect(await ask(frame(7, 6, 0, 0, 0x12, 0x34), 8)).toBe(hex(frame(7, 6, 0, 0, 0x12, 0x34)));
  expect(await ask(frame(7, ...READ_WORD), 7)).toBe(hex(frame(7, 3, 2, 0x12, 0x34)));
  expect(await ask(frame(1, ...READ_WORD), 7)).toBe(hex(frame(1, 3, 2, 0, 0)));
});
