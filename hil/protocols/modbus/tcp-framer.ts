import { TCP_FRAME_BYTES_MAX } from './limits.ts';
import { decodeTcp, type TcpDecode } from './tcp.ts';

export type TcpFrame = Extract<TcpDecode, { kind: 'frame' }>;

/** `corrupt` with `lost`: the stream can no longer be followed; the framer takes no more bytes. */
export type TcpFramerEvent = TcpFrame | { readonly kind: 'corrupt'; readonly because: string; readonly lost: boolean };

/** Turns the byte stream of one connection into frames, however it was segmented. */
export interface TcpFramer {
  /** Takes the next bytes. They must not change afterwards: frames are views into them where possible. */
  push(chunk: Uint8Array): TcpFramerEvent[];
  /** Bytes of a frame that is not complete yet, below 260. */
  heldBytes(): number;
}

/** @see MODBUS Messaging on TCP/IP V1.0b, section 3.1.2: one segment may hold several frames, one frame several segments. */
export function createTcpFramer(): TcpFramer {
  const partial = new Uint8Array(TCP_FRAME_BYTES_MAX);
  let partialBytes = 0;
  let lost = false;
  return {
    heldBytes: () => partialBytes,
    push: (chunk) => {
      const events: TcpFramerEvent[] = [];
      const bytes = partialBytes === 0 ? chunk : joined(partial, partialBytes, chunk);
      let start = 0;
      while (start < bytes.length && !lost) {
        const decoded = decodeTcp(bytes, start);
        if (decoded.kind === 'incomplete') break;
        if (decoded.kind === 'frame') {
          events.push(decoded);
          start += decoded.byteCount;
        } else {
          lost = decoded.skipBytes === 0;
          events.push({ kind: 'corrupt', because: decoded.because, lost });
          start += decoded.skipBytes;
        }
      }
      partialBytes = lost ? 0 : bytes.length - start;
      partial.set(bytes.subarray(bytes.length - partialBytes));
      return events;
    },
  };
}

function joined(partial: Uint8Array, partialBytes: number, chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(partialBytes + chunk.length);
  bytes.set(partial.subarray(0, partialBytes));
  bytes.set(chunk, partialBytes);
  return bytes;
}
