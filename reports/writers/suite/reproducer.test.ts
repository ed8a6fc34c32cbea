import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EvidenceStep } from '../../../conformance/framework/evidence.ts';
import { reproducer, type ReproducerOptions } from './reproducer.ts';

const RESULT = { id: 'TP_MODBUS_SERVER_FC03_002', purpose: 'quantity 126 is refused */ "quoted"', verdict: 'fail', because: 'it was served', statements: ['modbus/FC03-2'] } satisfies Parameters<typeof reproducer>[0];
const READ = '000100000006010300000001';
const ANSWER = '000100000005010302002a';
const STEPS: readonly EvidenceStep[] = [
  { op: 'note', tMs: 0, text: 'reads\none register' },
  { op: 'open', tMs: 0, on: 'a', target: '', result: 'open' },
  { op: 'send', tMs: 1, on: 'a', hex: READ, result: true },
  { op: 'frame', tMs: 2, on: 'a', hex: ANSWER },
  { op: 'silence', tMs: 60, on: 'a', waitedMs: 50 },
  { op: 'pause', tMs: 70, ms: 10 },
  { op: 'close', tMs: 80, on: 'a', how: 'reset' },
];

let folder: string;
let server: Server;
let serve: (socket: Socket, request: Buffer) => void;
const received: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-script-'));
  received.length = 0;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      received.push(request.toString('hex'));
      serve(socket, request);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a script sends the same bytes and says what came, in pieces or whole', async () => {
  serve = (socket) => {
    socket.write(Buffer.from(ANSWER.slice(0, 8), 'hex'));
    setTimeout(() => socket.write(Buffer.from(ANSWER.slice(8), 'hex')), 20);
  };
  const output = await run(STEPS);
  expect(received).toEqual([READ]);
  expect(output).toContain('# reads one register');
  expect(output).toMatch(/a -> transaction 1 unit 1 function 3/u);
  expect(output).toMatch(/a <- transaction 1 unit 1 function 3 {2}\| 000100000005010302002a/u);
  expect(output).not.toContain('DIFFERENT');
  expect(output).toContain('The record: FAIL: it was served\nJudged by: modbus/FC03-2');
});

test('what differs from the record is said: another answer, and the end of the connection', async () => {
  serve = (socket) => void socket.write(Buffer.from('00010000000301830a', 'hex'), () => socket.end());
  const output = await run(STEPS);
  expect(output).toMatch(/a <- transaction 1 unit 1 exception 10 to function 3/u);
  expect(output).toMatch(/a: DIFFERENT from the record: transaction 1 unit 1 function 3/u);
  expect(output).toMatch(/a: the SUT ended the connection/u);
});

test('what comes later than the record had it is waited for, and silence is said', async () => {
  serve = () => undefined;
  const output = await run(STEPS);
  expect(output).toMatch(/a: DIFFERENT: nothing more came; the record has transaction 1/u);
});

test('the same evidence gives the same script, and its text cannot leave a comment', () => {
  const script = scriptOf([...STEPS, { op: 'send', tMs: 90, on: 'a\n*/ process.exit(9)', hex: '00', result: true }]);
  expect(script).toBe(scriptOf([...STEPS, { op: 'send', tMs: 90, on: 'a\n*/ process.exit(9)', hex: '00', result: true }]));
  expect(script).not.toMatch(/^\*\/ process/mu);
});

function scriptOf(steps: readonly EvidenceStep[]): string {
  const options: ReproducerOptions = { carrier: 'modbus-tcp', host: '127.0.0.1', port: 502, tls: false, answerTimeoutMs: 300, describeFrame: (bytes) => `${bytes.length} bytes` };
  return reproducer(RESULT, steps, options);
}

async function run(steps: readonly EvidenceStep[]): Promise<string> {
  const file = join(folder, 'case.mjs');
  writeFileSync(file, scriptOf(steps));
  const address = server.address();
  const { port }: Pick<AddressInfo, 'port'> = typeof address === 'object' && address !== null ? address : { port: 0 };
  const { stdout } = await promisify(execFile)(process.execPath, [file, '127.0.0.1', String(port)], { timeout: 20_000 });
  return stdout;
}
