import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { z } from '../../hil/runtime/schema.ts';
import { gatewayFacts } from '../engine/child-facts.ts';
import { runCli } from './cli-process.ts';
import { createCliServices } from './cli-services.ts';
import { parsePrometheusText } from './prometheus-text.ts';

const endpoint = z.object({ transport: z.literal('modbus-rtu-tcp'), host: z.string(), port: z.number().int(), baudRate: z.number() });
const plcFacts = z.object({ devices: z.array(z.object({ device: z.string(), unit: z.number(), endpoint })) });
const services = createCliServices();
const folder = mkdtempSync(join(tmpdir(), 'fieldproof-server-'));

afterEach(() => services.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('two units behind a raw serial server are found by a scan and polled by the gateway', async () => {
  const words = ['sim', 'plc', '--profile', 'motor-drive', '--transport', 'modbus-rtu-tcp', '--units', '3,5', '--baud', '115200', '--seed', '1'];
  const plc = await services.start(words, plcFacts);
  const { devices } = plc.facts;
  expect(devices.map(({ unit }) => unit)).toEqual([3, 5]);
  const { host, port } = devices[0]?.endpoint ?? { host: '', port: 0 };
  const scanned = await runCli(['rig', 'scan', '--port', `${host}:${port}`, '--units', '3-6', '--probe-timeout', '200ms']);
  expect([scanned.code, scanned.stdout.match(/transport: modbus-rtu-tcp/gu)?.length]).toEqual([0, 2]);
  const config = join(folder, 'gateway.yaml');
  const polled = devices.map(({ device, unit }) => `{ id: ${device}, unit: ${unit}, profile: motor-drive, pollEvery: 200ms }`);
  writeFileSync(config, `id: edge\nmqtt: { port: 0 }\nhttp: { port: 0 }\nsouthbound:\n  lines:\n    - { id: drives, transport: modbus-rtu-tcp, port: ${port}, baudRate: 115200, devices: [${polled.join(', ')}] }\n`);
  const gateway = await services.start(['gateway', '--config', config], gatewayFacts);
  const read = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${gateway.facts.ports.http}/metrics`)).text();
    return parsePrometheusText(text).get(name)?.samples[0]?.value ?? Number.NaN;
  };
  await vi.waitFor(async () => expect(await read('fieldproof_gateway_southbound_requests_total')).toBeGreaterThan(5), { timeout: 15_000, interval: 100 });
  expect(await read('fieldproof_gateway_southbound_timeouts_total')).toBe(0);
});

test('a serial path does not go with it', async () => {
  const { code, stderr } = await runCli(['sim', 'plc', '--profile', 'motor-drive', '--transport', 'modbus-rtu-tcp', '--serial-path', '/dev/ttyUSB0']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--serial-path goes with --transport modbus-rtu or modbus-ascii')]);
});
