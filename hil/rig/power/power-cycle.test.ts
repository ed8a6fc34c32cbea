import { createServer, type IncomingMessage, type Server } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../../runtime/real-clock.ts';
import { hardwareMapSchema, type Dut, type DutInput } from '../hardware-map.ts';
import { openLink, spiedSerialPlc, spiedTcpPlc } from '../spied-plc.contract.ts';
import { cyclePower } from './power-cycle.ts';
import type { PowerHookInput, PowerState } from './power-hook.ts';
import { powerHookOf, switchPower } from './switch-power.ts';

let folder = '';
const ends: (() => Promise<void> | void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-power-'));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true, force: true });
});

const deps = { clock: realClock, openLink };

function dut(power: PowerHookInput | undefined, extra: Partial<DutInput> = {}): Dut {
  const [first] = hardwareMapSchema.parse({ duts: [{ id: 'pump', transport: 'modbus-tcp', address: '127.0.0.1:1', timeout: '300ms', ...extra, ...(power === undefined ? {} : { power }) }] }).duts;
  if (first === undefined) throw new Error('no DUT');
  return first;
}

function switchTo(state: PowerState, power: PowerHookInput): Promise<void> {
  return switchPower(powerHookOf(dut(power)), state, deps);
}

async function pdu(answer: (request: IncomingMessage, body: string) => number): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.writeHead(answer(request, body)).end('said'));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ends.push(() => void server.close());
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
}

test('a command gets the state in its words, without a shell', async () => {
  const file = join(folder, 'said');
  const command = [process.execPath, '-e', 'require("node:fs").writeFileSync(process.argv[1], process.argv.slice(2).join(" "))', file, '{state}', '{value}', '$(echo no)'];
  await switchTo('off', { kind: 'command', command });
  expect(readFileSync(file, 'utf8')).toBe('off 0 $(echo no)');
});

test.each([
  ['fails', [process.execPath, '-e', 'console.error("no relay"); process.exit(3)'], '20s', /ended with 3: no relay/u],
  ['does not end', [process.execPath, '-e', 'setInterval(() => 0, 1000)'], '200ms', /did not end within 0\.2 s/u],
  ['is not there', ['/no/such/program'], '20s', /ENOENT/u],
])('a command that %s is an error with what it said', async (_what, command, timeout, message) => {
  await expect(switchTo('on', { kind: 'command', command, timeout })).rejects.toMatchObject({ code: 'FP_RIG_POWER', message: expect.stringMatching(message) });
});

test('an HTTP unit gets method, path, body, headers and credentials, and its refusal is shown without them', async () => {
  const seen: string[] = [];
  const { url } = await pdu((request, body) => {
    seen.push(`${request.method} ${request.url} ${body} ${String(request.headers['x-key'])} ${request.headers.authorization}`);
    return request.url === '/relay/0' ? 200 : 503;
  });
  const hook = { kind: 'http', method: 'PUT', url: `${url.replace('//', '//lab:s%20ecret@')}/relay/{value}`, body: '{"state":"{state}"}', headers: { 'x-key': 'k' } } as const;
  await switchTo('off', hook);
  expect(seen).toEqual([`PUT /relay/0 {"state":"off"} k Basic ${Buffer.from('lab:s ecret').toString('base64')}`]);
  const refused = await switchTo('on', hook).catch((thrown: unknown) => String(thrown));
  expect(refused).toMatch(/PUT http:\/\/127\.0\.0\.1:\d+\/relay\/1: answered 503: said/u);
  expect(refused).not.toContain('ecret');
});

test('an HTTP unit that is not there is an error', async () => {
  await expect(switchTo('on', { kind: 'http', url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({ code: 'FP_RIG_POWER' });
});

test('a coil of a relay module is set, inverted when the map says so', async () => {
  const relay = await spiedTcpPlc(9);
  ends.push(() => relay.stop());
  await switchTo('on', { kind: 'modbus-coil', address: relay.address, unit: 9, coil: 10 });
  await switchTo('on', { kind: 'modbus-coil', address: relay.address, unit: 9, coil: 11, invert: true });
  expect(relay.requests.map(({ pdu: request }) => [...request])).toEqual([[5, 0, 10, 0xff, 0], [5, 0, 11, 0, 0]]);
  await expect(switchTo('on', { kind: 'modbus-coil', address: relay.address, unit: 9, coil: 99 })).rejects.toMatchObject({
    code: 'FP_RIG_POWER',
    message: `coil 99 of unit 9 at ${relay.address}: exception 2`,
  });
});

test('a DUT without a power hook is told what to write', () => {
  expect(() => powerHookOf(dut(undefined))).toThrowError(/pump has no power hook/u);
});

test('after a power cycle a device is found again on another port, by its stable name', async () => {
  const before = await spiedSerialPlc([4]);
  const after = await spiedSerialPlc([4]);
  ends.push(() => after.stop());
  const folders = { byId: join(folder, 'by-id'), sysTty: join(folder, 'none'), dev: '/dev' };
  mkdirSync(folders.byId);
  const stable = join(folders.byId, 'usb-ACME-if00');
  symlinkSync(before.address, stable);
  const marks = join(folder, 'marks');
  // The switch says when it was switched; the rest of the test plays the kernel.
  const command = [process.execPath, '-e', 'require("node:fs").appendFileSync(process.argv[1], process.argv[2] + "\\n")', marks, '{state}'];
  const bench = dut({ kind: 'command', command, offFor: '300ms', bootWithin: '10s' }, { transport: 'modbus-rtu', address: before.address, units: [4] });
  const cycled = cyclePower(bench, { ...deps, folders });
  while (!existsSync(marks)) await new Promise((resolve) => setTimeout(resolve, 10));
  await before.stop();
  unlinkSync(stable);
  setTimeout(() => symlinkSync(after.address, stable), 500);
  expect(await cycled).toMatchObject({ portBefore: before.address, portNow: after.address });
  expect(readFileSync(marks, 'utf8')).toBe('off\non\n');
});

test('a device that does not come back in time is an error that says how far it came', async () => {
  const bench = dut({ kind: 'command', command: [process.execPath, '-e', '0'], offFor: '1ms', bootWithin: '300ms' }, { address: '/dev/never', transport: 'modbus-rtu' });
  await expect(cyclePower(bench, deps)).rejects.toMatchObject({ code: 'FP_RIG_POWER', message: expect.stringMatching(/pump did not come back within 0\.3 s: serial \/dev\/never .* could not be opened/u) });
});
