import { monitorEventLoopDelay } from 'node:perf_hooks';
import { every, type Clock, type Timer } from './clock.ts';
import type { Observe } from './observation.ts';

const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/**
 * Observes `process.sample` each `periodMs`: `rssBytes`, `heapUsedBytes`, `cpuMs` (user and system, since the process
 * began) and `loopDelayP99Ms` (event-loop delay within the period). The first sample comes at once.
 */
export function sampleProcess(clock: Clock, observe: Observe, periodMs: number): Timer {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const sample = (): void => {
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    observe('process.sample', {
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      cpuMs: (cpu.user + cpu.system) / 1_000,
      // An empty histogram has no percentile; Node reports 0 or NaN for it.
      loopDelayP99Ms: Math.max(0, (delay.percentile(99) || 0) / NANOSECONDS_PER_MILLISECOND),
    });
    delay.reset();
  };
  sample();
  const timer = every(clock, periodMs, sample);
  return {
    cancel: () => {
      timer.cancel();
      delay.disable();
    },
  };
}
