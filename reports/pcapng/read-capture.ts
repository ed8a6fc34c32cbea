import { closeSync, openSync, readSync } from 'node:fs';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { OPTION_BYTES_MAX } from './pcapng-option.ts';
import { PACKET_BYTES_MAX } from './pcapng-blocks.ts';

/** A block as it stands in the file, both lengths included. */
export interface CaptureBlock {
  readonly type: number;
  /** The whole block; it may be changed in place. */
  readonly bytes: Buffer;
}

/** No block that we write is longer: a packet with its comment. */
const BLOCK_BYTES_MAX = PACKET_BYTES_MAX + OPTION_BYTES_MAX + 1_024;
const BLOCK_BYTES_MIN = 12;
const READ_BYTES = 1_048_576;

/**
 * The blocks of a capture that this program wrote (little-endian), one after another, in constant memory. Ends quietly at
 * a block that is not there in whole or makes no sense: that is where a killed writer stopped.
 * @throws FieldproofError FP_FILE_UNREADABLE when the file cannot be read.
 */
export function* readCaptureBlocks(path: string): Generator<CaptureBlock, void, undefined> {
  const file = guarded(path, () => openSync(path, 'r'));
  try {
    let held: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(READ_BYTES);
      const byteCount = guarded(path, () => readSync(file, chunk));
      held = held.length === 0 ? chunk.subarray(0, byteCount) : Buffer.concat([held, chunk.subarray(0, byteCount)]);
      let start = 0;
      for (;;) {
        const length = blockLength(held, start);
        if (length === 'nonsense') return;
        if (length === 'incomplete') break;
        yield { type: held.readUInt32LE(start), bytes: held.subarray(start, start + length) };
        start += length;
      }
      if (byteCount === 0) return;
      held = held.subarray(start);
    }
  } finally {
    closeSync(file);
  }
}

function blockLength(bytes: Buffer, start: number): number | 'incomplete' | 'nonsense' {
  if (bytes.length - start < BLOCK_BYTES_MIN) return 'incomplete';
  const length = bytes.readUInt32LE(start + 4);
  if (length % 4 !== 0 || length < BLOCK_BYTES_MIN || length > BLOCK_BYTES_MAX) return 'nonsense';
  if (bytes.length - start < length) return 'incomplete';
  return bytes.readUInt32LE(start + length - 4) === length ? length : 'nonsense';
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot read the capture ${path}: ${messageOf(cause)}`, { cause, place: { file: path } });
  }
}
