import { afterEach, expect, test } from 'vitest';
import { openRigLine } from '../../../hil/rig/rig-line.ts';
import { DEFAULT_LINE } from '../../../hil/rig/dut-address.ts';
import type { Recording, Sample } from '../../../hil/rig/recording/recording-format.ts';
import { identify } from '../../../hil/rig/scan/device-identification.ts';
import { responseTimes } from '../../../hil/rig/recording/response-times.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { observeNothing, type Observe } from '../../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { createOpenLink } from '../../../hil/transport/open-link.ts';
import { memoryLinkPair } from '../../../hil/transport/memory-link.ts';
import { createManualClock } from '../../world/manual-clock.ts';
import { startPlcGroup, type PlcGroup } from '../virtual-plc-group.ts';
import { delayedLink } from './delayed-link.ts';
import { recordedKind } from './recorded-kind.ts';
import { recordedTimeline } from './recorded-timeline.ts';

const running: PlcGroup[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((plc) => plc.stop()));
});

/** Holding 10-11 change each second for four; coils 0-2 are busy (06) from second 2 to 3; holding 20 was refused with 04. */
const SAMPLES: readonly Sample[] = [
  { t: 0, r: 0, ms: 4, w: [1, 100] },
  { t: 5, r: 1, ms: 4, w: [1, 0, 1] },
  { t: 1_000, r: 0, ms: 4, w: [2, 200] },
  { t: 1_005, r: 1, ms: 4 },
  { t: 2_000, r: 0, ms: 4 },
  { t: 2_005, r: 1, ms: 4, x: 6 },
  { t: 3_000, r: 0, ms: 4, w: [3, 300] },
  { t: 3_005, r: 1, ms: 4, w: [0, 0, 0] },
];
const RECORDING: Recording = {
  header: {
    fieldproof: 'recording',
    version: 1,
    dut: 'bench',
    model: '',
    transport: 'modbus-tcp',
    baudRate: null,
    unit: 4,
    startedAt: '2026-01-01T00:00:00.000Z',
    pollEveryMs: 1_000,
    identification: { vendorName: 'ACME', productCode: 'PX-1', revision: '1.2' },
    ranges: [{ table: 'HOLDING_REGISTERS', address: 10, count: 2 }, { table: 'COILS', address: 0, count: 3 }],
    refused: [{ table: 'HOLDING_REGISTERS', address: 20, count: 1, code: 4 }],
  },
  samples: SAMPLES,
};

test.each([
  ['at the start', 0, [1, 100]],
  ['just before a change', 999, [1, 100]],
  ['at a change', 1_000, [2, 200]],
  ['at the end', 3_999, [3, 300]],
])('the timeline shows what was seen %s', (_what, sinceMs, words) => {
  const timeline = recordedTimeline(RECORDING, 'hold');
  expect([10, 11].map((address) => timeline.wordAt('HOLDING_REGISTERS', address, sinceMs))).toEqual(words);
});

test('after its end a replay starts anew or holds what was seen last', () => {
  expect(recordedTimeline(RECORDING, 'loop').lengthMs).toBe(4_000);
  expect(recordedTimeline(RECORDING, 'loop').wordAt('HOLDING_REGISTERS', 10, 4_999)).toBe(1);
  expect(recordedTimeline(RECORDING, 'loop').wordAt('HOLDING_REGISTERS', 10, 9_000)).toBe(2);
  expect(recordedTimeline(RECORDING, 'hold').wordAt('HOLDING_REGISTERS', 10, 4_999)).toBe(3);
});

test('exceptions last as long as they did', () => {
  const timeline = recordedTimeline(RECORDING, 'loop');
  expect([0, 2_004, 2_005, 3_004, 3_005].map((t) => timeline.exceptionAt('COILS', 1, 1, t))).toEqual([undefined, undefined, 6, 6, undefined]);
  expect(timeline.exceptionAt('HOLDING_REGISTERS', 18, 5, 0)).toBe(4);
  expect(timeline.exceptionAt('HOLDING_REGISTERS', 10, 2, 0)).toBeUndefined();
});

test('a silence lasts from the request that got no answer until the next that got one, and values go on from there', () => {
  const silent = { ...RECORDING, samples: [...SAMPLES, { t: 4_000, r: 0, f: 'timeout' }, { t: 5_000, r: 0, f: 'corrupt' }, { t: 6_000, r: 0, ms: 4 }] };
  const timeline = recordedTimeline(silent, 'hold');
  const at = (sinceMs: number): boolean => timeline.isSilentAt('HOLDING_REGISTERS', 11, 3, sinceMs);
  expect([3_999, 4_000, 5_999, 6_000, 60_000].map(at)).toEqual([false, true, true, false, false]);
  expect(timeline.isSilentAt('COILS', 0, 3, 4_500)).toBe(false);
  expect(timeline.isSilentAt('HOLDING_REGISTERS', 12, 3, 4_500)).toBe(false);
  expect(timeline.wordAt('HOLDING_REGISTERS', 10, 6_000)).toBe(3);
  // A silence at the end of the recording stays.
  expect(recordedTimeline({ ...silent, samples: silent.samples.slice(0, -1) }, 'hold').isSilentAt('HOLDING_REGISTERS', 10, 1, 3_600_000)).toBe(true);
});

