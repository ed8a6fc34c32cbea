import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith, MBPOLL } from '../../hil/runtime/foreign-program.contract.ts';
import { readRecording } from '../../hil/rig/recording/read-recording.ts';
import { z } from '../../hil/runtime/schema.ts';
import { PYMODBUS, serialBenchDevice, SOCAT, type BenchDevice } from './bench-device.ts';
import { createCliServices } from './cli-services.ts';
import { runCli } from './cli-process.ts';
import { mbpoll } from './foreign-modbus.ts';

let folder = '';
const services = createCliServices();
const devices: BenchDevice[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-rig-'));
});
afterEach(async () => {
  await services.stop();
  for (const device of devices.splice(0)) await device.unplug();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function mapWith(name: string, entry: string): string[] {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `duts:\n  - ${entry}\n`);
  return ['--map', file, '--leases', join(folder, 'leases')];
}

const readyFacts = z.looseObject({ devices: z.array(z.looseObject({ unit: z.number(), endpoint: z.looseObject({ port: z.number() }) })) });

describeWith([PYMODBUS, SOCAT, MBPOLL], 'a foreign device on a pseudo-terminal', () => {
  test('is recorded, and its twin answers a foreign client alike: values, refusals, unit', async () => {
    const device = await serialBenchDevice(mkdtempSync(join(folder, 'cable-')));
    devices.push(device);
    const lab = mapWith('pump', `{ id: pump, transport: modbus-rtu, address: ${device.address}, line: { parity: none }, units: [7] }`);
    const { code, stderr } = await runCli(['rig', 'record', 'pump', ...lab, '--for', '3s', '--every', '500ms', '--search', 'holding:0-30', '--search', 'coil:0-8', '--out', join(folder, 'taken')]);
    expect(stderr).toContain('pump unit 7 (Bench PM-3 3.0)');
    expect(code).toBe(0);
    const file = join(folder, 'taken', 'pump.recording.ndjson');
    const { header, samples } = readRecording(file);
    const served = header.ranges.flatMap(({ table, address, count }) => Array.from({ length: count }, (_one, offset) => `${table} ${address + offset}`));
    expect(served.toSorted()).toEqual([...[0, 1, 2, 3].map((at) => `COILS ${at}`), ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21].map((at) => `HOLDING_REGISTERS ${at}`)].toSorted());
    const changes = samples.filter((sample) => 'w' in sample && sample.w !== undefined);
    expect(changes.length).toBeGreaterThan(header.ranges.length);

    const { facts } = await services.start(['sim', 'plc', '--recording', file, '--at-end', 'hold'], readyFacts);
    const [twin] = facts.devices;
    const place = { port: twin?.endpoint.port ?? 0, unit: twin?.unit ?? 0 };
    expect(place.unit).toBe(7);
    expect((await mbpoll(place, { table: '4', address: 20, count: 2 })).values).toEqual([4711, 42]);
    expect((await mbpoll(place, { table: '0', address: 0, count: 4 })).values).toEqual([1, 0, 1, 0]);
    expect((await mbpoll(place, { table: '4', address: 15 })).output).toContain('Illegal data address');
    expect((await mbpoll(place, { table: '3', address: 0 })).output).toContain('Illegal data address');
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    const last = samples.findLast((sample) => header.ranges[sample.r]?.address === 0 && header.ranges[sample.r]?.table === 'HOLDING_REGISTERS' && 'w' in sample && sample.w !== undefined);
    const held = last !== undefined && 'w' in last ? (last.w ?? []) : [];
    expect((await mbpoll(place, { table: '4', address: 0, count: held.length })).values).toEqual(held);
  });
});

test('a command switches the supply, and the DUT has to answer again', async () => {
  const { facts } = await services.start(['sim', 'plc', '--profile', 'pump-station'], readyFacts);
  const mark = join(folder, 'mark');
  const power = `{ kind: command, command: [sh, -c, 'echo "$1" >> ${mark}', sh, "{state}"], offFor: 10ms }`;
  const lab = mapWith('switched', `{ id: pump, transport: modbus-tcp, address: "127.0.0.1:${facts.devices[0]?.endpoint.port ?? 0}", power: ${power} }`);
  const { code, stderr } = await runCli(['rig', 'power', 'cycle', 'pump', ...lab]);
  expect(stderr).toMatch(/pump answers again \d+\.\d s after power on/u);
  expect(code).toBe(0);
  expect(readFileSync(mark, 'utf8')).toBe('off\non\n');
});

test.each([
  ['a map that is not there', ['list', '--map', '/nonexistent/lab.yaml'], 2, 'FP_FILE_UNREADABLE'],
  ['a host without a port', ['scan', '--tcp', '192.168.0.10'], 2, 'expected host:port'],
  ['a unit list that is none', ['scan', '--tcp', '127.0.0.1:1', '--units', '1-x'], 2, 'unit id'],
  ['a parity that is none', ['scan', '--parity', 'evn'], 2, 'expected one of even, none, odd'],
  ['a scan that finds nothing', ['scan', '--tcp', '127.0.0.1:1'], 3, '0 units answered'],
  ['a file to import that is no map', ['import', '/nonexistent'], 2, 'FP_FILE_UNREADABLE'],
])('%s', async (_what, words, expected, said) => {
  const { code, stderr } = await runCli(['rig', ...words]);
  expect(stderr).toContain(said);
  expect(code).toBe(expected);
});

test.each([
  ['show', 'pmup', 2, 'did you mean "pump"?'],
  ['release', 'pump', 4, 'FP_RIG_LEASE_LOST'],
  ['record', 'pump', 4, 'FP_RIG_MISSING'],
  ['power', 'pump', 4, 'pump has no power hook'],
])('rig %s %s ends with %i and says "%s"', async (command, dut, expected, said) => {
  const lab = mapWith('absent', '{ id: pump, transport: modbus-tcp, address: "127.0.0.1:1" }');
  const words = { show: [dut], release: [dut, '--token', '1'], record: [dut, '--out', join(folder, 'never')], power: ['on', dut] }[command] ?? [];
  const { code, stderr } = await runCli(['rig', command, ...words, ...lab]);
  expect(stderr).toContain(said);
  expect(code).toBe(expected);
});

test('a twister map becomes a hardware map; a file that exists is not replaced', async () => {
  const twister = join(folder, 'twister.yaml');
  const out = join(folder, 'imported.yaml');
  writeFileSync(twister, '- { connected: true, id: abc, platform: frdm_k64f, product: DAPLink, runner: pyocd, serial: /dev/ttyACM9 }\n');
  const first = await runCli(['rig', 'import', twister, '--out', out]);
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('abc: not taken over: runner')]);
  expect((await runCli(['rig', 'list', '--map', out])).stdout).toContain('/dev/ttyACM9 units 1');
  const again = await runCli(['rig', 'import', twister, '--out', out]);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists')]);
});

test('a recording that is none is refused with file and line', async () => {
  const file = join(folder, 'broken.ndjson');
  writeFileSync(file, '{"fieldproof":"journal"}\n');
  const { code, stderr } = await runCli(['sim', 'plc', '--recording', file]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file}:1`)]);
  expect((await runCli(['sim', 'plc'])).stderr).toContain('sim plc needs --profile or --recording');
});
