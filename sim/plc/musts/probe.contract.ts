import type { TestDeviceOptions } from '../test-device.contract.ts';

/** The ways a server is probed: TCP; RTU framed by length and by silence; ASCII. */
export const PROBED_TRANSPORTS = ['tcp', 'rtu', 'rtu by silence', 'ascii'] as const;
export type ProbedTransport = (typeof PROBED_TRANSPORTS)[number];
export const SERIAL: readonly ProbedTransport[] = ['rtu', 'rtu by silence', 'ascii'];

/** One request and what has to come back; PDUs in hexadecimal, blanks mean nothing. */
export interface ProbeStep {
  readonly ask: string;
  /** `silence`: nothing may come back. */
  readonly answers: string;
  /** Default 1, where the device is; 0 is a broadcast, and only 1 and 0 lead to it on a serial line. */
  readonly unit?: number;
  /** The check value of the frame is wrong; on serial lines only. */
  readonly spoilt?: boolean;
}

/** What shows that a server keeps some statements of the catalogue. Each runs against a device of its own. */
export interface Probe {
  /** Of `conformance/catalogue/modbus.tsv`. */
  readonly ids: readonly string[];
  readonly name: string;
  /** Default: everywhere. */
  readonly on?: readonly ProbedTransport[];
  /** How the device differs from `probedDevice`. */
  readonly device?: () => TestDeviceOptions;
  readonly steps: readonly ProbeStep[];
}

/** A step of a probe; blanks in the answer mean nothing either. */
export function step(ask: string, answers: string, more: Pick<ProbeStep, 'unit' | 'spoilt'> = {}): ProbeStep {
  return { ask, answers: answers.replaceAll(' ', ''), ...more };
}

/** `text` so many times. */
export function times(count: number, text: string): string {
  return text.repeat(count);
}

/** Registers from `first` on, each holding its own number, as on the wire. */
export function counting(first: number, count: number): string {
  return Array.from({ length: count }, (_none, index) => (first + index).toString(16).padStart(4, '0')).join('');
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/gu, ''), 'hex'));
}