test('what the device left without an answer gets none, on any transport; the rest is answered meanwhile, and the event says so', async () => {
  const samples: Sample[] = [...SAMPLES.slice(0, 2), { t: 500, r: 0, f: 'timeout' }];
  const clock = createManualClock();
  const events: unknown[][] = [];
  const observe: Observe = (type, data) => void events.push([type, data]);
  const kind = recordedKind({ recording: { ...RECORDING, samples }, atEnd: 'hold' }, { clock, observe, log: silentLogger, random: randomFromSeed(1) });
  const { server } = kind.create('twin-1', 4, 0);
  const readHolding = Uint8Array.of(3, 0, 10, 0, 2);
  expect(server.answer(readHolding)).toEqual(Uint8Array.of(3, 4, 0, 1, 0, 100));
  await clock.advanceAsync(500);
  expect(server.answer(readHolding)).toBeUndefined();
  expect(server.answer(Uint8Array.of(1, 0, 0, 0, 3))).toEqual(Uint8Array.of(1, 1, 0b101));
  expect(events.filter(([type]) => type === 'plc.silent')).toEqual([['plc.silent', { device: 'twin-1', unit: 4, functionCode: 3 }]]);
  expect(kind.probePoints.map(({ name }) => name)).toEqual(['Coil0', 'Coil1', 'Coil2']);
});

test('several replays share a line under the unit ids that are asked for; function codes are not to be chosen', async () => {
  const deps = { clock: realClock, observe: observeNothing, log: silentLogger, random: randomFromSeed(1) };
  const replay = { recording: RECORDING, atEnd: 'loop' } as const;
  const plcs = await startPlcGroup({ group: 'twins', profile: 'bench', transport: 'modbus-rtu', replay, units: [2, 9] }, deps);
  running.push(plcs);
  expect(plcs).toMatchObject({ lengthMs: 4_000, devices: [{ device: 'twins-1', unit: 2, profile: 'bench' }, { device: 'twins-2', unit: 9 }] });
  await expect(startPlcGroup({ group: 'twins', profile: 'bench', transport: 'modbus-tcp', replay, functionCodes: [3] }, deps)).rejects.toThrow('no function codes');
});

test.each(['modbus-tcp', 'modbus-rtu', 'modbus-ascii'] as const)('a client of %s gets the recorded words, refusals and 02 for what was never recorded', async (transport) => {
  const plc = await startPlcGroup(
    { group: 'twin', profile: 'bench', transport, replay: { recording: RECORDING, atEnd: 'hold' }, ...(transport === 'modbus-tcp' ? {} : { ...DEFAULT_LINE, baudRate: 115_200 }) },
    { clock: realClock, observe: observeNothing, log: silentLogger, random: randomFromSeed(1) },
  );
  running.push(plc);
  const endpoint = plc.devices[0]?.endpoint;
  if (endpoint === undefined) throw new Error('no device came up');
  const address =
    'port' in endpoint
      ? ({ kind: 'tcp', host: endpoint.host, port: endpoint.port } as const)
      : ({ kind: 'serial', path: endpoint.path, line: { baudRate: endpoint.baudRate, parity: endpoint.parity, stopBits: endpoint.stopBits } } as const);
  const client = await openRigLine({ address, transport, timeoutMs: 2_000 }, { clock: realClock, openLink: createOpenLink({ clock: realClock, timeoutMs: 1_000 }) });
  expect(await client.read(4, 'HOLDING_REGISTERS', 10, 2)).toMatchObject({ kind: 'words', words: [1, 100] });
  expect(await client.read(4, 'COILS', 0, 3)).toMatchObject({ kind: 'words', words: [1, 0, 1] });
  expect(await client.read(4, 'HOLDING_REGISTERS', 20, 1)).toMatchObject({ kind: 'exception', code: 4 });
  expect(await client.read(4, 'HOLDING_REGISTERS', 12, 1)).toMatchObject({ kind: 'exception', code: 2 });
  expect(await client.read(4, 'INPUT_REGISTERS', 10, 1)).toMatchObject({ kind: 'exception', code: 2 });
  expect(await identify(client.port, 4)).toEqual(RECORDING.header.identification);
  await client.close();
});

test('a delayed link keeps the order of what it sends, and each send takes the delay that was drawn for it', async () => {
  const clock = createManualClock();
  const { a: near, b: far } = memoryLinkPair();
  const delays = [30, 5, 0];
  const link = delayedLink(near, () => delays.shift() ?? 0, clock);
  const arrived: string[] = [];
  far.onBytes((chunk) => arrived.push(`${Buffer.from(chunk).toString()}@${clock.nowMs()}`));
  const sent = Promise.all(['a', 'b', 'c'].map((text) => link.send(Buffer.from(text))));
  await clock.advanceAsync(100);
  await sent;
  expect(arrived).toEqual(['a@30', 'b@35', 'c@35']);
});

test('percentiles are values that were seen', () => {
  const times = responseTimes([5, 1, 3, 2, 4]);
  expect([0, 0.2, 0.5, 0.99, 1].map((share) => times.percentile(share))).toEqual([1, 1, 3, 5, 5]);
  expect(responseTimes([]).percentile(0.5)).toBe(0);
});
