import { cpus, platform, release, totalmem } from 'node:os';
import type { RunRecord } from '../../reports/record.ts';

/** The machine and the versions of a run, as every record states them. @param version - Of fieldproof. */
export function environment(version: string): RunRecord['environment'] {
  const processors = cpus();
  return {
    fieldproof: version,
    node: process.version,
    platform: `${platform()} ${release()} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cpus: processors.length,
    memoryBytes: totalmem(),
  };
}
