import { RTU_FRAME_BYTES_MAX } from './limits.ts';
import { decodeRtu } from './rtu.ts';
import { hasAnyLength, rtuRequestLength, rtuResponseLength, type RtuLength } from './rtu-length.ts';
import type { UnitId } from './unit-id.ts';

export interface RtuFrame {
  readonly kind: 'frame';
  readonly unitId: UnitId;
  readonly pdu: Uint8Array;
  readonly byteCount: number;
  /** When the last byte arrived, or the chunk that held it. */
  readonly atMs: number;
}

/** `corrupt`: bytes that belong to no frame; one long stretch may come in several pieces. */
export type RtuFramerEvent = RtuFrame | { readonly kind: 'corrupt'; readonly bytes: Uint8Array; readonly atMs: number };

export interface RtuFramerOptions {
  /**
   * `silence`: a frame is what stands between two silences, as the standard has it; for lines whose timing is kept.
   * `length`: a frame also ends where its function code says it must and its CRC agrees; for USB adapters and
   * pseudo-terminals, which join frames and break them apart. Silence still ends what length alone cannot.
   */
  readonly framing: 'silence' | 'length';
  /** What comes along the line: a server hears requests, a client responses, a listener on a shared line either. */
  readonly direction: 'request' | 'response' | 'either';
  /** Silence that ends a frame, milliseconds: t3.5 of `rtuTiming`, or more where the carrier adds gaps of its own. */
  readonly silenceMs: number;
}

/** Turns bytes into frames. Owns no timer: the caller states the time and calls `tick` at `dueMs`. */
export interface RtuFramer {
  /**
   * Takes bytes that arrived at `atMs`, an instant of the caller's clock, which never goes back. The chunk must not change
   * afterwards: frames are views into it where possible.
   */
  push(chunk: Uint8Array, atMs: number): readonly RtuFramerEvent[];
  /** Ends what is held when the line has been silent long enough by `nowMs`; otherwise nothing happens. */
  tick(nowMs: number): readonly RtuFramerEvent[];
  /** When `tick` has something to do; undefined while nothing is held. */
  dueMs(): number | undefined;
  /** Forgets what is held: after the line was reopened. */
  reset(): void;
}

/** One byte more than a frame: enough to know that what is held is none. */
const GARBAGE_BYTES_MAX = RTU_FRAME_BYTES_MAX + 1;
/** Instants are floating-point numbers, so a timer set for the end of a silence may fire this much before it. */
const TOLERANCE_MS = 1e-6;
const NO_EVENTS: readonly RtuFramerEvent[] = [];

/**
 * A framer for one direction of one line; it holds at most 512 bytes between calls.
 * @see Modbus over Serial Line V1.02, section 2.5.1.1
 */
export function createRtuFramer({ framing, direction, silenceMs }: RtuFramerOptions): RtuFramer {
  let held: Uint8Array = new Uint8Array(0);
  let passed = 0;
  let lastByteMs = 0;
  const forget = (): void => {
    held = new Uint8Array(0);
    passed = 0;
  };
  const tick = (nowMs: number): readonly RtuFramerEvent[] => {
    if (held.length === 0 || nowMs - lastByteMs < silenceMs - TOLERANCE_MS) return NO_EVENTS;
    const events = framing === 'silence' ? [frameOrCorrupt(held, lastByteMs)] : lastFrames(held, passed, direction, lastByteMs);
    forget();
    return events;
  };
  const push = (chunk: Uint8Array, atMs: number): readonly RtuFramerEvent[] => {
    const ended = tick(atMs);
    if (chunk.length === 0) return ended;
    held = joined(held, chunk);
    lastByteMs = atMs;
    const scan = framing === 'silence' ? dropSurplus(held, 0, held.length, [], atMs) : framesByLength(held, passed, direction, atMs);
    held = held.subarray(scan.consumed);
    passed = framing === 'silence' ? 0 : scan.position - scan.consumed;
    return ended.length === 0 ? scan.events : [...ended, ...scan.events];
  };
  return { push, tick, dueMs: () => (held.length > 0 ? lastByteMs + silenceMs : undefined), reset: forget };
}

type Direction = RtuFramerOptions['direction'];
type Candidate = RtuFrame | 'more' | 'unknown' | undefined;

interface Scan {
  readonly events: readonly RtuFramerEvent[];
  /** Bytes accounted for by the events; the rest stays held. */
  readonly consumed: number;
  /** Where the next look for a frame begins; the bytes from `consumed` to here were passed over as the start of one. */
  readonly position: number;
}

