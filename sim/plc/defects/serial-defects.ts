import { decodeAscii, encodeAscii } from '../../../hil/protocols/modbus/ascii.ts';
import { crc16Modbus } from '../../../hil/protocols/modbus/crc16.ts';
import { rtuRequestLength } from '../../../hil/protocols/modbus/rtu-length.ts';
import { decodeRtu, encodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { unitId, type UnitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { sendsFramesWrongly, takesFramesWrongly, type DefectCarrier, type ModbusDefect } from './modbus-defect.ts';
import { pduOf } from './pdu-bytes.ts';

const FRAME_BYTES_MAX = 256;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
/** Where the defective device is. */
const OWN_UNIT = unitId(1);

/** The frame as if it were for the device itself, when `isMeant` takes its unit id; else as it is. */
function readdressed(chunk: Uint8Array, carrier: DefectCarrier, isMeant: (unit: UnitId) => boolean): Uint8Array {
  const decoded = carrier === 'rtu' ? decodeRtu(chunk) : decodeAscii(chunk);
  if (decoded.kind !== 'frame' || !isMeant(decoded.unitId)) return chunk;
  return carrier === 'rtu' ? encodeRtu(OWN_UNIT, decoded.pdu) : encodeAscii(OWN_UNIT, decoded.pdu);
}

const isForOthers = (unit: UnitId): boolean => unit !== OWN_UNIT && unit !== 0;

/** The same bytes with the check value that they ought to have. */
function withGoodCheck(chunk: Uint8Array, carrier: DefectCarrier): Uint8Array {
  if (carrier === 'rtu') {
    if (chunk.length < 4) return chunk;
    const crc = crc16Modbus(chunk, 0, chunk.length - 2);
    return Uint8Array.of(...chunk.subarray(0, -2), crc & 0xff, crc >>> 8);
  }
  const bytes = Buffer.from(Buffer.from(chunk).toString('latin1').slice(1, -2), 'hex');
  return bytes.length < 3 ? chunk : encodeAscii(unitId(bytes[0] ?? 0), bytes.subarray(1, -1));
}

/** A read that the device answers. */
const ANY_READ = pduOf(3, 0, 1);

/** Defects of RTU and ASCII frames. */
export const SERIAL_DEFECTS: readonly ModbusDefect[] = [
  takesFramesWrongly('answers-for-every-unit', 'it takes requests for other units as its own', (chunk, carrier) => [readdressed(chunk, carrier, isForOthers)]),
  {
    id: 'executes-for-every-unit',
    does: 'it executes requests for other units, and does not answer them',
    links: (carrier) => () => {
      let isForeign = false;
      return {
        incoming: (chunk) => {
          const frame = readdressed(chunk, carrier, isForOthers);
          isForeign = frame !== chunk;
          return [frame];
        },
        outgoing: (frame) => (isForeign ? [] : [frame]),
      };
    },
  },
  takesFramesWrongly('answers-broadcasts', 'it answers what is sent to all', (chunk, carrier) => [readdressed(chunk, carrier, (unit) => unit === 0)]),
  takesFramesWrongly('ignores-check-values', 'it takes frames with any check value', (chunk, carrier) => [withGoodCheck(chunk, carrier)]),
  takesFramesWrongly('takes-crc-either-way', 'it takes a CRC with its bytes in either order', (chunk) => {
    const swapped = Uint8Array.of(...chunk.subarray(0, -2), ...chunk.subarray(-2).toReversed());
    return [decodeRtu(swapped).kind === 'frame' ? swapped : chunk];
  }),
  takesFramesWrongly('delimits-frames-by-function', 'it takes what its function code asks for and drops the rest', (chunk) => {
    const length = rtuRequestLength(chunk);
    return [typeof length === 'number' ? chunk.slice(0, length) : chunk];
  }),
  {
    id: 'stays-deaf-after-noise',
    does: 'it drops the frame after bytes that are none',
    links: () => () => {
      let isDeaf = false;
      return {
        incoming: (chunk) => {
          const wasDeaf = isDeaf;
          isDeaf = decodeRtu(chunk).kind !== 'frame';
          return wasDeaf ? [] : [chunk];
        },
      };
    },
  },
  {
    id: 'joins-torn-frames',
    does: 'it waits for the rest of a frame, however long that takes',
    links: () => () => {
      let held: Uint8Array = new Uint8Array(0);
      return {
        incoming: (chunk) => {
          held = Uint8Array.of(...held, ...chunk);
          if (decodeRtu(held).kind !== 'frame') return [];
          const frame = held;
          held = new Uint8Array(0);
          return [frame];
        },
      };
    },
  },
  takesFramesWrongly('takes-long-frames', 'it answers frames of more than 256 bytes', (chunk) => [chunk.length > FRAME_BYTES_MAX ? encodeRtu(OWN_UNIT, ANY_READ) : chunk]),
  sendsFramesWrongly('writes-lower-case', 'it writes its digits in lower case', (frame) => Uint8Array.from(Buffer.from(Buffer.from(frame).toString('latin1').toLowerCase(), 'latin1'))),
  takesFramesWrongly('ignores-colons', 'it does not begin anew at a colon', (chunk) => [chunk.filter((character, index) => character !== COLON || index === 0)]),
  {
    id: 'bears-any-gap',
    does: 'it waits for the rest of an ASCII frame, however long that takes',
    links: () => () => {
      let held: Uint8Array = new Uint8Array(0);
      return {
        incoming: (chunk) => {
          held = Uint8Array.of(...held, ...chunk);
          if (held.at(-1) !== LINE_FEED) return [];
          const frame = held;
          held = new Uint8Array(0);
          return [frame];
        },
      };
    },
  },
  takesFramesWrongly('takes-bad-digits', 'it makes something of frames that are none', (chunk) => [decodeAscii(chunk).kind === 'corrupt' ? encodeAscii(OWN_UNIT, ANY_READ) : chunk]),
];
