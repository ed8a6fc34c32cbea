import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import { memberOf } from '../../conformance/mqtt/device/device-bench.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { connectTls } from '../../hil/transport/tls-link.ts';
import { connectWebSocket } from '../../hil/transport/websocket-link.ts';
import { commandStarter } from './command-starter.ts';
import { createDeviceHost, type DeviceHost, type DeviceHostOptions } from './device-host.ts';
import { deviceHostValues } from './device-host-values.ts';
import type { DeviceStarter, DeviceStartParams } from './device-starter.ts';
import { operatorStarter, type OperatorAnswer } from './operator-starter.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 } as const;
const deps = { clock: realClock, timeoutMs: 5_000 };
const hosts: DeviceHost[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-host-'));
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function hostWith(starter: DeviceStarter, more: Partial<DeviceHostOptions> = {}): Promise<DeviceHost> {
  const host = await createDeviceHost({ listen: LOOPBACK, starter, clock: realClock, ...more });
  hosts.push(host);
  return host;
}

/** Says that all is done, and keeps what it was asked. */
function obeying(asked: DeviceStartParams[] = []): DeviceStarter {
  return {
    restart: async (params, fresh) => {
      fresh();
      asked.push(params);
      return { done: true };
    },
    stop: async () => ({ done: true }),
    end: async () => undefined,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('fixed ports and a kept authority', () => {
  test('hold from run to run: a device that was set up once connects in each', async () => {
    const [tlsPort, websocketPort] = [await freePort(), await freePort()];
    let installed = '';
    for (let run = 0; run < 2; run += 1) {
      const host = await hostWith(obeying(), { tlsPort, websocketPort, authorityFolder: folder });
      installed ||= readFileSync(host.caFile, 'utf8');
      await host.act('restart', { listener: 'tls' });
      const secure = await connectTls({ host: '127.0.0.1', port: tlsPort }, { ca: installed }, deps);
      expect(memberOf(await host.act('handshake', { waitMs: 5_000 }), 'kind')).toBe('secure');
      expect(await host.accept(5_000)).toBeDefined();
      secure.destroy();
      await host.act('restart', { listener: 'websocket' });
      const upgraded = await connectWebSocket(`ws://127.0.0.1:${websocketPort}/mqtt`, { protocol: 'mqtt' }, deps);
      expect(await host.accept(5_000)).toBeDefined();
      upgraded.destroy();
      await host.stop();
    }
  });

  test('the port of a bad certificate is the one of the good', async () => {
    const asked: DeviceStartParams[] = [];
    const tlsPort = await freePort();
    const host = await hostWith(obeying(asked), { tlsPort });
    for (const listener of ['tls', 'tls-unknown-ca', 'tls-expired']) await host.act('restart', { listener });
    expect(asked.map(({ port }) => port)).toEqual([tlsPort, tlsPort, tlsPort]);
  });

  test('a port that is taken is said at the start', async () => {
    const first = await hostWith(obeying());
    await expect(hostWith(obeying(), { tlsPort: first.port })).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
  });

  test('come from the PIXIT, which is read with care', () => {
    const values = { brokerHost: 'bench.test', tlsPort: 8883, websocketPort: 8080, tlsAuthority: '/lab/authority' };
    expect(deviceHostValues(pixitSchema.parse({ values }))).toEqual({ publicHost: 'bench.test', tlsPort: 8883, websocketPort: 8080, authorityFolder: '/lab/authority' });
    expect(deviceHostValues(pixitSchema.parse({}))).toEqual({});
    expect(() => deviceHostValues(pixitSchema.parse({ values: { tlsPort: '8883' } }))).toThrow(/tlsPort is "8883": expected a port/u);
  });
});

describe('a command that starts the device', () => {
  const starter = (command: string): DeviceStarter => commandStarter(() => command, realClock);

  test('and fails is not waited for, and its last words are kept', async () => {
    const host = await hostWith(starter('echo no such serial port >&2; exit 3'));
    await host.act('restart', {});
    // The wait is longer than the test may take.
    expect(await host.accept(600_000)).toBeUndefined();
    expect(host.remarks()).toEqual(['the command that starts the device ended with 3: no such serial port']);
  });

  test('and ends well may have started one that comes later', async () => {
    const client = `const net = require("node:net"); setTimeout(() => net.connect({port}, "{host}"), 700)`;
    const host = await hostWith(starter(`${process.execPath} -e '${client}' & exit 0`));
    await host.act('restart', {});
    expect(await host.accept(20_000)).toBeDefined();
    expect(host.remarks()).toEqual([]);
  });
});

describe('an operator', () => {
  test.each([
    [{ variant: 'usual', listener: 'tcp' }, /^Restart the device\. Its broker is mqtt:\/\/127\.0\.0\.1:\d+$/u],
    [{ variant: 'noWill', listener: 'tcp' }, /^Restart the device without a will\./u],
    [{ variant: 'tls', listener: 'tls-wrong-name' }, /mqtts:\/\/127\.0\.0\.1:\d+, and it trusts the authority in \S+ca\.pem$/u],
    [{ variant: 'websocket', listener: 'websocket' }, /ws:\/\/127\.0\.0\.1:\d+\/mqtt$/u],
  ])('is told what to do: %j', async (params, says) => {
    const asked: string[] = [];
    const host = await hostWith(operatorStarter(async (request) => {
      asked.push(request);
      return 'done';
    }));
    expect(await host.act('restart', params)).toEqual({ done: true });
    expect(asked).toEqual([expect.stringMatching(says)]);
  });

  test.each([
    ['skipped', 'the operator skipped it'],
    ['nobody', 'there is no operator'],
  ] as const)('who answers %s is the reason', async (answer: OperatorAnswer, because) => {
    const host = await hostWith(operatorStarter(async () => answer));
    expect(await host.act('stop', {})).toEqual({ done: false, because: expect.stringContaining(because) });
  });
});
