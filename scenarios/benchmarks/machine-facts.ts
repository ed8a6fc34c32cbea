import { cpus, totalmem } from 'node:os';
import type { BenchResult } from './bench-result.ts';

/** The machine a benchmark runs on: without it a number means nothing. */
export function machineFacts(): BenchResult['machine'] {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
