import type { Clock } from '../../hil/runtime/clock.ts';

export interface Rate {
  readonly operationsPerSecond: number;
  /** User and system time of the whole process, garbage collection included, microseconds. */
  readonly cpuUsPerOperation: number;
  /** Made of every result, so that the compiler cannot leave an operation out. */
  readonly checksum: number;
}

const BATCH_OPERATIONS = 256;

/** Repeats a synchronous operation for at least `durationMs` milliseconds, looking at the clock after each 256. */
export function measureRate(operation: () => number, durationMs: number, clock: Clock): Rate {
  const cpuBefore = process.cpuUsage();
  const startMs = clock.nowMs();
  let count = 0;
  let checksum = 0;
  let elapsedMs = 0;
  do {
    for (let index = 0; index < BATCH_OPERATIONS; index += 1) checksum = (checksum + operation()) | 0;
    count += BATCH_OPERATIONS;
    elapsedMs = clock.nowMs() - startMs;
  } while (elapsedMs < durationMs);
  const cpu = process.cpuUsage(cpuBefore);
  return { operationsPerSecond: (count * 1_000) / elapsedMs, cpuUsPerOperation: (cpu.user + cpu.system) / count, checksum };
}
