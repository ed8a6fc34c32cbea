import { closeSync, openSync, writeSync } from 'node:fs';
import { FieldproofError, messageOf } from '../../runtime/errors.ts';
import type { RigRead } from '../rig-line.ts';
import { SAMPLES_MAX, type RecordingHeader, type Sample } from './recording-format.ts';

/** Writes a recording line by line, so that a recorder that is killed leaves what it has seen. */
export interface RecordingWriter {
  /** @returns false when the recording is full. @param t - Milliseconds since the first request. */
  add(t: number, range: number, read: RigRead): boolean;
  close(): void;
}

/** @throws FieldproofError FP_FILE_UNREADABLE when the file cannot be written. */
export function createRecording(file: string, header: RecordingHeader): RecordingWriter {
  let fd: number;
  try {
    fd = openSync(file, 'w');
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot write ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
  const lastWords = new Map<number, string>();
  let samples = 0;
  const line = (value: RecordingHeader | Sample): void => void writeSync(fd, `${JSON.stringify(value)}\n`);
  line(header);
  return {
    add: (t, range, read) => {
      if (samples >= SAMPLES_MAX) return false;
      samples += 1;
      line(sampleOf(rounded(t), range, read, lastWords));
      return true;
    },
    close: () => closeSync(fd),
  };
}

function sampleOf(t: number, r: number, read: RigRead, lastWords: Map<number, string>): Sample {
  if (read.kind === 'exception') return { t, r, ms: rounded(read.ms), x: read.code };
  if (read.kind !== 'words') return { t, r, f: read.kind };
  const words = read.words.join(',');
  const isSame = lastWords.get(r) === words;
  lastWords.set(r, words);
  return isSame ? { t, r, ms: rounded(read.ms) } : { t, r, ms: rounded(read.ms), w: [...read.words] };
}

/** Microseconds are as fine as the clock is worth. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
