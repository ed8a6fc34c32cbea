import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, TSHARK } from '../../../hil/runtime/foreign-program.contract.ts';
import { readJournal } from '../../../hil/runtime/journal-reader.ts';
import { readRecord } from '../../../reports/read-record.ts';
import type { RunRecord } from '../../../reports/record.ts';
import { allGone, descendantsOf, pidOf, runCli, runFolders, startCli, type CliProcess } from '../cli-process.ts';
import { COMPLAINTS, dissect } from '../foreign-tshark.ts';

const CAPTURED = fileURLToPath(new URL('../fixtures/captured.yaml', import.meta.url));
/** As the comment of the file says it. */
const RTU = ['-o', 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""', '-o', 'mbrtu.crc_verification:TRUE'];
const PLAIN: readonly string[] = [];
/** A fault begins and ends in a child; the runner notes it when it has the answer. */
const NOTED_WITHIN_S = 0.1;

let out = '';
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-run-capture-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

async function finishedRun(name: string, ...words: string[]): Promise<{ readonly folder: string; readonly record: RunRecord; readonly stderr: string }> {
  const { code, stderr } = await runCli(['run', CAPTURED, '--out', join(out, name), ...words]);
  expect(code, stderr).toBe(0);
  const [folder = ''] = runFolders(join(out, name));
  return { folder, record: readRecord(folder), stderr };
}

describeWith([TSHARK], 'the capture of a run, in tshark', () => {
  let folder = '';
  let capture: Uint8Array = new Uint8Array(0);
  beforeAll(async () => {
    ({ folder } = await finishedRun('all'));
    capture = readFileSync(join(folder, 'capture.pcapng'));
  });

  const ask = (filter: string, fields: readonly string[], options = PLAIN): string[][] => dissect(capture, { options, filter, fields });

  test('shows MQTT and Modbus/TCP without being told a port, and has nothing to complain of', () => {
    const names = new Set(ask('frame', ['frame.interface_name']).flat());
    expect(names).toEqual(new Set(['uplink client side', 'uplink server side', 'pumps', 'line-a', 'edge-1 mqtt', 'cloud mqtt', 'events']));
    const topics = new Set(ask('mqtt.msgtype == 3 && frame.interface_name == "uplink server side"', ['mqtt.topic']).flat().flatMap((some) => some.split(',')));
    expect(topics).toContain('devices/sensors-1/data');
    const read = ask('mbtcp && modbus.func_code == 3 && frame.interface_name == "pumps"', ['mbtcp.unit_id']);
    expect(read.length).toBeGreaterThan(10);
    // The last thing that happens to a link is that it is cut.
    expect(ask(`(${COMPLAINTS}) && tcp && !tcp.flags.reset`, ['frame.number', '_ws.expert.message'], ['-o', 'tcp.check_checksum:TRUE'])).toEqual([]);
  });

  test('shows the serial line with the documented setting: sound frames, and wrong CRCs while the fault was in force', () => {
    const frames = ask('mbrtu', ['mbrtu.unit_id', 'mbrtu.crc16.status', 'frame.time_epoch'], RTU);
    const wrong = frames.filter(([, status]) => status === '0').map(([, , time]) => Number(time));
    expect(frames.length - wrong.length).toBeGreaterThan(10);
    expect(wrong.length).toBeGreaterThan(0);
    const told = ask('frame.comment contains "crcError@line-a"', ['frame.time_epoch', 'frame.comment']);
    const [begins = 0, ends = 0] = [/begins/u, / ends$/u].map((word) => Number(told.find(([, comment = '']) => word.test(comment))?.[0]));
    expect(wrong.filter((at) => at < begins - NOTED_WITHIN_S || at > ends + NOTED_WITHIN_S)).toEqual([]);
    expect(told.filter(([, comment = '']) => comment.includes(' hits unit '))).toHaveLength(wrong.length);
  });

  test('tells the faults by comments at the instants of the journal', () => {
    const started = readJournal(join(folder, 'events.ndjson')).find(({ type, data }) => type === 'fault.started' && data['on'] === 'uplink');
    const phase = readJournal(join(folder, 'events.ndjson')).find(({ type }) => type === 'phase.started');
    const seconds = (text: string): number => Number(ask(`frame.comment == "${text}"`, ['frame.time_epoch'])[0]?.[0]);
    const apartMs = (seconds('fault partition@uplink#1 begins (partition on uplink)') - seconds('phase steady')) * 1_000;
    expect(apartMs).toBeCloseTo((started?.t ?? 0) - (phase?.t ?? 0), 1);
    // What the client side carried while the link was cut reached the server side only after it was whole again.
    const [from, to] = [seconds('fault partition@uplink#1 begins (partition on uplink)'), seconds('fault partition@uplink#1 ends')];
    const within = (side: string): number => ask(`tcp.len > 0 && frame.interface_name == "uplink ${side} side" && frame.time_epoch > ${from + NOTED_WITHIN_S} && frame.time_epoch < ${to - NOTED_WITHIN_S}`, ['frame.number']).length;
    expect(within('client')).toBeGreaterThan(0);
    expect(within('server')).toBe(0);
  });

  test('is named in the record and in the report, with its digest', () => {
    const { capture: told } = readRecord(folder);
    const sha256 = createHash('sha256').update(capture).digest('hex');
    expect(told).toMatchObject({ mode: 'all', file: 'capture.pcapng', sha256, bytes: capture.byteLength, stopped: [] });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(sha256);
    expect(existsSync(join(folder, 'capture-parts'))).toBe(false);
    const perInterface = (told?.interfaces ?? []).map(({ name, packets }) => [name, packets]);
    const counted = new Map<string, number>();
    for (const [name = ''] of ask('frame', ['frame.interface_name'])) counted.set(name, (counted.get(name) ?? 0) + 1);
    expect(Object.fromEntries(perInterface)).toEqual(Object.fromEntries(counted));
  });
});

test('a limit that is reached is said in the record, on the terminal and in the file, and changes no verdict', async () => {
  const { folder, record, stderr } = await finishedRun('limited', '--capture', 'links', '--capture-limit', '24KiB');
  expect(record.verdict).toBe('pass');
  expect(record.capture?.bytes).toBeLessThanOrEqual(24 * 1_024);
  expect(record.capture?.stopped).toEqual([expect.objectContaining({ by: 'uplink', because: expect.stringMatching(/^its limit of \d+ bytes is reached$/u) })]);
  expect(record.capture?.interfaces.map(({ name }) => name)).not.toContain('pumps');
  expect(stderr).toContain('that of uplink stops at');
  expect(readFileSync(join(folder, 'capture.pcapng'), 'utf8')).toContain('capture stopped: its limit of');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('that of uplink stops at');
});

test('off leaves no capture, and the record names none', async () => {
  const { folder, record } = await finishedRun('off', '--capture', 'off');
  expect(record.capture).toBeUndefined();
  expect(readdirSync(folder).filter((name) => name.startsWith('capture'))).toEqual([]);
});

describeWith([TSHARK], 'after a crash in mid-run', () => {
  async function inMidRun(name: string): Promise<{ readonly run: CliProcess; readonly pids: number[] }> {
    const run = startCli(['run', CAPTURED, '--out', join(out, name)]);
    await run.seen(/fault partition@uplink#1 in force/u);
    return { run, pids: descendantsOf(run.child.pid ?? 0) };
  }

  test('of a link, its packets until then are in the capture', async () => {
    const { run, pids } = await inMidRun('link-killed');
    process.kill(pidOf(pids, 'sim link'), 'SIGKILL');
    expect((await run.finished).code).toBe(4);
    const [folder = ''] = runFolders(join(out, 'link-killed'));
    const capture = readFileSync(join(folder, 'capture.pcapng'));
    expect(dissect(capture, { options: PLAIN, filter: 'mqtt && frame.interface_name == "uplink server side"', fields: ['frame.number'] }).length).toBeGreaterThan(0);
    expect(dissect(capture, { options: PLAIN, filter: 'frame.comment contains "uplink died"', fields: ['frame.number'] })).toHaveLength(1);
    await allGone(pids);
  });

  test('of the runner, the parts are there, and each opens', async () => {
    const { run, pids } = await inMidRun('runner-killed');
    run.child.kill('SIGKILL');
    await run.finished;
    await allGone(pids);
    const [folder = ''] = runFolders(join(out, 'runner-killed'));
    const parts = readdirSync(join(folder, 'capture-parts'));
    expect(parts.toSorted()).toEqual(['cloud.pcapng', 'edge-1.pcapng', 'line-a.pcapng', 'pumps.pcapng', 'uplink.pcapng']);
    for (const part of parts) {
      const capture = readFileSync(join(folder, 'capture-parts', part));
      expect(dissect(capture, { options: RTU, filter: 'mqtt || modbus', fields: ['frame.number'] }).length, part).toBeGreaterThan(0);
    }
  });
});

test('a wrong word is refused before anything starts', async () => {
  writeFileSync(join(out, 'x'), '');
  const { code, stderr } = await runCli(['run', CAPTURED, '--capture', 'everything', '--out', join(out, 'wrong')]);
  expect(code).toBe(2);
  expect(stderr).toContain('off, links, all');
  expect(existsSync(join(out, 'wrong'))).toBe(false);
  expect((await runCli(['run', CAPTURED, '--capture-limit', '5'])).code).toBe(2);
});
