import { readFileSync } from 'node:fs';
import { FieldproofError } from '../../hil/runtime/errors.ts';

/** Linux shows times in /proc in units of 10 ms on every architecture (USER_HZ, proc(5)). */
const SECONDS_PER_TICK = 0.01;
const BYTES_PER_KIBIBYTE = 1_024;

/** What a process has used so far, as the kernel counts it. */
export interface ProcessUsage {
  /** User and system time of all its threads, seconds. */
  readonly cpuSeconds: number;
  /** Resident memory now, bytes. */
  readonly rssBytes: number;
  /** Bytes it handed to write calls, sockets included. */
  readonly writtenBytes: number;
}

/** @throws FieldproofError FP_FILE_UNREADABLE where there is no /proc, or no such process. */
export function processUsage(pid: number): ProcessUsage {
  // The name of the program stands in brackets and may hold spaces; the numbered fields go on behind the last bracket.
  const fields = read(pid, 'stat').replace(/^.*\)\s/su, '').split(' ');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) * SECONDS_PER_TICK,
    rssBytes: numberIn(read(pid, 'status'), /^VmRSS:\s+(\d+)/mu) * BYTES_PER_KIBIBYTE,
    writtenBytes: numberIn(read(pid, 'io'), /^wchar:\s+(\d+)/mu),
  };
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `/proc/${pid}/${name} cannot be read; this benchmark needs Linux`, { cause });
  }
}
