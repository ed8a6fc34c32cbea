import type { Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import type { Metric, OpenContender, Sample } from '../benchmark.ts';
import { measureRate } from '../measure-rate.ts';

/** The work: an exchange over a framing with so many registers, or the CRC of so many bytes. */
const CODEC_CASES = [
  { key: 'tcp-10', label: 'FC3 exchange, TCP, 10 registers' },
  { key: 'tcp-125', label: 'FC3 exchange, TCP, 125 registers' },
  { key: 'rtu-10', label: 'FC3 exchange, RTU, 10 registers' },
  { key: 'rtu-125', label: 'FC3 exchange, RTU, 125 registers' },
  { key: 'crc-6', label: 'CRC of 6 bytes' },
  { key: 'crc-253', label: 'CRC of 253 bytes' },
] as const;

export type CodecCase = (typeof CODEC_CASES)[number]['key'];

/**
 * One operation of each case that a contender knows. An exchange encodes and decodes the request, and encodes and decodes
 * the response; it returns the last register it decoded, a CRC operation the CRC.
 */
export type CodecOperations = Partial<Readonly<Record<CodecCase, () => number>>>;

/** Input that every contender gets. Register n holds n x 257 modulo 65536. */
export const CODEC_ADDRESS = 0;
export const CODEC_UNIT_ID = 1;
export const CODEC_TRANSACTION_ID = 0x1234;

/** The registers of the device, as many as an exchange reads. */
export function codecRegisters(count: number): number[] {
  return Array.from({ length: count }, (_none, index) => (index * 257) & 0xffff);
}

/** The bytes a CRC is taken of. */
export function crcInput(byteCount: number): Buffer {
  return Buffer.from(Array.from({ length: byteCount }, (_none, index) => (index * 7) & 0xff));
}

/** What each operation must return: the last register, and the CRC by an independent bitwise computation. */
const EXPECTED: Readonly<Record<CodecCase, number>> = {
  'tcp-10': 2_313,
  'tcp-125': 31_868,
  'rtu-10': 2_313,
  'rtu-125': 31_868,
  'crc-6': 61_167,
  'crc-253': 46_259,
};

const CASE_DURATION_MS = 60;

export const CODEC_METRICS: readonly Metric[] = CODEC_CASES.flatMap(({ key, label }): Metric[] => [
  { key: `${key}.rate`, label, unit: 'operations/s', better: 'higher' },
  { key: `${key}.cpu`, label, unit: 'CPU us/operation', better: 'lower' },
]);

/**
 * A contender made of operations.
 * @throws FieldproofError FP_INTERNAL when an operation does not give what it must: speed without the work means nothing.
 */
export function codecContender(name: string, version: string, operations: CodecOperations, clock: Clock): OpenContender {
  const known = CODEC_CASES.flatMap(({ key }) => {
    const operation = operations[key];
    return operation === undefined ? [] : [{ key, operation }];
  });
  for (const { key, operation } of known) {
    const result = operation();
    if (result !== EXPECTED[key]) throw new FieldproofError('FP_INTERNAL', `${name} gives ${result} for ${key}, not ${EXPECTED[key]}`);
  }
  const measure = (): Sample => Object.fromEntries(known.flatMap(({ key, operation }) => measureCase(key, operation, clock)));
  return { version, measure: () => Promise.resolve(measure()), close: () => Promise.resolve() };
}

function measureCase(key: CodecCase, operation: () => number, clock: Clock): [string, number][] {
  const { operationsPerSecond, cpuUsPerOperation } = measureRate(operation, CASE_DURATION_MS, clock);
  return [
    [`${key}.rate`, operationsPerSecond],
    [`${key}.cpu`, cpuUsPerOperation],
  ];
}
