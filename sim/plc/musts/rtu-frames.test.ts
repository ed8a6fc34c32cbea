import { afterEach, expect, test } from 'vitest';
import { rtuTiming } from '../../../hil/protocols/modbus/rtu-timing.ts';
import { encodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { silentLogger, type Logger } from '../../../hil/runtime/log.ts';
import { observeNothing } from '../../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { memoryLinkPair } from '../../../hil/transport/memory-link.ts';
import { createManualClock, type ManualClock } from '../../world/manual-clock.ts';
import { serveRtu, type RtuServerOptions } from '../rtu-server.ts';
import { testDevice } from '../test-device.contract.ts';
import { startPlcGroup } from '../virtual-plc-group.ts';
import { bytesOf, hexOf } from './probe.contract.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Line {
  readonly clock: ManualClock;
  readonly heard: { readonly atMs: number; readonly hex: string }[];
  /** Sends at this instant of the clock. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
}

/** Unit 1 on a line that keeps time: a frame is what stands between two silences. */
function line(options: Partial<RtuServerOptions> = {}): Line {
  const clock = createManualClock();
  const { a: client, b: server } = memoryLinkPair();
  const heard: { atMs: number; hex: string }[] = [];
  client.onBytes((chunk) => heard.push({ atMs: clock.nowMs(), hex: hexOf(chunk) }));
  serveRtu(server, { baudRate: 9_600, units: new Map([[1, testDevice(clock).server]]), framing: 'silence', carrier: 'paced', ...options }, { clock, log: silentLogger });
  return {
    clock,
    heard,
    send: async (bytes) => {
      await client.send(bytes);
      await clock.advanceAsync(0);
    },
  };
}

const READ = encodeRtu(unitId(1), bytesOf('03 0000 0001'));
const ANSWER = hexOf(encodeRtu(unitId(1), bytesOf('03 02 0000')));
const { silenceMs } = rtuTiming(9_600);

test('trailing bytes spoil a frame', async () => {
  const { clock, heard, send } = line();
  // A zero would go unnoticed: the CRC over a frame and its own CRC is zero, and stays so.
  await send(Buffer.concat([READ, Uint8Array.of(0x55)]));
  await clock.advanceAsync(100);
  expect(heard).toEqual([]);
});

test('two frames without a silence between them are none', async () => {
  const { clock, heard, send } = line();
  await send(READ);
  await clock.advanceAsync(silenceMs / 2);
  await send(READ);
  await clock.advanceAsync(100);
  expect(heard).toEqual([]);
});

test('the answer keeps the silence of 3.5 characters after the request', async () => {
  const { clock, heard, send } = line();
  await send(READ);
  await clock.advanceAsync(silenceMs - 0.1);
  expect(heard).toEqual([]);
  await clock.advanceAsync(0.2);
  expect(heard.map(({ hex }) => hex)).toEqual([ANSWER]);
});

test('noise and a partial frame are dropped at the next silence, and the good frame after it is answered', async () => {
  for (const noise of [bytesOf('55'), READ.subarray(0, 5), READ.subarray(0, 7)]) {
    const { clock, heard, send } = line();
    await send(noise);
    await clock.advanceAsync(silenceMs + 0.1);
    await send(READ);
    await clock.advanceAsync(100);
    expect(heard.map(({ hex }) => hex)).toEqual([ANSWER]);
  }
});

test('a receiver that starts in the middle of traffic waits for a silence', async () => {
  const { clock, heard, send } = line();
  await send(READ.subarray(3));
  await clock.advanceAsync(silenceMs / 2);
  await send(READ);
  await clock.advanceAsync(100);
  expect(heard).toEqual([]);
  await send(READ);
  await clock.advanceAsync(100);
  expect(heard.map(({ hex }) => hex)).toEqual([ANSWER]);
});

test('more than 256 bytes without a silence are never a frame', async () => {
  const long = encodeRtu(unitId(1), bytesOf(`08 0000 ${'5a'.repeat(250)}`));
  expect(long.length).toBe(256);
  const { clock, heard, send } = line();
  await send(long);
  await clock.advanceAsync(100);
  expect(heard.map(({ hex }) => hex)).toEqual([hexOf(long)]);
  await send(Buffer.concat([long, READ]));
  await clock.advanceAsync(100);
  expect(heard.length).toBe(1);
});

test.each([1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200])('at %i bit/s a character takes 11 bits', async (baudRate) => {
  const { clock, heard, send } = line({ baudRate, framing: 'length', carrier: 'instant' });
  await send(READ);
  await clock.advanceAsync(1_000);
  const lineTimeMs = ((READ.length + ANSWER.length / 2) * 11_000) / baudRate;
  expect(heard[0]?.atMs).toBeCloseTo(lineTimeMs + rtuTiming(baudRate).silenceMs, 6);
});

test('answers of other servers on a shared line are not taken for requests', async () => {
  for (const framing of ['silence', 'length'] as const) {
    const { clock, heard, send } = line({ framing });
    for (const [unit, pdu] of [[5, '03 04 0001 0002'], [5, '06 0000 1234'], [6, '90 02'], [5, '03 02 0000']] as const) {
      await send(encodeRtu(unitId(unit), bytesOf(pdu)));
      await clock.advanceAsync(50);
    }
    expect(heard).toEqual([]);
    await send(READ);
    await clock.advanceAsync(100);
    expect(heard.map(({ hex }) => hex)).toEqual([ANSWER]);
  }
});

test('a client that sends faster than the line lets it overruns the server: FC08/18 counts it, /20 clears it', async () => {
  const { clock, heard, send } = line({ framing: 'length', carrier: 'instant' });
  for (let index = 0; index < 20; index += 1) await send(READ);
  await clock.advanceAsync(1_000);
  const ask = async (pdu: string): Promise<string> => {
    heard.length = 0;
    await send(encodeRtu(unitId(1), bytesOf(pdu)));
    await clock.advanceAsync(100);
    return heard.map(({ hex }) => hex.slice(2, -4)).join();
  };
  expect(await ask('08 0012 0000')).toBe('080012000b');
  expect(await ask('08 0002 0000')).toBe('0800020003');
  expect(await ask('08 0014 0000')).toBe('0800140000');
  expect(await ask('08 0012 0000')).toBe('0800120000');
  expect(await ask('08 0002 0000')).toBe('0800020002');
});

test('a serial group is 19200 8E1 by default, has two stop bits without parity, and says that its line has no bit rate', async () => {
  const said: string[] = [];
  const log: Logger = { ...silentLogger, info: (message) => void said.push(message) };
  const deps = { clock: createManualClock(), random: randomFromSeed(1), observe: observeNothing, log };
  const endpoints: unknown[] = [];
  for (const parity of [undefined, 'odd', 'none'] as const) {
    const group = await startPlcGroup({ group: 'g', profile: 'pump-station', transport: 'modbus-rtu', ...(parity === undefined ? {} : { parity }) }, deps);
    cleanUps.push(() => group.stop());
    endpoints.push(group.devices[0]?.endpoint);
  }
  expect(endpoints).toMatchObject([
    { transport: 'modbus-rtu', baudRate: 19_200, parity: 'even', stopBits: 1 },
    { parity: 'odd', stopBits: 1 },
    { parity: 'none', stopBits: 2 },
  ]);
  expect(said[0]).toContain('no bit rate');
});
