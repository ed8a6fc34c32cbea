import { readFileSync, statSync } from 'node:fs';
import { FieldproofError, messageOf } from '../../runtime/errors.ts';
import type { z } from '../../runtime/schema.ts';
import { RECORDING_BYTES_MAX, recordingHeaderSchema, SAMPLES_MAX, sampleSchema, type Recording, type Sample } from './recording-format.ts';

/**
 * Reads a recording. A last line without its end is left out: that is what a killed recorder leaves.
 * @throws FieldproofError FP_FILE_UNREADABLE, FP_LIMIT, FP_RIG_RECORDING with file and line.
 */
export function readRecording(file: string): Recording {
  const text = readBounded(file);
  const lines = text.split('\n');
  lines.pop();
  const header = parsed(recordingHeaderSchema, lines[0] ?? '', file, 1);
  if (lines.length - 1 > SAMPLES_MAX) {
    throw new FieldproofError('FP_LIMIT', `${file} holds ${lines.length - 1} samples; the bound is ${SAMPLES_MAX}`, { place: { file } });
  }
  const samples = lines.slice(1).map((line, index) => parsed(sampleSchema, line, file, index + 2));
  checkOrder(samples, header.ranges.length, file);
  if (!samples.some((sample) => 'w' in sample)) throw new FieldproofError('FP_RIG_RECORDING', 'the recording holds no answer with values', { place: { file } });
  return { header, samples };
}

function checkOrder(samples: readonly Sample[], ranges: number, file: string): void {
  let lastMs = 0;
  const began = new Set<number>();
  for (const [index, sample] of samples.entries()) {
    const place = { file, line: index + 2 };
    if (sample.t < lastMs) throw new FieldproofError('FP_RIG_RECORDING', `t ${sample.t} is before the line above`, { place });
    if (sample.r >= ranges) throw new FieldproofError('FP_RIG_RECORDING', `range ${sample.r} is not among the ${ranges} of the header`, { place });
    lastMs = sample.t;
    if ('f' in sample || 'x' in sample) continue;
    if (sample.w === undefined && !began.has(sample.r)) throw new FieldproofError('FP_RIG_RECORDING', `the first values of range ${sample.r} are missing`, { place });
    began.add(sample.r);
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, line: string, file: string, number: number): z.infer<Schema> {
  const result = schema.safeParse(jsonOf(line));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue?.path.map(String).join('.') ?? '';
  const what = number === 1 ? 'this is no recording header' : 'this is no sample';
  throw new FieldproofError('FP_RIG_RECORDING', `${what}: ${issue?.message ?? 'not valid'}`, { place: { file, line: number, ...(key === '' ? {} : { key }) } });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not JSON: the schema says that it is nothing it knows.
    return undefined;
  }
}

function readBounded(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > RECORDING_BYTES_MAX) throw new FieldproofError('FP_LIMIT', `${file} has ${size} bytes; the bound is ${RECORDING_BYTES_MAX}`, { place: { file } });
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof FieldproofError) throw cause;
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}
