import { hashUnit, smoothNoise } from './seeded-noise.ts';

/** What a mean day brings, m3/h: enough for several pump starts an hour. */
const INFLOW_MEAN = 90;
const SECONDS_OF_DAY = 86_400;
/** One stretch of time that may hold one downpour, seconds. */
const SURGE_SLOT_S = 600;
const SURGE_CHANCE = 0.7;

/**
 * Flow into the well, m3/h: a daily curve with a peak in the morning and one in the evening, noise, and downpours that
 * can exceed what both pumps move (they are what raises the high-level alarm).
 * @param timeS - Seconds since the start of the process.
 */
export function inflowAt(noiseSeed: number, dayOffsetS: number, timeS: number): number {
  const day = (2 * Math.PI * (timeS + dayOffsetS)) / SECONDS_OF_DAY;
  const daily = 1 - 0.25 * Math.cos(day) - 0.15 * Math.cos(2 * day + 1);
  const noise = 1 + 0.12 * smoothNoise(noiseSeed, timeS / 90) + 0.03 * smoothNoise(noiseSeed + 1, timeS / 7);
  return Math.max(0, INFLOW_MEAN * daily * noise + surgeAt(noiseSeed, timeS));
}

/** Half a sine wave of 2 to 5 minutes somewhere in the slot; never across its end. */
function surgeAt(noiseSeed: number, timeS: number): number {
  const slot = Math.floor(timeS / SURGE_SLOT_S);
  const draw = (role: number): number => hashUnit(noiseSeed ^ 0x5be0_cd19, slot * 4 + role);
  if (draw(0) >= SURGE_CHANCE) return 0;
  const durationS = 120 + 180 * draw(1);
  const startS = slot * SURGE_SLOT_S + draw(2) * (SURGE_SLOT_S - durationS);
  const progress = (timeS - startS) / durationS;
  return progress <= 0 || progress >= 1 ? 0 : (150 + 250 * draw(3)) * Math.sin(Math.PI * progress);
}
