import { execFile } from 'node:child_process';
import { MBPOLL, pathOf } from '../../hil/runtime/foreign-program.contract.ts';

/** What mbpoll, which knows nothing of this project, made of one read. */
export interface MbpollReading {
  /** Empty when it got no good answer. */
  readonly values: readonly number[];
  /** What it printed. */
  readonly output: string;
}

/** Where it asks: a serial port, or a TCP port of this machine. */
export type MbpollPlace = { readonly path: string; readonly baudRate: number } | { readonly port: number };

/** Reads holding registers (table 4) or input registers (table 3) once. @param address - Zero-based. */
export function mbpollRead(place: MbpollPlace, { unit = 1, address = 0, count = 1, table = '4', timeoutS = 1 }: { unit?: number; address?: number; count?: number; table?: '3' | '4'; timeoutS?: number } = {}): Promise<MbpollReading> {
  // A pseudo-terminal has no parity.
  const where = 'port' in place ? ['-m', 'tcp', '-p', String(place.port), '127.0.0.1'] : ['-m', 'rtu', '-b', String(place.baudRate), '-P', 'none', place.path];
  const words = ['-0', '-1', '-o', String(timeoutS), '-a', String(unit), '-t', table, '-r', String(address), '-c', String(count), ...where];
  return new Promise((resolve) => {
    execFile(pathOf(MBPOLL), words, (_error, stdout, stderr) => {
      resolve({ values: [...stdout.matchAll(/^\[\d+\]:\s+(-?\d+)/gmu)].map(([, value]) => Number(value)), output: stdout + stderr });
    });
  });
}
