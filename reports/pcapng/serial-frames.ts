import { crc16Modbus } from '../../hil/protocols/modbus/crc16.ts';
import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { TappedLine, WireSide } from '../../hil/transport/wire-tap.ts';

/** Pseudo-terminals and USB adapters tear frames apart; a silence below this is not yet the end of one, milliseconds. */
export const SERIAL_GAP_MS = 20;
/** Unit id, function code and CRC (Modbus over Serial Line V1.02, section 2.5.1). */
const RTU_FRAME_BYTES_MIN = 4;
/** An ASCII frame has 513 characters at most; more than this is no frame, and is handed on as it is. */
const HELD_BYTES_MAX = 1_024;
const LINE_FEED = 0x0a;

export interface SerialFrame {
  readonly from: WireSide | undefined;
  readonly bytes: Uint8Array;
  /** When its last byte came (`Clock.nowMs`). */
  readonly atMs: number;
}

/** Puts the pieces that a serial line delivers together into frames. */
export interface SerialFrames {
  push(from: WireSide | undefined, bytes: Uint8Array): void;
  /** Hands on what is held: the line is closed. */
  end(): void;
}

/**
 * A frame ends where its CRC agrees (RTU) or at the line feed (ASCII), when the other side begins, or after
 * `SERIAL_GAP_MS` of silence: what a fault has spoiled is kept too, as it is.
 */
export function createSerialFrames(framing: TappedLine['framing'], clock: Clock, emit: (frame: SerialFrame) => void): SerialFrames {
  let held: Uint8Array = new Uint8Array(0);
  let heldFrom: WireSide | undefined;
  let atMs = 0;
  let silence: Timer | undefined;
  const end = (): void => {
    silence?.cancel();
    silence = undefined;
    if (held.length === 0) return;
    const frame = { from: heldFrom, bytes: held, atMs };
    held = new Uint8Array(0);
    emit(frame);
  };
  return {
    push(from, bytes) {
      if (from !== heldFrom) end();
      silence?.cancel();
      heldFrom = from;
      atMs = clock.nowMs();
      held = Buffer.concat([held, bytes]);
      if (isWhole(framing, held) || held.length > HELD_BYTES_MAX) end();
      else silence = clock.setTimer(SERIAL_GAP_MS, end);
    },
    end,
  };
}

function isWhole(framing: TappedLine['framing'], bytes: Uint8Array): boolean {
  if (framing === 'ascii') return bytes.at(-1) === LINE_FEED;
  return bytes.length >= RTU_FRAME_BYTES_MIN && crc16Modbus(bytes) === 0;
}
