import { execFile } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { describeWith, MBPOLL, pathOf } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { startPlcGroup, type PlcGroup, type PlcGroupDevice } from './virtual-plc-group.ts';

const groups: PlcGroup[] = [];

afterEach(async () => {
  for (const group of groups.splice(0)) await group.stop();
});

async function start(transport: 'modbus-tcp' | 'modbus-rtu'): Promise<PlcGroup> {
  const line = transport === 'modbus-rtu' ? ({ transport, units: [1, 17], parity: 'none' } as const) : ({ transport, count: 1 } as const);
  const deps = { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger };
  const group = await startPlcGroup({ group: 'judged', profile: 'pump-station', ...line }, deps);
  groups.push(group);
  return group;
}

interface Poll {
  readonly table: '0' | '1' | '3' | '4' | '4:hex' | '3:float';
  /** Zero-based, as everywhere. */
  readonly address: number;
  readonly count?: number;
  readonly unit?: number;
  readonly write?: readonly number[];
}

interface Polled {
  readonly exitCode: number;
  readonly output: string;
  /** What mbpoll printed for each address. */
  readonly values: readonly string[];
}

/** Asks a device once with mbpoll, which knows nothing of this project (it is libmodbus underneath). */
function poll(device: PlcGroupDevice | undefined, { table, address, count = 1, unit, write = [] }: Poll): Promise<Polled> {
  if (device === undefined) throw new Error('no such device');
  const { endpoint } = device;
  const where =
    'port' in endpoint
      ? ['-m', 'tcp', '-p', String(endpoint.port), endpoint.host]
      : ['-m', 'rtu', '-b', String(endpoint.baudRate), '-P', endpoint.parity, endpoint.path];
  const counted = write.length > 0 ? [] : ['-c', String(count)];
  const what = ['-0', '-1', '-o', '2', '-a', String(unit ?? device.unit), '-t', table, '-r', String(address), ...counted];
  return new Promise((resolve) => {
    execFile(pathOf(MBPOLL), [...what, ...where, ...write.map(String)], (error, stdout, stderr) => {
      const values = [...stdout.matchAll(/^\[\d+\]:\s+(\S+)/gmu)].map(([, value]) => value ?? '');
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr, values });
    });
  });
}

describeWith([MBPOLL], 'mbpoll as a foreign client', () => {
  describe.each(['modbus-tcp', 'modbus-rtu'] as const)('over %s', (transport) => {
    test('reads all four tables', async () => {
      const [device] = (await start(transport)).devices;
      const registers = await poll(device, { table: '3', address: 0, count: 8 });
      expect(registers).toMatchObject({ exitCode: 0 });
      expect(registers.values.length).toBe(8);
      // Somewhere between the stop level and the start level, in millimetres.
      expect(Number(registers.values[0])).toBeGreaterThan(700);
      expect(Number(registers.values[0])).toBeLessThan(2_300);
      expect((await poll(device, { table: '4', address: 0, count: 3 })).values).toEqual(['2200', '800', '1']);
      expect((await poll(device, { table: '0', address: 0, count: 3 })).values).toEqual(['1', '1', '0']);
      expect((await poll(device, { table: '1', address: 8, count: 3 })).values).toEqual(['0', '0', '0']);
    });

    test('writes single and multiple values, which read back', async () => {
      const [device] = (await start(transport)).devices;
      expect(await poll(device, { table: '4', address: 4, write: [3_500] })).toMatchObject({ exitCode: 0 });
      expect(await poll(device, { table: '4', address: 0, write: [2_500, 900, 1] })).toMatchObject({ exitCode: 0 });
      expect((await poll(device, { table: '4', address: 0, count: 3 })).values).toEqual(['2500', '900', '1']);
      expect((await poll(device, { table: '4', address: 4 })).values).toEqual(['3500']);
      expect(await poll(device, { table: '0', address: 1, write: [0] })).toMatchObject({ exitCode: 0 });
      expect(await poll(device, { table: '0', address: 0, write: [0, 1] })).toMatchObject({ exitCode: 0 });
      expect((await poll(device, { table: '0', address: 0, count: 2 })).values).toEqual(['0', '1']);
    });

    test('understands the exception for an address that does not exist', async () => {
      const [device] = (await start(transport)).devices;
      expect((await poll(device, { table: '4', address: 3 })).output).toContain('Illegal data address');
      expect((await poll(device, { table: '3', address: 0, count: 100 })).output).toContain('Illegal data address');
    });
  });

  test('finds each unit of a serial line, and no other', async () => {
    const { devices } = await start('modbus-rtu');
    const write = await poll(devices[0], { table: '4', address: 0, write: [1_500] });
    expect(write.exitCode).toBe(0);
    expect((await poll(devices[0], { table: '4', address: 0 })).values).toEqual(['1500']);
    expect((await poll(devices[1], { table: '4', address: 0 })).values).toEqual(['2200']);
    expect((await poll(devices[0], { table: '4', address: 0, unit: 2 })).output).toContain('timed out');
  });
});
