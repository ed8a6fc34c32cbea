import type { Piece } from './modbus-fault.ts';

/** All bytes of a frame in one piece, which leaves when the first would have; what other faults split is joined again. */
export function wholeFrame(pieces: readonly Piece[]): Piece {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  return { bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)), afterMs: pieces.reduce((sum, { afterMs }) => sum + afterMs, 0) };
}

/** The frame with other bytes, at the same time. */
export function rewritten(pieces: readonly Piece[], rewrite: (bytes: Uint8Array) => Uint8Array): Piece[] {
  const { bytes, afterMs } = wholeFrame(pieces);
  return [{ bytes: rewrite(bytes), afterMs }];
}
