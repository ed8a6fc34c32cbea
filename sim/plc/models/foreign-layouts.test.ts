import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProfile } from '../../../hil/gateway/southbound/load-profile.ts';
import { pointsOf } from '../../../hil/gateway/southbound/point.ts';
import { describeWith, MBPOLL, pathOf } from '../../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { observeNothing } from '../../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { createManualClock } from '../../world/manual-clock.ts';
import type { ProcessModel } from '../process-model.ts';
import { startPlcGroup, type PlcGroup } from '../virtual-plc-group.ts';
import { modelFor } from './model-table.ts';

const AT_MS = 30_000;

let groups: PlcGroup[] = [];
beforeEach(() => {
  groups = [];
});
afterEach(async () => {
  for (const group of groups) await group.stop();
});

interface Device {
  /** What the process holds at this instant; its clock stands still. */
  readonly model: ProcessModel;
  /** What mbpoll prints for `count` elements. @param type - Its option -t. @param flags - `-B`: high word first. */
  readonly ask: (type: string, address: number, count: number, flags?: readonly string[]) => Promise<string[]>;
  readonly write: (type: string, address: number, values: readonly string[], flags?: readonly string[]) => Promise<void>;
}

async function start(profile: string): Promise<Device> {
  const clock = createManualClock();
  const points = pointsOf(loadProfile(profile));
  const model = modelFor(profile, points)({ random: randomFromSeed(5).child('plc/odd', 1), originMs: clock.nowMs() });
  const group = await startPlcGroup({ group: 'odd', profile, transport: 'modbus-tcp' }, { clock, random: randomFromSeed(5), observe: observeNothing, log: silentLogger });
  groups.push(group);
  clock.advance(AT_MS);
  const endpoint = group.devices[0]?.endpoint;
  const port = endpoint !== undefined && 'port' in endpoint ? endpoint.port : 0;
  const run = (type: string, address: number, flags: readonly string[], rest: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const words = ['-0', '-1', '-o', '5', '-m', 'tcp', '-p', String(port), '-t', type, '-r', String(address), ...flags, '127.0.0.1', ...rest];
      execFile(pathOf(MBPOLL), words, (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stdout + stderr))));
    });
  return {
    model,
    ask: async (type, address, count, flags = []) => {
      const printed = await run(type, address, ['-c', String(count), ...flags], []);
      return [...printed.matchAll(/^\[\d+\]:\s+(\S+)/gmu)].map(([, value]) => value ?? '');
    },
    write: async (type, address, values, flags = []) => void (await run(type, address, flags, ['--', ...values])),
  };
}

/** The bytes of registers that mbpoll printed as hexadecimal words, in the order of the wire. */
function bytesOf(words: readonly string[]): Buffer {
  const bytes = Buffer.alloc(words.length * 2);
  for (const [index, word] of words.entries()) bytes.writeUInt16BE(Number(word), index * 2);
  return bytes;
}

/** mbpoll prints six significant digits. */
const sixDigits = (value: unknown): number => Number(Number(value).toPrecision(6));

describeWith([MBPOLL], 'mbpoll understands each odd layout', () => {
  test('word-swapped floats (CDAB): its default order', async () => {
    const { model, ask } = await start('energy-meter');
    const [l1, l2, l3] = await ask('3:float', 0, 3);
    for (const [index, shown] of [l1, l2, l3].entries()) expect(Number(shown)).toBeCloseTo(sixDigits(model.read(`VoltageL${index + 1}`, AT_MS)), 3);
    expect(Number((await ask('3:float', 18, 1))[0])).toBeCloseTo(sixDigits(model.read('PowerTotal', AT_MS)), 3);
  });

  test('plain floats and signed 32 bits (ABCD): with -B', async () => {
    const { model, ask } = await start('hvac');
    expect(Number((await ask('3:float', 8, 1, ['-B']))[0])).toBeCloseTo(sixDigits(model.read('Co2', AT_MS)), 2);
    expect(Number((await ask('3:int', 13, 1, ['-B']))[0])).toBe(model.read('HeatFlow', AT_MS));
  });

  test('64-bit counters, word swapped and plain', async () => {
    const meter = await start('energy-meter');
    const counter = bytesOf((await meter.ask('3:hex', 40, 4)).toReversed());
    expect(counter.readBigUInt64BE()).toBe(BigInt(String(meter.model.read('EnergyImport', AT_MS))));
    const signed = bytesOf((await meter.ask('3:hex', 48, 4)).toReversed());
    expect(signed.readBigInt64BE()).toBe(BigInt(String(meter.model.read('ReactiveEnergy', AT_MS))));
    const id = bytesOf(await meter.ask('3:hex', 30, 4));
    expect(id.readBigUInt64BE().toString()).toBe(meter.model.read('MeterId', AT_MS));
  });

  test('everything little-endian (DCBA)', async () => {
    const { model, ask } = await start('conveyor');
    const reversed = async (address: number, count: number): Promise<Buffer> => bytesOf(await ask('3:hex', address, count));
    expect((await reversed(8, 2)).readUInt32LE()).toBe(model.read('ItemCount', AT_MS));
    expect((await reversed(2, 2)).readInt32LE()).toBe(model.read('LoadCell1', AT_MS));
    expect((await reversed(10, 4)).readBigUInt64LE()).toBe(BigInt(String(model.read('TotalMass', AT_MS))));
    expect((await reversed(14, 4)).readDoubleLE()).toBe(model.read('Distance', AT_MS));
  });

  test('byte-swapped values, bits and texts (BADC)', async () => {
    const { model, ask, write } = await start('tank');
    expect(bytesOf(await ask('3:hex', 2, 2)).swap16().readFloatBE()).toBe(Math.fround(Number(model.read('Volume', AT_MS))));
    expect(bytesOf(await ask('3:hex', 14, 1)).readUInt16LE()).toBe(model.read('BatchPhase', AT_MS));
    const status = bytesOf(await ask('3:hex', 13, 1)).readUInt16LE();
    expect([0, 1, 2, 3].map((bit) => (status & (1 << bit)) !== 0)).toEqual(['Filling', 'Heating', 'Holding', 'Draining'].map((name) => model.read(name, AT_MS)));
    expect(bytesOf(await ask('4:hex', 16, 8)).swap16().toString('latin1').replaceAll('\0', '')).toBe('Standard');
    await write('4:hex', 16, ['0x6f53', '0x7075', '0', '0', '0', '0', '0', '0']);
    expect(bytesOf(await ask('4:hex', 16, 8)).swap16().toString('latin1').replaceAll('\0', '')).toBe('Soup');
  });

  test('a plain text, and a word-swapped float that is written', async () => {
    const { model, ask, write } = await start('energy-meter');
    expect(bytesOf(await ask('3:hex', 64, 8)).toString('latin1').replaceAll('\0', '')).toBe(model.read('SerialNumber', AT_MS));
    await write('4:float', 4, ['123.5']);
    expect(await ask('4:float', 4, 1)).toEqual(['123.5']);
    const [low, high] = await ask('4:hex', 4, 2);
    expect([low, high]).toEqual(['0x0000', '0x42F7']);
  });
});
