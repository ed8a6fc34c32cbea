import { createAsciiFramer, type AsciiFramerEvent } from '../../hil/protocols/modbus/ascii-framer.ts';
import { encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { createRtuFramer, type RtuFramerEvent } from '../../hil/protocols/modbus/rtu-framer.ts';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { decodeTcp, encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import type { FrameDirection, Framing, ModbusMessage } from './modbus-fault.ts';

/** A frame, or bytes that are none and pass as they are. */
export type ReadFrame = { readonly kind: 'frame'; readonly message: ModbusMessage } | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** Finds the frames in one direction of one line. Owns no timer: the caller states the time and calls `tick` at `dueMs`. */
export interface FrameReader {
  push(chunk: Uint8Array, atMs: number): ReadFrame[];
  tick(nowMs: number): ReadFrame[];
  /** When `tick` has something to do; undefined while it has not. */
  dueMs(): number | undefined;
  /** In ASCII mode frames may end in this character too, from now on. */
  alsoEndsWith(character: number): void;
}

/** @param silenceMs - Silence that ends an RTU frame of unknown length; not used by the others. */
export function createFrameReader(framing: Framing, direction: FrameDirection, silenceMs: number): FrameReader {
  switch (framing) {
    case 'tcp':
      return tcpReader();
    case 'rtu':
      return rtuReader(direction, silenceMs);
    case 'ascii':
      return asciiReader();
  }
}

/** The bytes of a frame. @param transactionId - On TCP where the message has none. */
export function encodeFrame(framing: Framing, { unit, pdu, transactionId, endCharacter }: ModbusMessage, fallbackId = 0): Uint8Array {
  switch (framing) {
    case 'tcp':
      return encodeTcp(transactionId ?? fallbackId, unitId(unit), pdu);
    case 'rtu':
      return encodeRtu(unitId(unit), pdu);
    case 'ascii':
      return encodeAscii(unitId(unit), pdu, endCharacter);
  }
}

function tcpReader(): FrameReader {
  let held = new Uint8Array(0);
  let isLost = false;
  return {
    push(chunk) {
      if (isLost) return [{ kind: 'raw', bytes: chunk }];
      const frames: ReadFrame[] = [];
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      let start = 0;
      for (;;) {
        const decoded = decodeTcp(bytes, start);
        if (decoded.kind === 'incomplete') break;
        if (decoded.kind === 'frame') {
          const { unitId: unit, pdu, transactionId, byteCount } = decoded;
          frames.push({ kind: 'frame', message: { unit, pdu, transactionId } });
          start += byteCount;
          continue;
        }
        // Whoever gets it decides what a frame that is none deserves.
        isLost = decoded.skipBytes === 0;
        const end = isLost ? bytes.length : start + decoded.skipBytes;
        frames.push({ kind: 'raw', bytes: bytes.subarray(start, end) });
        start = end;
        if (isLost) break;
      }
      // Less than one frame, and a copy: the chunk may be large.
      held = new Uint8Array(bytes.subarray(start));
      return frames;
    },
    tick: () => [],
    dueMs: () => undefined,
    alsoEndsWith: () => undefined,
  };
}

function rtuReader(direction: FrameDirection, silenceMs: number): FrameReader {
  const framer = createRtuFramer({ framing: 'length', direction, silenceMs });
  return {
    push: (chunk, atMs) => framer.push(chunk, atMs).map(readRtu),
    tick: (nowMs) => framer.tick(nowMs).map(readRtu),
    dueMs: () => framer.dueMs(),
    alsoEndsWith: () => undefined,
  };
}

function readRtu(event: RtuFramerEvent): ReadFrame {
  if (event.kind === 'corrupt') return { kind: 'raw', bytes: event.bytes };
  return { kind: 'frame', message: { unit: event.unitId, pdu: event.pdu, transactionId: undefined } };
}

/** Characters outside of frames, and those of frames whose LRC is wrong, do not pass: nobody would take them. */
function asciiReader(): FrameReader {
  const framer = createAsciiFramer();
  return {
    push: (chunk, atMs) => framer.push(chunk, atMs).flatMap(readAscii),
    tick: () => [],
    dueMs: () => undefined,
    alsoEndsWith: (character) => framer.addEndCharacter(character),
  };
}

function readAscii(event: AsciiFramerEvent): ReadFrame[] {
  if (event.kind === 'corrupt') return [];
  return [{ kind: 'frame', message: { unit: event.unitId, pdu: event.pdu, transactionId: undefined, endCharacter: event.endCharacter } }];
}
