import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../../hil/runtime/foreign-program.contract.ts';
import { readRecord } from '../../reports/read-record.ts';
import type { RunRecord } from '../../reports/record.ts';
import { PYMODBUS, serialBenchDevice, SOCAT, tcpBenchDevice, type BenchDevice } from './bench-device.ts';
import { runCli, runFolders, startCli, type Finished } from './cli-process.ts';

const REAL = fileURLToPath(new URL('fixtures/real.yaml', import.meta.url));
let folder = '';
let out = '';
let leases = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
});
beforeEach(() => {
  out = mkdtempSync(join(folder, 'out-'));
  leases = mkdtempSync(join(folder, 'leases-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A map with a meter on TCP and a pump on a serial line, both with a profile of what the foreign device serves. */
function writeMap(meter: string, pump: string): string {
  writeFileSync(
    join(folder, 'bench.yaml'),
    ['name: bench', 'deviceResources:', ...[0, 1, 9].map((at) => `  - { name: Count${at}, attributes: { primaryTable: HOLDING_REGISTERS, startingAddress: ${at} }, properties: { valueType: Uint16, readWrite: R } }`)].join('\n'),
  );
  const map = join(folder, 'lab.yaml');
  writeFileSync(
    map,
    [
      'duts:',
      `  - { id: meter, transport: modbus-tcp, address: "${meter}", profile: bench.yaml }`,
      `  - { id: bus-pump, transport: modbus-rtu, address: "${pump}", line: { parity: none }, units: [7], profile: bench.yaml }`,
    ].join('\n'),
  );
  return map;
}

function run(map: string): Promise<Finished> {
  return runCli(['run', REAL, '--rig', map, '--leases', leases, '--out', out, '--seed', '7', '--reporter', 'json']);
}

function record(): RunRecord {
  return readRecord(runFolders(out)[0] ?? '');
}

function liveLeases(): string[] {
  return readdirSync(leases).filter((key) => readdirSync(join(leases, key)).some((name) => name.endsWith('.json') && readFileSync(join(leases, key, name), 'utf8').includes('"released":false')));
}

describeWith([PYMODBUS, SOCAT], 'real and virtual side by side, pymodbus standing for the device', () => {
  const devices: BenchDevice[] = [];
  afterEach(async () => {
    for (const device of devices.splice(0)) await device.unplug();
  });

  async function bench(): Promise<{ map: string; meter: BenchDevice; pump: BenchDevice }> {
    const [meter, pump] = await Promise.all([tcpBenchDevice(), serialBenchDevice(mkdtempSync(join(folder, 'cable-')))]);
    devices.push(meter, pump);
    return { map: writeMap(meter.address, pump.address), meter, pump };
  }

  test('a run with both passes, says what the real ones were judged by, and gives the leases back', async () => {
    const { map } = await bench();
    const { code, stderr } = await run(map);
    expect(stderr).toContain('PASS');
    expect(code).toBe(0);
    const { tier, repeats, checks, topology, replayCommand } = record();
    expect([tier, topology['real']]).toEqual(['T2', [{ dut: 'meter', gateway: 'edge-1' }, { dut: 'bus-pump', gateway: 'edge-1' }]]);
    expect(repeats).toContain('what the real devices tell');
    expect(replayCommand).toContain(`--rig ${map}`);
    const judgement = checks.find(({ that }) => that === 'telemetry.complete')?.judgement;
    expect(judgement?.because).toMatch(/(?:meter, bus-pump|bus-pump, meter) judged from what the gateway published on/u);
    expect(judgement?.figures).toMatchObject({ devices: 3, realDevices: 2 });
    const journal = readFileSync(join(runFolders(out)[0] ?? '', 'events.ndjson'), 'utf8');
    for (const device of ['meter', 'bus-pump']) expect(journal.match(new RegExp(`"telemetry.received".*"device":"${device}"`, 'gu'))?.length).toBeGreaterThan(5);
    expect(readdirSync(leases).length).toBe(2);
    expect(liveLeases()).toEqual([]);
  });

  test('a device that is held by another ends the run with 4 and says who holds it; nothing is started', async () => {
    const { map } = await bench();
    const holder = startCli(['rig', 'acquire', 'bus-pump', '--map', map, '--leases', leases, '--hold']);
    await holder.seen(/"token":1/u);
    const { code } = await run(map);
    holder.child.kill('SIGTERM');
    await holder.finished;
    expect(code).toBe(4);
    expect(record().reasons.join()).toMatch(/error FP_RIG_LEASED: bus-pump is leased: held by .* pid \d+, rig acquire \(token 1/u);
    expect(record()).toMatchObject({ verdict: 'error', processes: [] });
    expect(liveLeases()).toEqual([]);
  });

  test('a device that is pulled out in the middle keeps the run from passing', async () => {
    const { map, pump } = await bench();
    const running = startCli(['run', REAL, '--rig', map, '--leases', leases, '--out', out, '--seed', '7', '--reporter', 'json']);
    await running.seen(/fault latency@uplink#1 undone/u);
    await pump.unplug();
    const { code } = await running.finished;
    expect(code).toBe(3);
    expect(record().checks.find(({ that }) => that === 'telemetry.complete')?.judgement).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringMatching(/the line of real device bus-pump was lost at .* and stayed so/u),
    });
  });

  test('a device that hangs in the middle keeps the run from passing', async () => {
    const { map, meter } = await bench();
    const running = startCli(['run', REAL, '--rig', map, '--leases', leases, '--out', out, '--seed', '7', '--reporter', 'json']);
    await running.seen(/fault latency@uplink#1 in force/u);
    meter.child.kill('SIGSTOP');
    const { code } = await running.finished;
    expect(code).toBe(3);
    expect(record().checks.find(({ that }) => that === 'telemetry.complete')?.judgement.because).toContain('real device meter stopped answering');
  });

  test('a unit that does not answer ends the run with 4', async () => {
    const { map } = await bench();
    writeFileSync(map, readFileSync(map, 'utf8').replace('units: [7]', 'units: [8]'));
    expect((await run(map)).code).toBe(4);
    expect(record().reasons.join()).toMatch(/FP_RIG_SILENT: real device bus-pump: bus-pump unit 8 at serial .*: no answer within 1 s/u);
    expect(liveLeases()).toEqual([]);
  });
});

test('without a hardware map the run ends with 4 and says which devices are missing', async () => {
  const { code, stderr } = await runCli(['run', REAL, '--out', out, '--reporter', 'json']);
  expect(code).toBe(4);
  expect(stderr).toContain('FP_RIG_MISSING: the scenario needs real hardware (meter, bus-pump), and no hardware map was given');
  expect(record()).toMatchObject({ verdict: 'error', exitCode: 4, processes: [] });
  expect(record().checks.every(({ judgement }) => judgement.verdict === 'inconclusive')).toBe(true);
});

test.each([
  ['a host that refuses', '127.0.0.1:1', '/dev/not-there', /real device (?:meter: tcp 127\.0\.0\.1:1|bus-pump: serial \/dev\/not-there .*) could not be opened/u],
])('%s, and a port that is not there: 4, with what is missing', async (_what, meter, pump, reason) => {
  const { code } = await run(writeMap(meter, pump));
  expect(code).toBe(4);
  expect(record().reasons.join()).toMatch(reason);
  expect(liveLeases()).toEqual([]);
});

test('a map that does not have the DUT, or no profile for it, is refused with 2 before anything is started', async () => {
  const map = writeMap('127.0.0.1:1', '/dev/not-there');
  const text = readFileSync(map, 'utf8');
  writeFileSync(map, text.replace('id: bus-pump', 'id: bus-pumps'));
  const unknown = await run(map);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no DUT is called "bus-pump"; did you mean "bus-pumps"?')]);
  writeFileSync(map, text.replace(', profile: bench.yaml', ''));
  const bare = await run(map);
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('meter has no profile')]);
  expect(readdirSync(out)).toEqual([]);
});
