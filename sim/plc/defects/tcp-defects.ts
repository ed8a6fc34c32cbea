import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import { tcpFrames } from './defective-link.ts';
import { sendsFramesWrongly, takesFramesWrongly, type ModbusDefect } from './modbus-defect.ts';
import { withByte, word } from './pdu-bytes.ts';

const HEADER_BYTES = 7;
const LENGTH_MAX = 254;
const SIXTEEN = 16;
/** A frame of a read. */
const READ_BYTES = 12;

/** Whether a chunk is one whole frame. */
function isWhole(chunk: Uint8Array): boolean {
  return chunk.length > HEADER_BYTES && word(chunk, 2) === 0 && word(chunk, 4) <= LENGTH_MAX && chunk.length >= 6 + word(chunk, 4);
}

/** Defects of MBAP headers, framing and connections. */
export const TCP_DEFECTS: readonly ModbusDefect[] = [
  sendsFramesWrongly('keeps-eight-bits-of-transaction-ids', 'its answers keep the low byte of the transaction id', (frame) => withByte(frame, 0, 0)),
  takesFramesWrongly('ignores-protocol-ids', 'it takes requests with any protocol id', (chunk) => [withByte(withByte(chunk, 2, 0), 3, 0)]),
  sendsFramesWrongly('answers-exceptions-as-unit-0', 'its exceptions carry unit id 0', (frame) => (((frame[HEADER_BYTES] ?? 0) & 0x80) === 0 ? frame : withByte(frame, 6, 0))),
  takesFramesWrongly('takes-segments-for-messages', 'it drops segments that are no whole request', (chunk) => (isWhole(chunk) ? [chunk] : [])),
  {
    id: 'stalls-after-short-headers',
    does: 'a header with length 0 or 1 is the last thing that it hears on a connection',
    links: () => () => {
      let isDeaf = false;
      return {
        incoming: (chunk) => {
          isDeaf ||= chunk.length >= 6 && word(chunk, 4) < 2;
          return isDeaf ? [] : [chunk];
        },
      };
    },
  },
  takesFramesWrongly('ignores-lengths', 'it takes requests by their function code, whatever their length says', (chunk) =>
    chunk.length > 12 && word(chunk, 4) > LENGTH_MAX ? [withByte(withByte(chunk.slice(0, 12), 4, 0), 5, 6)] : [chunk],
  ),
  {
    id: 'closes-all-for-one',
    does: 'a broken request on one connection ends all of them',
    links: () => {
      const links = new Set<ByteLink>();
      return (link) => {
        links.add(link);
        void link.closed.then(() => links.delete(link));
        return {
          incoming: (chunk) => {
            if (!isWhole(chunk)) for (const each of links) each.destroy();
            return [chunk];
          },
        };
      };
    },
  },
  {
    id: 'delimits-messages-by-function',
    does: 'it takes a read for 12 bytes, whatever its length says, and the bytes behind for the beginning of the next request',
    links: () => () => {
      let isShifted = false;
      return {
        incoming: (chunk) => {
          const wasShifted = isShifted;
          isShifted = chunk.length > READ_BYTES && (chunk[HEADER_BYTES] ?? 0) <= 4;
          if (wasShifted) return [];
          return [isShifted ? withByte(chunk.slice(0, READ_BYTES), 5, READ_BYTES - 6) : chunk];
        },
      };
    },
  },
  takesFramesWrongly('answers-one-request-a-segment', 'it hears the first request of a segment only', (chunk) => tcpFrames(chunk).slice(0, 1)),
  takesFramesWrongly('answers-sixteen-requests-at-most', 'it forgets requests when more than 16 come at once', (chunk) => tcpFrames(chunk).slice(0, SIXTEEN)),
  takesFramesWrongly('knows-its-own-unit-only', 'it does not answer unit ids 0 and 255', (chunk) => (chunk[6] === 0 || chunk[6] === 255 ? [] : [chunk])),
  {
    id: 'serves-one-connection',
    does: 'it cuts every connection but the first',
    links: () => {
      let served: ByteLink | undefined;
      return (link) => {
        if (served === undefined) {
          served = link;
          void link.closed.then(() => (served = undefined));
        } else link.destroy();
        return {};
      };
    },
  },
];
