import { ASCII_COLON, ASCII_LINE_FEED } from '../../../hil/protocols/modbus/ascii.ts';
import { decodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { rtuResponseLength, type RtuLength } from '../../../hil/protocols/modbus/rtu-length.ts';
import type { FrameCutter } from '../../framework/case-wire.ts';
import type { Carrier } from './carrier.ts';

/** Transaction id, protocol id and length; the length counts what follows. */
const UNCOUNTED_BYTES = 6;
const LENGTH_MAX = 254;
/** Characters of an ASCII frame may come a second apart; then it is over, whatever it is. */
const ASCII_GAP_MS = 1_000;

/**
 * Cuts what a server sends, or a client.
 * @param frameGapMs - Silence on an RTU line after which a frame is over.
 * @param lengthOf - Length of an RTU frame from its first bytes: of answers by default.
 */
export function createModbusCutter(carrier: Carrier, frameGapMs: number, lengthOf: (bytes: Uint8Array) => RtuLength = rtuResponseLength): FrameCutter {
  if (carrier === 'tcp') return cutter(tcpFrameBytes, undefined);
  return carrier === 'rtu' ? cutter((held) => rtuFrameBytes(held, lengthOf), frameGapMs) : cutter(asciiFrameBytes, ASCII_GAP_MS);
}

/** @param frameBytes - Bytes of the frame that the bytes begin with; 0 while it is not whole. */
function cutter(frameBytes: (held: Uint8Array) => number, quietMs: number | undefined): FrameCutter {
  let held: Uint8Array = new Uint8Array(0);
  const takeRest = (): Uint8Array => {
    const rest = held;
    held = new Uint8Array(0);
    return rest;
  };
  const push = (chunk: Uint8Array): Uint8Array[] => {
    held = Uint8Array.of(...held, ...chunk);
    const frames: Uint8Array[] = [];
    for (let byteCount = frameBytes(held); byteCount > 0; byteCount = frameBytes(held)) {
      frames.push(held.subarray(0, byteCount));
      held = held.subarray(byteCount);
    }
    return frames;
  };
  return { push, takeRest, ...(quietMs === undefined ? {} : { quietMs }) };
}

/** The length alone delimits messages; one that is too large makes all the rest one frame that is none. */
function tcpFrameBytes(held: Uint8Array): number {
  if (held.length < UNCOUNTED_BYTES) return 0;
  const length = ((held[4] ?? 0) << 8) | (held[5] ?? 0);
  if (length > LENGTH_MAX) return held.length;
  return held.length >= UNCOUNTED_BYTES + length ? UNCOUNTED_BYTES + length : 0;
}

/**
 * What ends where its function code says and has the right CRC needs no silence after it. Bytes behind that spoil the frame,
 * so then, and in all other cases, silence decides.
 */
function rtuFrameBytes(held: Uint8Array, lengthOf: (bytes: Uint8Array) => RtuLength): number {
  return lengthOf(held) === held.length && decodeRtu(held).kind === 'frame' ? held.length : 0;
}

/** From a colon to LF; what stands before a colon is a frame that is none. */
function asciiFrameBytes(held: Uint8Array): number {
  const colon = held.indexOf(ASCII_COLON, 1);
  const end = held.indexOf(ASCII_LINE_FEED);
  if (colon > 0 && (end < 0 || colon < end)) return colon;
  return end < 0 ? 0 : end + 1;
}
