import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeWith, MOSQUITTO_SUB, pathOf } from '../../hil/runtime/foreign-program.contract.ts';
import { suiteRecordSchema, type SuiteRecord } from '../../reports/suite-record.ts';
import { allGone, descendantsOf, runCli, runFolders, startCli, type CliProcess, type Finished } from './cli-process.ts';

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'fieldproof-device-suite-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const LISTEN = ['conformance', 'run', 'mqtt-device', '--listen', '127.0.0.1:0'];
const LISTENING = /listening for the device on port (\d+)/u;

/** The declaration of a client of 3.1.1 that only subscribes, with waits for one that is on this machine. */
function declared(values = ''): string[] {
  const file = join(out, 'pics.yaml');
  writeFileSync(file, `suite: mqtt-device\npics: { MQTT_5_0: false }\npixit:\n  answerTimeoutMs: 3000\n  quietMs: 200\n  restartTimeoutMs: 1000\n  values: { connectWaitMs: 10000, observeMs: 500, publishWaitMs: 1000${values} }\n`);
  return ['--pics', file, '--out', join(out, 'runs')];
}

function runDevice(...words: readonly string[]): Promise<Finished> {
  return runCli([...LISTEN, ...words]);
}

function theRecord(): { readonly record: SuiteRecord; readonly folder: string } {
  const [folder = ''] = runFolders(join(out, 'runs'));
  return { record: suiteRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))), folder };
}

const CASES = ['TP_MQTT3_DEVICE_CONNECT_002', 'TP_MQTT3_DEVICE_SUBSCRIBE_00*', 'TP_MQTT3_DEVICE_RECEIVE_001'];

