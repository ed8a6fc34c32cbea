import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import type { ProcessModel } from '../process-model.ts';
import { startProcess } from '../stepped-process.ts';
import { energyMeter } from './energy-meter.ts';

function meter(seed = 2): ProcessModel {
  return startProcess(energyMeter, { random: randomFromSeed(seed), originMs: 0 });
}

const number = (model: ProcessModel, point: string, atMs: number): number => Number(model.read(point, atMs));

test('power, current, voltage and power factor agree with each other at every instant', () => {
  const model = meter();
  for (let atMs = 0; atMs < 300_000; atMs += 700) {
    const [p, q, s] = ['PowerTotal', 'ReactivePowerTotal', 'ApparentPowerTotal'].map((point) => number(model, point, atMs));
    expect(s).toBeCloseTo(Math.hypot(p ?? 0, q ?? 0), 6);
    expect(number(model, 'PowerFactor', atMs)).toBeCloseTo((p ?? 0) / (s ?? 1), 6);
    expect(model.read('FeedingBack', atMs)).toBe((p ?? 0) < 0);
    expect([1, 2, 3].reduce((sum, phase) => sum + number(model, `PowerL${phase}`, atMs), 0)).toBeCloseTo(p ?? 0, 6);
    const most = [1, 2, 3].reduce((sum, phase) => sum + (number(model, `VoltageL${phase}`, atMs) * number(model, `CurrentL${phase}`, atMs)) / 1_000, 0);
    expect(most).toBeGreaterThanOrEqual((s ?? 0) - 1e-6);
  }
});

test('the counters count what flows, one each way', () => {
  const model = meter();
  let flowed = 0;
  const [importStart, exportStart] = ['EnergyImport', 'EnergyExport'].map((point) => number(model, point, 0));
  for (let atMs = 500; atMs <= 600_000; atMs += 500) flowed += (number(model, 'PowerTotal', atMs) * 1_000 * 0.5) / 3_600;
  const imported = number(model, 'EnergyImport', 600_000) - (importStart ?? 0);
  const exported = number(model, 'EnergyExport', 600_000) - (exportStart ?? 0);
  expect(imported).toBeGreaterThan(1_000);
  expect(exported).toBeGreaterThan(10);
  expect(Math.abs(imported - exported - flowed)).toBeLessThan(3);
});

test('a doubled CT ratio doubles current and power, and leaves the voltage alone', () => {
  const [right, wrong] = [meter(), meter()];
  wrong.write('CtPrimary', 500, 0);
  for (const point of ['CurrentL1', 'PowerTotal', 'ReactivePowerTotal']) expect(number(wrong, point, 10_000)).toBeCloseTo(2 * number(right, point, 10_000), 6);
  expect(number(wrong, 'VoltageL1', 10_000)).toBe(number(right, 'VoltageL1', 10_000));
  wrong.write('CtSecondary', 1, 10_000);
  expect(number(wrong, 'CurrentL1', 12_000)).toBeCloseTo(10 * number(right, 'CurrentL1', 12_000), 6);
});

test('the highest demand stays until its coil is written', () => {
  const model = meter();
  const before = number(model, 'DemandMax', 600_000);
  expect(before).toBeGreaterThanOrEqual(75);
  model.write('DemandReset', false, 600_000);
  expect(number(model, 'DemandMax', 600_000)).toBe(before);
  model.write('DemandReset', true, 600_000);
  expect(number(model, 'DemandMax', 600_000)).toBe(0);
  expect(model.read('DemandReset', 600_000)).toBe(false);
  model.write('DemandPeriod', 10, 600_000);
  expect(number(model, 'DemandMax', 611_000)).toBe(number(model, 'Demand', 611_000));
});

test('the over-current limit is obeyed', () => {
  const model = meter();
  model.write('OverCurrentLimit', 1, 0);
  expect(model.read('OverCurrent', 1_000)).toBe(true);
  model.write('OverCurrentLimit', 900, 1_000);
  expect(model.read('OverCurrent', 2_000)).toBe(false);
});

test('the identity has more digits than a double holds, and stays', () => {
  const model = meter();
  const id = String(model.read('MeterId', 0));
  expect(BigInt(id)).toBeGreaterThan(2n ** 53n);
  expect(String(Number(id))).not.toBe(id);
  expect(model.read('MeterId', 900_000)).toBe(id);
});
