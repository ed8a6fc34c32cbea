import { bitBytes } from '../../protocols/modbus/bits.ts';
import { rtuLineTimeMs } from '../../protocols/modbus/rtu-timing.ts';
import { isBitTable } from '../../gateway/southbound/raw-layout.ts';
import type { Recording, RecordedRange, Sample } from './recording-format.ts';

/** Unit id, function code, address, quantity, CRC. */
const REQUEST_BYTES = 8;
/** Unit id, function code, byte count, CRC. */
const RESPONSE_OVERHEAD_BYTES = 5;
const EXCEPTION_BYTES = 5;
/** Characters of an ASCII frame for each byte of an RTU frame, and their 10 bits against 11. */
const ASCII_STRETCH = (2 * 10) / 11;

/** A distribution of times in milliseconds, as all its values in order: percentiles are exact, never interpolated. */
export interface ResponseTimes {
  readonly count: number;
  /** The smallest time that at least this share of all does not exceed. @param share - 0 to 1. */
  percentile(share: number): number;
}

export function responseTimes(timesMs: readonly number[]): ResponseTimes {
  const sorted = Float64Array.from(timesMs).toSorted();
  return {
    count: sorted.length,
    percentile: (share) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0,
  };
}

/** The times from request to whole answer, as measured. */
export function measuredTimes({ samples }: Recording): ResponseTimes {
  return responseTimes(samples.flatMap((sample) => ('ms' in sample ? [sample.ms] : [])));
}

/**
 * How long the device itself took: on a serial line without the time that request and answer were on the wire, which a
 * virtual line adds by itself.
 */
export function turnaroundTimes({ header, samples }: Recording): ResponseTimes {
  const { baudRate, transport, ranges } = header;
  const stretch = transport === 'modbus-ascii' ? ASCII_STRETCH : 1;
  return responseTimes(
    samples.flatMap((sample) => {
      if (!('ms' in sample)) return [];
      const bytes = REQUEST_BYTES + answerBytes(sample, ranges[sample.r]);
      return [baudRate === null ? sample.ms : Math.max(0, sample.ms - stretch * rtuLineTimeMs(bytes, baudRate))];
    }),
  );
}

function answerBytes(sample: Sample, range: RecordedRange | undefined): number {
  if ('x' in sample || range === undefined) return EXCEPTION_BYTES;
  return RESPONSE_OVERHEAD_BYTES + (isBitTable(range.table) ? bitBytes(range.count) : range.count * 2);
}
