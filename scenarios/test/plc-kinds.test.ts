import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith, MBPOLL, pathOf } from '../../hil/runtime/foreign-program.contract.ts';
import { readRecord } from '../../reports/read-record.ts';
import { plcFacts } from '../engine/child-facts.ts';
import { SOCAT } from './bench-device.ts';
import { runCli, runFolders } from './cli-process.ts';
import { createCliServices } from './cli-services.ts';
import { mbpoll, placeOf } from './foreign-modbus.ts';

const KINDS = fileURLToPath(new URL('fixtures/plc-kinds.yaml', import.meta.url));
let out = '';
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-kinds-'));
});
const services = createCliServices();
const cables: ChildProcess[] = [];
afterEach(async () => {
  await services.stop();
  for (const cable of cables.splice(0)) cable.kill();
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('a scenario with an ASCII line, recorded devices and chosen function codes passes', async () => {
  const { code, stderr } = await runCli(['run', KINDS, '--seed', '11', '--out', out]);
  expect(stderr).toContain('PASS');
  expect(code).toBe(0);
  const [folder = ''] = runFolders(out);
  const record = readRecord(folder);
  expect(record.checks.map(({ judgement }) => judgement.verdict)).toEqual(record.checks.map(() => 'pass'));
  expect(record.faults.map(({ kind, restored }) => [kind, restored])).toEqual([['modbus.crcError', true], ['modbus.exception', true], ['modbus.slowReply', true]]);

  const config = readFileSync(join(folder, 'config', 'edge-1.yaml'), 'utf8');
  expect(config.match(/"transport": "modbus-ascii"/gu)).toHaveLength(2);
  expect(readFileSync(join(folder, 'config', 'twin.profile.yaml'), 'utf8')).toContain('name: Holding10');

  const served = readFileSync(join(folder, 'events.ndjson'), 'utf8').split('\n');
  for (const device of ['line-x-1', 'line-x-2', 'reader-1', 'twin-1', 'twin-x-1']) {
    expect(served.filter((line) => line.includes('"telemetry.received"') && line.includes(`"device":"${device}"`)).length, device).toBeGreaterThan(3);
  }
  // What the recorded meter showed, and nothing else.
  const holding = served.filter((line) => line.includes('"telemetry.received"') && line.includes('"device":"twin-1"') && line.includes('"point":"Holding10"'));
  const values = holding.map((line) => Number(/"v":(\d+)/u.exec(line)?.[1]));
  expect(values.every((value) => [100, 101, 102, 103, 106, 107].includes(value))).toBe(true);
  expect(new Set(values).size).toBeGreaterThan(3);
});

describeWith([MBPOLL], 'sim plc with chosen function codes', () => {
  test('serves them, and refuses the others with exception 01', async () => {
    const { facts } = await services.start(['sim', 'plc', '--profile', 'pump-station', '--function-codes', '4,3'], plcFacts);
    const [plc] = facts.devices;
    if (plc === undefined) throw new Error('no device came up');
    expect((await mbpoll(placeOf(plc), { table: '3', address: 0 })).values).toHaveLength(1);
    expect((await mbpoll(placeOf(plc), { table: '0', address: 0 })).output).toContain('Illegal function');
  });
});

describeWith([MBPOLL, SOCAT], 'sim plc on a serial port that is there', () => {
  test('is read by a client at the other end of the cable', async () => {
    const [near, far] = [join(out, 'near'), join(out, 'far')];
    const cable = spawn(pathOf(SOCAT), [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' });
    cables.push(cable);
    while (!existsSync(near) || !existsSync(far)) await new Promise((resolve) => setTimeout(resolve, 20));
    const { facts } = await services.start(['sim', 'plc', '--profile', 'motor-drive', '--transport', 'modbus-rtu', '--units', '4,9', '--parity', 'none', '--serial-path', near], plcFacts);
    expect(facts.devices).toMatchObject([{ unit: 4, endpoint: { path: near } }, { unit: 9, endpoint: { path: near } }]);
    expect((await mbpoll({ unit: 9, path: far }, { table: '3', address: 0, count: 2 })).values).toHaveLength(2);
  });
});

test.each([
  [['--profile', 'tank', '--function-codes', '3,9'], 'function code "9": expected one of the public ones'],
  [['--profile', 'tank', '--recording', 'x'], 'exclude each other'],
  [['--recording', 'x', '--function-codes', '3'], '--function-codes goes with --profile'],
  [['--profile', 'tank', '--serial-path', '/dev/ttyUSB0'], '--serial-path goes with --transport modbus-rtu or modbus-ascii'],
])('sim plc %j is refused', async (flags, words) => {
  const { code, stderr } = await runCli(['sim', 'plc', ...flags]);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});

test('a port that cannot be opened ends it with 4', async () => {
  const { code, stderr } = await runCli(['sim', 'plc', '--profile', 'tank', '--transport', 'modbus-rtu', '--serial-path', '/dev/not-there']);
  expect(stderr).toContain('FP_LINK_OPEN');
  expect(code).toBe(4);
});
