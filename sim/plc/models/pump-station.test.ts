import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { startProcess } from '../stepped-process.ts';
import type { ProcessModel } from '../process-model.ts';
import { controlPumpStation } from './pump-station-control.ts';
import { flowPumpStation } from './pump-station-hydraulics.ts';
import { startPumpStation } from './pump-station-state.ts';
import { pumpStation } from './pump-station.ts';

/** One simulated second for each millisecond, so that instants below are seconds of the process. */
const SECONDS = { timeScale: 1_000 };
const DAY_S = 86_400;

function station(seed: number): ProcessModel {
  return startProcess(pumpStation, { random: randomFromSeed(seed), originMs: 0, ...SECONDS });
}

function flag(model: ProcessModel, point: string, atS: number): boolean {
  return model.read(point, atS) === true;
}

function number(model: ProcessModel, point: string, atS: number): number {
  const value = model.read(point, atS);
  if (typeof value !== 'number') throw new Error(`${point} is no number`);
  return value;
}

test('pumps start at the start level, stop at the stop level, and take turns', () => {
  const model = station(3);
  model.write('StartLevel', 2.5, 0);
  model.write('StopLevel', 1, 0);
  const duty: string[] = [];
  let wasRunning = false;
  for (let atS = 1; atS < 20_000; atS += 1) {
    const running = ['Pump1', 'Pump2'].filter((pump) => flag(model, `${pump}Running`, atS));
    const level = number(model, 'Level', atS);
    if (running.length === 1 && !wasRunning) {
      duty.push(running[0] ?? '');
      expect(level).toBeGreaterThan(2.4);
    }
    if (running.length === 0 && wasRunning && !flag(model, 'DryRunAlarm', atS)) expect(level).toBeLessThan(1.1);
    wasRunning = running.length > 0;
    if (flag(model, 'DryRunAlarm', atS)) break;
  }
  expect(duty.length).toBeGreaterThan(4);
  for (const [index, pump] of duty.entries()) expect(pump).toBe(duty[index % 2]);
});

test('the well keeps its water: level change equals inflow minus outflow', () => {
  const state = startPumpStation(randomFromSeed(4));
  let worst = 0;
  for (let step = 0; step < DAY_S; step += 1) {
    controlPumpStation(state, step);
    const before = state.level;
    flowPumpStation(state, step);
    const expected = before + (state.inflow - state.flow) / 3_600 / 3;
    worst = Math.max(worst, Math.abs(state.level - Math.min(5, Math.max(0, expected))));
  }
  expect(worst).toBeLessThan(1e-9);
});

test('within an hour alarms come and go, and both pumps have run', () => {
  const raised = new Set<string>();
  for (let seed = 0; seed < 5; seed += 1) {
    const model = station(seed);
    for (let atS = 0; atS < 3_600; atS += 5) {
      for (const point of ['HighLevelAlarm', 'DryRunAlarm', 'LagPumpActive', 'Pump1Running', 'Pump2Running', 'Pump1Fault', 'Pump2Fault']) {
        if (flag(model, point, atS)) raised.add(point);
        else if (raised.has(point)) raised.add(`${point} cleared`);
      }
    }
  }
  for (const point of ['HighLevelAlarm', 'DryRunAlarm', 'LagPumpActive', 'Pump1Running', 'Pump2Running']) {
    expect(raised).toContain(point);
    expect(raised).toContain(`${point} cleared`);
  }
});

test('a high-level alarm outlasts its cause until it is reset', () => {
  const model = station(1);
  model.write('HighAlarmLevel', 1.2, 0);
  let atS = 0;
  while (!flag(model, 'HighLevelAlarm', atS)) atS += 1;
  while (number(model, 'Level', atS) >= 0.9) atS += 1;
  expect(flag(model, 'HighLevelAlarm', atS)).toBe(true);
  expect(flag(model, 'CommonAlarm', atS)).toBe(true);
  model.write('AlarmReset', true, atS);
  expect(flag(model, 'HighLevelAlarm', atS)).toBe(false);
  expect(model.read('AlarmReset', atS)).toBe(true);
});

test('an alarm whose cause still stands cannot be reset away', () => {
  const model = station(1);
  model.write('HighAlarmLevel', 0.1, 0);
  expect(flag(model, 'HighLevelAlarm', 2)).toBe(true);
  model.write('AlarmReset', true, 2);
  expect(flag(model, 'HighLevelAlarm', 2)).toBe(true);
});

test('a clogged pump trips, latches its fault, and the other one takes over', () => {
  const state = startPumpStation(randomFromSeed(9));
  state.level = 2.3;
  state.pumps[0].clogged = true;
  state.pumps[1].clogged = false;
  state.duty = 1;
  for (let step = 0; step < 60; step += 1) {
    controlPumpStation(state, step);
    flowPumpStation(state, step);
  }
  expect(state.pumps[0]).toMatchObject({ fault: true, running: false });
  expect(state.pumps[1].running).toBe(true);
  expect(state.dryRunAlarm).toBe(true);
});

test('mode off and a disabled pump stop the pumps', () => {
  const model = station(2);
  model.write('Mode', 2, 0);
  expect(flag(model, 'Pump1Running', 2)).toBe(true);
  model.write('Pump1Enable', false, 2);
  expect(flag(model, 'Pump1Running', 4)).toBe(false);
  model.write('Mode', 3, 4);
  expect(flag(model, 'Pump2Running', 6)).toBe(true);
  model.write('Mode', 0, 6);
  expect(flag(model, 'Pump2Running', 8)).toBe(false);
});