describeWith([MOSQUITTO_SUB], 'mosquitto_sub under test', () => {
  const command = `exec ${pathOf(MOSQUITTO_SUB)} -h {host} -p {port} -i {clientId} -c -q 2 -t fp/+/x -t 'fp/#'`;

  test('started by a command: record, evidence, reports, and 0', async () => {
    const { code, stderr } = await runDevice(...declared(), '--dut-command', command, '--only', ...CASES);
    expect(stderr).toContain('PASS  mqtt-device');
    expect(code).toBe(0);
    const { record, folder } = theRecord();
    expect(record).toMatchObject({ tier: 'T1', verdict: 'pass', reasons: [], suite: { name: 'mqtt-device' } });
    expect(record.cases.length).toBeGreaterThan(3);
    expect(record.replayCommand).toContain('--dut-command');
    for (const file of ['events.ndjson', 'report.html', 'junit.xml', 'summary.md']) expect(readdirSync(folder)).toContain(file);
    expect(readdirSync(join(folder, 'evidence'))).toEqual(expect.arrayContaining(record.cases.map(({ id }) => `${id}.txt`)));
    expect(readFileSync(join(folder, 'evidence', 'TP_MQTT3_DEVICE_CONNECT_002.txt'), 'utf8')).toContain('CONNECT');
  });

  test('is asked for its version when nobody declares it, and judged by that one', async () => {
    const { code } = await runDevice('--dut-command', `${command} -V mqttv5`, '--only', 'TP_MQTT3_DEVICE_CONNECT_002', 'TP_MQTT5_DEVICE_CONNECT_002', '--out', join(out, 'runs'));
    expect(code).toBe(0);
    const { cases, excluded, pics } = theRecord().record;
    expect(pics.answers).toMatchObject({ MQTT_3_1_1: false, MQTT_5_0: true });
    expect(cases.map(({ id }) => id)).toEqual(['TP_MQTT5_DEVICE_CONNECT_002']);
    expect(excluded.map(({ id }) => id)).toContain('TP_MQTT3_DEVICE_CONNECT_002');
  });

  test('Ctrl-C ends the run with 130, and the device and its children with it', async () => {
    const run = startCli([...LISTEN, ...declared(), '--dut-command', `${pathOf(MOSQUITTO_SUB)} -h {host} -p {port} -i {clientId} -t x & wait`, '--only', 'TP_MQTT3_DEVICE_SUBSCRIBE_*']);
    await run.seen(LISTENING);
    const pids = await descendantsWith(run, 'mosquitto_sub');
    run.child.kill('SIGINT');
    const { code } = await run.finished;
    expect(code).toBe(130);
    await allGone(pids);
    expect(theRecord().record).toMatchObject({ exitCode: 130, reasons: expect.arrayContaining(['the run was interrupted']) });
  });

  test('a wrong --only leaves no device behind', async () => {
    const mark = join(out, 'pid');
    const { code, stderr } = await runDevice('--dut-command', `echo $$ > ${mark}; ${command}`, '--only', 'TP_MQTT3_DEVICE_NOTHING_001', '--out', join(out, 'runs'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('FP_CASE_UNKNOWN')]);
    await allGone([Number(readFileSync(mark, 'utf8'))]);
  });

  test('restarted by the power hook of its DUT', async () => {
    const port = await freePort();
    const [script, mark, pidFile, map] = ['switch.sh', 'said', 'pid', 'lab.yaml'].map((name) => join(out, name));
    writeFileSync(
      script ?? '',
      `echo "$1" >> ${mark}\nif [ "$1" = on ]; then ${pathOf(MOSQUITTO_SUB)} -h 127.0.0.1 -p ${port} -i meter -q 1 -t x > /dev/null 2>&1 & echo $! > ${pidFile}; else kill $(cat ${pidFile}) 2> /dev/null; exit 0; fi\n`,
    );
    writeFileSync(map ?? '', `duts:\n  - { id: meter, transport: modbus-tcp, address: "127.0.0.1:1", power: { kind: command, command: [sh, ${script}, "{state}"], offFor: 50ms } }\n`);
    try {
      const { code } = await runCli(['conformance', 'run', 'mqtt-device', '--listen', `127.0.0.1:${port}`, ...declared(), '--map', map ?? '', '--dut', 'meter', '--only', 'TP_MQTT3_DEVICE_RECEIVE_001', 'TP_MQTT3_DEVICE_CONNECT_002']);
      expect(code).toBe(0);
      expect(theRecord().record).toMatchObject({ tier: 'T2', verdict: 'pass' });
      // For the first sign of life, and for each case.
      expect(readFileSync(mark ?? '', 'utf8')).toMatch(/^(?:off\non\n){3}$/u);
    } finally {
      spawnSync('sh', [script ?? '', 'off']);
    }
  });

  describe('with an operator', () => {
    test('Enter goes on, s skips; what was skipped is inconclusive', async () => {
      const port = await freePort();
      const run = startCli(['conformance', 'run', 'mqtt-device', '--listen', `127.0.0.1:${port}`, ...declared(), '--only', 'TP_MQTT3_DEVICE_CONNECT_002', 'TP_MQTT3_DEVICE_RECEIVE_001']);
      await run.seen(new RegExp(String.raw`Restart the device\. Its broker is mqtt://127\.0\.0\.1:${port}\n  Enter: done   s and Enter: skip > $`, 'u'));
      let device: ChildProcess | undefined;
      const restartAndEnter = (): void => {
        device?.kill('SIGKILL');
        device = spawn(pathOf(MOSQUITTO_SUB), ['-h', '127.0.0.1', '-p', String(port), '-i', 'bench', '-t', 'x'], { stdio: 'ignore' });
        run.child.stdin?.write('\n');
      };
      try {
        restartAndEnter();
        await run.seen(prompts(2));
        restartAndEnter();
        // The end of an ordinary life is looked at as well.
        await run.seen(prompts(3));
        await run.seen(/Shut the device down in good order/u);
        device?.kill('SIGTERM');
        run.child.stdin?.write('\n');
        await run.seen(prompts(4));
        run.child.stdin?.write('s\n');
        // A case that does not pass has the SUT asked for a sign of life, which is skipped as well.
        await run.seen(prompts(5));
        run.child.stdin?.write('s\n');
        expect((await run.finished).code).toBe(3);
      } finally {
        device?.kill('SIGKILL');
      }
      expect(theRecord().record.cases).toMatchObject([
        { id: 'TP_MQTT3_DEVICE_CONNECT_002', verdict: 'pass' },
        { id: 'TP_MQTT3_DEVICE_RECEIVE_001', verdict: 'inconclusive', because: expect.stringContaining('the operator skipped it') },
      ]);
    });
  });
});

describe('an operator who is not there', () => {
  test('a closed input ends the run, with nothing judged', async () => {
    const { code, stderr } = await runDevice(...declared(), '--only', ...CASES);
    expect(stderr).toContain('The input has ended');
    expect(code).toBe(3);
    const { cases, verdict } = theRecord().record;
    expect(verdict).toBe('inconclusive');
    expect(cases.every((one) => one.verdict === 'inconclusive' && one.because.includes('there is no operator'))).toBe(true);
  });

  test('Ctrl-C at the prompt ends the run with 130', async () => {
    const run = startCli([...LISTEN, ...declared(), '--only', ...CASES]);
    await run.seen(prompts(1));
    run.child.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
  });
});

