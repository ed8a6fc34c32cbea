import type { FineClock } from '../../../hil/runtime/clock.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import type { Benchmark, Contender, Metric, Sample } from '../benchmark.ts';
import { ownVersion } from '../own-version.ts';
import { percentile } from '../statistics.ts';
import { lineLateness, type LatenessOptions } from './line-lateness.ts';

/** Bits per second that are measured. */
const BAUD_RATES = [9_600, 19_200, 115_200] as const;
const FRAMES_PER_RUN = 101;
const SEED = 9_600;

/** How exactly an emulated serial line lets its frames out, with fine timers and with those of Node alone. */
export const serialLine: Benchmark = createSerialLine(FRAMES_PER_RUN);

/** @param frames - Sent in each run at each rate. */
export function createSerialLine(frames: number): Benchmark {
  return {
    name: 'serial-line',
    purpose: 'how late an emulated serial line delivers frames of 8 bytes, against the instant their last bit would have arrived',
    metrics: BAUD_RATES.flatMap(metricsOf),
    contenders: [
      contender({ name: 'fieldproof', role: 'ours', versionOf: ownVersion, clockOf: (clock) => clock, frames }),
      contender({ name: 'setTimeout alone', role: 'peer', versionOf: () => `node ${process.versions.node}`, clockOf: withoutFineTimers, frames }),
    ],
    warmUpRuns: 1,
    runs: 5,
  };
}

interface LineContender extends Pick<Contender, 'name' | 'role'> {
  readonly versionOf: () => string;
  readonly clockOf: (clock: FineClock) => FineClock;
  readonly frames: number;
}

function metricsOf(baudRate: number): Metric[] {
  const rate = `${baudRate} baud`;
  return [
    { key: `${baudRate}.p50`, label: `${rate}: half of the frames late by at most`, unit: 'us', better: 'lower' },
    { key: `${baudRate}.p95`, label: `${rate}: 95 % late by at most`, unit: 'us', better: 'lower' },
    { key: `${baudRate}.cpu`, label: `${rate}: CPU of the process`, unit: '% of a core', better: 'lower' },
  ];
}

function contender({ name, role, versionOf, clockOf, frames }: LineContender): Contender {
  const measureAll = async (clock: FineClock): Promise<Sample> => {
    let sample: Sample = {};
    for (const baudRate of BAUD_RATES) sample = { ...sample, ...(await measure({ baudRate, frames }, clock)) };
    return sample;
  };
  const open: Contender['open'] = async ({ clock }) => ({ version: versionOf(), measure: () => measureAll(clockOf(clock)), close: () => Promise.resolve() });
  return { name, role, open };
}

async function measure(options: LatenessOptions, clock: FineClock): Promise<Sample> {
  const startMs = clock.nowMs();
  const before = process.cpuUsage();
  const latenessMs = await lineLateness(options, { clock, random: randomFromSeed(SEED) });
  const { user, system } = process.cpuUsage(before);
  const { baudRate } = options;
  return {
    [`${baudRate}.p50`]: percentile(latenessMs, 0.5) * 1_000,
    [`${baudRate}.p95`]: percentile(latenessMs, 0.95) * 1_000,
    [`${baudRate}.cpu`]: (user + system) / 10 / (clock.nowMs() - startMs),
  };
}

/** The same clock as other software has it: every timer in steps of a millisecond. */
function withoutFineTimers(clock: FineClock): FineClock {
  const setTimer: FineClock['setTimer'] = (delayMs, callback) => clock.setTimer(delayMs, callback);
  return { nowMs: () => clock.nowMs(), wallMs: () => clock.wallMs(), setTimer, setFineTimer: setTimer };
}