/**
 * Decides from left to right, each position as soon as its own bytes allow, so that it does not matter into which chunks a
 * stream is cut. A position is passed over when the frame it would begin is complete and is none. Where a frame is due and
 * the function code tells no length, the silence is waited for; amid garbage such a position is passed over too.
 * Looking for frames inside garbage has its price: one position in 65,536 agrees by chance. With good timing prefer `silence`.
 */
function framesByLength(held: Uint8Array, passed: number, direction: Direction, atMs: number): Scan {
  const events: RtuFramerEvent[] = [];
  let consumed = 0;
  let position = passed;
  while (position < held.length) {
    const found = frameByLength(held, position, direction, atMs);
    const mayCome = held.length - position < RTU_FRAME_BYTES_MAX;
    if (mayCome && (found === 'more' || (found === 'unknown' && position === consumed))) break;
    if (typeof found !== 'object') {
      position += 1;
      continue;
    }
    if (position > consumed) events.push(corrupt(held.subarray(consumed, position), atMs));
    events.push(found);
    position += found.byteCount;
    consumed = position;
  }
  return dropSurplus(held, consumed, position, events, atMs);
}

/** The line fell silent: what is held may be one frame of unknown length, else whatever frames stand in it, else nothing. */
function lastFrames(held: Uint8Array, passed: number, direction: Direction, atMs: number): RtuFramerEvent[] {
  if (held.length === 0) return [];
  const whole = wholeFrame(held, atMs);
  if (whole !== undefined) return [whole];
  for (let position = passed; position < held.length; position += 1) {
    const found = frameByLength(held, position, direction, atMs);
    if (typeof found !== 'object') continue;
    const before = position === 0 ? [] : [corrupt(held.subarray(0, position), atMs)];
    return [...before, found, ...lastFrames(held.subarray(position + found.byteCount), 0, direction, atMs)];
  }
  return [corrupt(held, atMs)];
}

/** Lets go of garbage beyond what it takes to know that it is no frame, so that noise without silence fills no memory. */
function dropSurplus(held: Uint8Array, consumed: number, position: number, events: RtuFramerEvent[], atMs: number): Scan {
  const surplus = position - consumed - GARBAGE_BYTES_MAX;
  if (surplus <= 0) return { events, consumed, position };
  return { events: [...events, corrupt(held.subarray(consumed, consumed + surplus), atMs)], consumed: consumed + surplus, position };
}

/** The frame at `position`; `more` and `unknown` as for `RtuLength`; undefined when none begins here. */
function frameByLength(held: Uint8Array, position: number, direction: Direction, atMs: number): Candidate {
  if (direction === 'request') return frameOfLength(held, position, rtuRequestLength(held, position), atMs);
  if (direction === 'response') return frameOfLength(held, position, rtuResponseLength(held, position), atMs);
  const lengths = [rtuRequestLength(held, position), rtuResponseLength(held, position)].toSorted(shorterFirst);
  const found = lengths.map((length) => frameOfLength(held, position, length, atMs));
  return found.find((frame) => typeof frame === 'object') ?? (found.includes('more') ? 'more' : found[0]);
}

function frameOfLength(held: Uint8Array, position: number, length: RtuLength, atMs: number): Candidate {
  if (typeof length === 'string') return length;
  if (length > RTU_FRAME_BYTES_MAX) return undefined;
  if (held.length - position < length) return 'more';
  const frame = wholeFrame(held.subarray(position, position + length), atMs);
  return frame ?? (hasAnyLength(held, position) ? 'unknown' : undefined);
}

function wholeFrame(bytes: Uint8Array, atMs: number): RtuFrame | undefined {
  const decoded = decodeRtu(bytes);
  return decoded.kind === 'frame' ? { ...decoded, atMs } : undefined;
}

function frameOrCorrupt(bytes: Uint8Array, atMs: number): RtuFramerEvent {
  return wholeFrame(bytes, atMs) ?? corrupt(bytes, atMs);
}

function corrupt(bytes: Uint8Array, atMs: number): RtuFramerEvent {
  return { kind: 'corrupt', bytes, atMs };
}

/** Of two lengths the shorter is decided first, because its bytes are there first. */
function shorterFirst(a: RtuLength, b: RtuLength): number {
  return (typeof a === 'number' ? a : Infinity) - (typeof b === 'number' ? b : Infinity) || 0;
}

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return chunk;
  const bytes = new Uint8Array(held.length + chunk.length);
  bytes.set(held);
  bytes.set(chunk, held.length);
  return bytes;
}
