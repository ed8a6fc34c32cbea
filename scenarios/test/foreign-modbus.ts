import { execFile } from 'node:child_process';
import { MBPOLL, pathOf } from '../../hil/runtime/foreign-program.contract.ts';
import type { PlcDeviceFacts } from '../engine/child-facts.ts';

/** What mbpoll is asked to do, once. */
export interface MbpollRequest {
  /** 0 coils, 1 discrete inputs, 3 input registers, 4 holding registers; `:float` takes two registers, the high one first. */
  readonly table: '0' | '1' | '3' | '4' | '3:float';
  /** Zero-based. */
  readonly address: number;
  readonly count?: number;
  readonly unit?: number;
  /** With values it writes; with more than one by the function for multiple values. */
  readonly write?: readonly number[];
}

export interface MbpollAnswer {
  readonly exitCode: number;
  readonly output: string;
  /** What it printed for each address. */
  readonly values: readonly number[];
}

/** Where mbpoll is pointed to. */
export type ModbusPlace = { readonly unit: number } & ({ readonly port: number } | { readonly path: string });

export function placeOf({ unit, endpoint }: PlcDeviceFacts): ModbusPlace {
  return endpoint.transport === 'modbus-tcp' ? { unit, port: endpoint.port } : { unit, path: endpoint.path };
}

/** Asks a device with mbpoll, which is libmodbus underneath. A pseudo-terminal has no parity. */
export function mbpoll(place: ModbusPlace, { table, address, count = 1, unit = place.unit, write = [] }: MbpollRequest): Promise<MbpollAnswer> {
  const where = 'port' in place ? ['-m', 'tcp', '-p', String(place.port), '127.0.0.1'] : ['-m', 'rtu', '-P', 'none', place.path];
  const amount = write.length > 0 ? [] : ['-c', String(count)];
  const words = ['-0', '-1', '-B', '-o', '5', '-a', String(unit), '-t', table, '-r', String(address), ...amount, ...where, ...write.map(String)];
  return new Promise((resolve) => {
    execFile(pathOf(MBPOLL), words, (error, stdout, stderr) => {
      const values = [...stdout.matchAll(/^\[\d+\]:\s+(\S+)/gmu)].map(([, value]) => Number(value));
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr, values });
    });
  });
}