describe('a command that starts no device is inconclusive, with what is missing', () => {
  test.each([
    ['is not there', 'no-such-client-here {host} {port}', /ended with 127: [^]*no-such-client-here/u],
    ['ends at once', 'echo cannot open the modem >&2; exit 4', /ended with 4: cannot open the modem/u],
  ])('one that %s', async (_what, command, says) => {
    // The wait for a connection is longer than the test may take.
    const { code, stderr } = await runDevice('--dut-command', command, ...declared().map((word) => patient(word)));
    expect(stderr).toContain('the SUT was dead before the first case: nothing was tested');
    expect(stderr).toMatch(says);
    expect(code).toBe(3);
    expect(theRecord().record).toMatchObject({ verdict: 'inconclusive', cases: [], reasons: expect.arrayContaining([expect.stringMatching(says)]) });
  });

  test('one that ends well and leaves nothing behind', async () => {
    const { code, stderr } = await runDevice('--dut-command', 'true', ...declared().map((word) => patient(word, 1_000)));
    expect([code, stderr]).toEqual([3, expect.stringContaining('the command that starts the device ended with 0')]);
  });
});

test('a device that breaks the standard fails, with 1', async () => {
  // CONNECT of 3.1.1 that ends before its payload: it has no client id.
  const device = `require("node:net").connect({port}, "{host}").write(Buffer.from("100a00044d5154540402003c", "hex"))`;
  const { code, stderr } = await runDevice(...declared(), '--dut-command', `exec ${process.execPath} -e '${device}'`, '--only', 'TP_MQTT3_DEVICE_CONNECT_002');
  expect(stderr).toContain('FAIL  mqtt-device');
  expect(code).toBe(1);
  expect(theRecord().record.cases).toMatchObject([{ verdict: 'fail', cause: 'misbehaved' }]);
});

test('the authority of the declaration is made, and its certificate is named for the device', async () => {
  const authority = join(out, 'authority');
  const { code, stderr } = await runDevice(...declared(`, tlsAuthority: ${authority}, tlsPort: ${await freePort()}`), '--dut-command', 'exit 1');
  expect(code).toBe(3);
  expect(stderr).toContain(`has to trust the test authority in ${join(authority, 'ca.pem')}`);
  expect(readdirSync(authority).toSorted()).toEqual(['ca.key', 'ca.pem']);
});

test.each([
  ['both --sut and --listen', ['--listen', '127.0.0.1:0', '--sut', 'mqtt://127.0.0.1:1883'], /FP_USAGE[^]*needs --listen <address>, and no --sut/u],
  ['--sut alone', ['--sut', 'mqtt://127.0.0.1:1883'], /FP_USAGE[^]*needs --listen <address>/u],
  ['an address that is none', ['--listen', 'here'], /FP_USAGE[^]*host:port/u],
  ['a map without a DUT', ['--listen', '127.0.0.1:0', '--map', 'lab.yaml'], /FP_USAGE[^]*--map and --dut go together/u],
  ['two ways to start the device', ['--listen', '127.0.0.1:0', '--map', 'lab.yaml', '--dut', 'x', '--dut-command', 'true'], /FP_USAGE[^]*not by both/u],
])('%s is wrong usage, 2', async (_what, words, says) => {
  const { code, stderr } = await runCli(['conformance', 'run', 'mqtt-device', ...words]);
  expect(stderr).toMatch(says);
  expect(code).toBe(2);
});

test('a case that rests on no statement is listed with its source', async () => {
  const { stdout } = await runCli(['conformance', 'list', 'mqtt-device']);
  expect(stdout).toContain('RFC 9525 section 6; caught by takes-any-name');
  expect(stdout).not.toMatch(/^ {4};/mu);
});

/** So many questions on the terminal. */
function prompts(count: number): RegExp {
  return new RegExp(`(?:Enter: done[^]*){${count}}`, 'u');
}

/** The declaration of a word list with another wait for connections. */
function patient(word: string, connectWaitMs = 600_000): string {
  if (word.endsWith('pics.yaml')) writeFileSync(word, readFileSync(word, 'utf8').replace('connectWaitMs: 10000', `connectWaitMs: ${connectWaitMs}`));
  return word;
}

/** Waits until a process below a command line has these words, and gives them all. */
async function descendantsWith({ child: { pid = 0 } }: CliProcess, words: string): Promise<number[]> {
  for (;;) {
    const pids = descendantsOf(pid);
    const shown = spawnSync('ps', ['-o', 'args=', '-p', pids.join(',')], { encoding: 'utf8' }).stdout;
    if (pids.length > 1 && shown.includes(words)) return pids;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
