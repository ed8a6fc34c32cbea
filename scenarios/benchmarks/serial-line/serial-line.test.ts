import { expect, test } from 'vitest';
import type { FineClock } from '../../../hil/runtime/clock.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { createManualClock, type ManualClock } from '../../../sim/world/manual-clock.ts';
import { lineLateness } from './line-lateness.ts';
import { createSerialLine } from './serial-line.ts';

/** @param clockOf - What the line gets for a clock. */
async function latenessOn(manual: ManualClock, clockOf: (manual: ManualClock) => FineClock): Promise<number[]> {
  const measured = lineLateness({ baudRate: 9_600, frames: 20 }, { clock: clockOf(manual), random: randomFromSeed(1) });
  await manual.advanceAsync(1_000);
  return measured;
}

test('timers that fire on time let every frame out on time', async () => {
  const lateness = await latenessOn(createManualClock(), (manual) => manual);
  expect(lateness).toHaveLength(20);
  for (const ms of lateness) expect(ms).toBeCloseTo(0, 6);
});

test('the lateness of the fine timers is that of the frames', async () => {
  const late = (manual: ManualClock): FineClock => ({ ...manual, setFineTimer: (delayMs, callback) => manual.setTimer(delayMs + 0.75, callback) });
  for (const ms of await latenessOn(createManualClock(), late)) expect(ms).toBeCloseTo(0.75, 6);
});

test('each contender gives every figure', async () => {
  const { contenders, metrics } = createSerialLine(3);
  for (const contender of contenders) {
    const opened = await contender.open({ clock: realClock, cliEntry: '' });
    const sample = await opened.measure();
    expect(Object.keys(sample)).toEqual(metrics.map(({ key }) => key));
    for (const value of Object.values(sample)) expect(value).toBeGreaterThanOrEqual(0);
    await opened.close();
  }
});
