import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { profileProblems } from '../../gateway/southbound/profile-problems.ts';
import { loadProfile } from '../../gateway/southbound/load-profile.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { hardwareMapSchema, type Dut } from '../hardware-map.ts';
import { isRead } from '../read-only-port.ts';
import { openLink, spiedSerialPlc, spiedTcpPlc, type SpiedPlc } from '../spied-plc.contract.ts';
import { parseRange, rangesOfProfile } from './record-ranges.ts';
import { recordDevice, type RecordDeps, type RecordOptions } from './record-device.ts';
import { recordedProfile, recordedProfileText } from './recorded-profile.ts';
import { readRecording } from './read-recording.ts';
import { measuredTimes, turnaroundTimes } from './response-times.ts';

let folder = '';
const plcs: SpiedPlc[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-record-'));
});
afterEach(async () => {
  await Promise.all(plcs.splice(0).map((plc) => plc.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const deps: RecordDeps = { clock: realClock, openLink, signal: new AbortController().signal, onProgress: () => undefined };

function dutAt(address: string, transport: Dut['transport'], unit: number): Dut {
  const line = transport === 'modbus-tcp' ? {} : { line: { baudRate: 115_200 } };
  const [dut] = hardwareMapSchema.parse({ duts: [{ id: 'bench', transport, address, units: [unit], timeout: '500ms', ...line }] }).duts;
  if (dut === undefined) throw new Error('no DUT');
  return dut;
}

function options(dut: Dut, extra: Partial<RecordOptions> = {}): RecordOptions {
  return {
    dut,
    unit: dut.units[0] ?? 1,
    ranges: undefined,
    searchIn: ['coil:0-20', 'discrete:0-20', 'holding:0-20', 'input:65500-36'].map(parseRange),
    searchRequestsMax: 1_000,
    forMs: 250,
    pollEveryMs: 50,
    file: join(folder, 'bench.ndjson'),
    ...extra,
  };
}

test('a device is searched, identified and polled by reads alone; what it serves and refuses is known afterwards', async () => {
  const plc = await spiedTcpPlc(5);
  plcs.push(plc);
  const summary = await recordDevice(options(dutAt(plc.address, 'modbus-tcp', 5)), deps);
  expect(summary.notes).toEqual([]);
  expect(plc.requests.filter(({ pdu }) => !isRead(pdu))).toEqual([]);
  const { header, samples } = readRecording(join(folder, 'bench.ndjson'));
  expect(header).toMatchObject({ dut: 'bench', model: 'ACME PX-1 1.2', unit: 5, baudRate: null, identification: { vendorName: 'ACME' } });
  const served = header.ranges.flatMap(({ table, address, count }) => Array.from({ length: count }, (_one, offset) => `${table} ${address + offset}`));
  expect(served.toSorted()).toEqual(
    [
      ...[10, 11, 12].map((address) => `COILS ${address}`),
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((address) => `DISCRETES_INPUT ${address}`),
      ...[0, 1, 2, 3, 4, 6, 7].map((address) => `HOLDING_REGISTERS ${address}`),
      ...[65_533, 65_534, 65_535].map((address) => `INPUT_REGISTERS ${address}`),
    ].toSorted(),
  );
  expect(header.refused.find(({ table, address }) => table === 'HOLDING_REGISTERS' && address === 5)).toMatchObject({ count: 1, code: 2 });
  expect(samples.length).toBe(summary.samples);
  expect(samples.some((sample) => 'w' in sample && sample.w?.includes(7) === true)).toBe(true);
  expect(samples.length).toBeGreaterThanOrEqual(header.ranges.length * 2);
});

test('the profile made of a recording is sound and reads what was recorded', async () => {
  const plc = await spiedTcpPlc(5);
  plcs.push(plc);
  await recordDevice(options(dutAt(plc.address, 'modbus-tcp', 5)), deps);
  const recording = readRecording(join(folder, 'bench.ndjson'));
  expect(profileProblems(recordedProfile(recording))).toEqual([]);
  const file = join(folder, 'bench.yaml');
  writeFileSync(file, recordedProfileText(recording));
  const profile = loadProfile(file);
  expect(profile.name).toBe('bench-recorded');
  expect(profile.deviceResources.map(({ name }) => name)).toEqual(expect.arrayContaining(['Coil10', 'Discrete8', 'Holding7', 'Input65535']));
  const covered = rangesOfProfile(profile).reduce((sum, { count }) => sum + count, 0);
  expect(covered).toBe(recording.header.ranges.reduce((sum, { count }) => sum + count, 0));
});

test('on a serial line given ranges are polled, exceptions are kept, and the time on the wire is no time of the device', async () => {
  const plc = await spiedSerialPlc([3]);
  plcs.push(plc);
  const ranges = ['holding:0-3', 'holding:5-1'].map(parseRange);
  const { exceptions } = await recordDevice(options(dutAt(plc.address, 'modbus-rtu', 3), { ranges }), deps);
  expect(exceptions).toBeGreaterThan(0);
  const recording = readRecording(join(folder, 'bench.ndjson'));
  expect(recording.samples.filter((sample) => sample.r === 1).every((sample) => 'x' in sample && sample.x === 2)).toBe(true);
  expect(turnaroundTimes(recording).percentile(0.5)).toBeLessThan(measuredTimes(recording).percentile(0.5));
});

test('a device that does not answer is said to be silent', async () => {
  const plc = await spiedTcpPlc(5);
  plcs.push(plc);
  await expect(recordDevice(options({ ...dutAt(plc.address, 'modbus-tcp', 6), timeout: 50 }), deps)).rejects.toMatchObject({ code: 'FP_RIG_SILENT' });
  await expect(recordDevice(options({ ...dutAt(plc.address, 'modbus-tcp', 6), timeout: 50 }, { ranges: [parseRange('holding:0-1')] }), deps)).rejects.toMatchObject({
    code: 'FP_RIG_SILENT',
    message: expect.stringMatching(/bench unit 6 answered none of \d+ reads/u),
  });
});

test('a line that is lost in the middle leaves what was seen, and says so', async () => {
  const plc = await spiedSerialPlc([3]);
  setTimeout(() => void plc.stop(), 300);
  const { notes, answers } = await recordDevice(options(dutAt(plc.address, 'modbus-rtu', 3), { ranges: [parseRange('holding:0-3')], forMs: 20_000 }), deps);
  expect(notes).toEqual([expect.stringMatching(/the line was lost after/u)]);
  expect(readRecording(join(folder, 'bench.ndjson')).samples.length).toBeGreaterThanOrEqual(answers);
});

test.each([
  ['a header of something else', 0, '{"a":1}', /bench\.ndjson:1/u],
  ['a line that is no JSON', 1, '{"t":', /bench\.ndjson:2/u],
  ['a range that is not there', 1, '{"t":0,"r":9,"ms":1,"w":[1]}', /range 9 is not among/u],
  ['first values that are missing', 1, '{"t":0,"r":0,"ms":1}', /first values of range 0/u],
])('%s is refused with its line', async (_what, line, text, message) => {
  const plc = await spiedTcpPlc(5);
  plcs.push(plc);
  const file = join(folder, 'bench.ndjson');
  await recordDevice(options(dutAt(plc.address, 'modbus-tcp', 5), { ranges: [parseRange('holding:0-3')] }), deps);
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[line] = text;
  writeFileSync(file, lines.join('\n'));
  let thrown: unknown;
  try {
    readRecording(file);
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toMatchObject({ code: 'FP_RIG_RECORDING', place: { file, line: line + 1 } });
  expect(`${file}:${line + 1} ${String(thrown)}`).toMatch(message);
});

test('a recording whose last line was cut off is read without it', async () => {
  const plc = await spiedTcpPlc(5);
  plcs.push(plc);
  const file = join(folder, 'bench.ndjson');
  await recordDevice(options(dutAt(plc.address, 'modbus-tcp', 5), { ranges: [parseRange('holding:0-3')] }), deps);
  const whole = readRecording(file).samples.length;
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -3));
  expect(readRecording(file).samples.length).toBe(whole - 1);
});

test.each(['holding:0', 'holdin:0-1', 'coil:65535-2', 'coil:0-0', ''])('range "%s" is refused', (text) => {
  expect(() => parseRange(text)).toThrowError(/--range/u);
});
