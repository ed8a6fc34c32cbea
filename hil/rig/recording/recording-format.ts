import { PRIMARY_TABLES } from '../../gateway/southbound/device-profile.ts';
import { z } from '../../runtime/schema.ts';
import { RIG_TRANSPORTS } from '../hardware-map.ts';

/** Ranges one recording may poll, samples it may hold, and its largest file. */
export const RANGES_MAX = 1_024;
export const SAMPLES_MAX = 2_000_000;
export const RECORDING_BYTES_MAX = 268_435_456;

const word = z.number().int().min(0).max(0xffff);
const address = z.number().int().min(0).max(0xffff);
const asked = { t: z.number().nonnegative(), r: z.number().int().nonnegative() };
const ms = z.number().nonnegative();
const exceptionCode = z.number().int().min(0).max(255);

/** Neighbouring addresses of one table, read by one request. */
export const rangeSchema = z.strictObject({
  table: z.enum(PRIMARY_TABLES),
  address: address.describe('Zero-based PDU address of the first.'),
  count: z.number().int().min(1).max(2_000),
});

const refusedSchema = z.strictObject({ ...rangeSchema.shape, count: z.number().int().min(1).max(65_536), code: exceptionCode });

/** First line: what was recorded, and how. */
export const recordingHeaderSchema = z.strictObject({
  fieldproof: z.literal('recording'),
  version: z.literal(1),
  dut: z.string().min(1).max(128),
  model: z.string().max(256),
  transport: z.enum(RIG_TRANSPORTS),
  baudRate: z.number().int().positive().nullable().describe('Null over TCP.'),
  unit: z.number().int().min(1).max(247),
  startedAt: z.string(),
  pollEveryMs: z.number().positive(),
  identification: z.record(z.string(), z.string()).nullable().describe('FC 43/14, as far as the device states it.'),
  ranges: z.array(rangeSchema).min(1).max(RANGES_MAX),
  refused: z.array(refusedSchema).max(65_536).describe('Addresses that answered with an exception when the ranges were looked for.'),
});

/**
 * Every further line: one answer. `t` is milliseconds since the first request, `r` an index of `ranges`, `ms` the time
 * from request to whole answer. `w` is left out when the words are those of the sample before it of that range.
 */
export const sampleSchema = z.union([
  z.strictObject({ ...asked, ms, w: z.array(word).optional() }),
  z.strictObject({ ...asked, ms, x: exceptionCode.describe('The exception it answered with.') }),
  z.strictObject({ ...asked, f: z.string().describe('No answer: timeout, corrupt or closed.') }),
]);

/** One line of a recording file, for the published schema. */
export const recordingLineSchema = z.union([recordingHeaderSchema, sampleSchema]);

export type RecordedRange = z.infer<typeof rangeSchema>;
export type RefusedRange = z.infer<typeof refusedSchema>;
export type RecordingHeader = z.infer<typeof recordingHeaderSchema>;
export type Sample = z.infer<typeof sampleSchema>;

/** A recording in memory. */
export interface Recording {
  readonly header: RecordingHeader;
  /** In order of `t`. */
  readonly samples: readonly Sample[];
}
