/**
 * Told of one packet that lies in `bytes` only for the length of the call.
 * @param firstByte - Type in the high four bits, flags in the low ones.
 * @param bodyStart - Where the fixed header ends. @param end - Where the packet ends.
 */
export type PacketVisitor = (firstByte: number, bytes: Uint8Array, bodyStart: number, end: number) => void;

const NOTHING = new Uint8Array(0);

/**
 * Finds the packets in what a server sends, in place: no object for a packet, no copy but of one that comes in two pieces.
 * It checks nothing, because it stands where the load comes from; `hil/protocols/mqtt` decodes.
 * @see MQTT 3.1.1 section 2.2, MQTT 5.0 section 2.1
 */
export class PacketScanner {
  /** The beginning of a packet whose end has not come. */
  #held = NOTHING;

  /** Takes the first `count` bytes of a buffer that may be used again afterwards. */
  push(chunk: Uint8Array, count: number, visit: PacketVisitor): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk.subarray(0, count)]);
    const end = this.#held.length + count;
    const rest = scan(bytes, end, visit);
    // Uint8Array's own `slice` copies; that of a Buffer would be a view of memory that is read into again.
    this.#held = rest === end ? NOTHING : Uint8Array.prototype.slice.call(bytes, rest, end);
  }
}

/** @returns where the first packet begins that is not whole. */
function scan(bytes: Uint8Array, end: number, visit: PacketVisitor): number {
  let start = 0;
  while (end - start >= 2) {
    let at = start + 1;
    let remaining = 0;
    let shift = 0;
    let byte = 0x80;
    while (byte >= 0x80 && at < end) {
      byte = bytes[at] ?? 0;
      remaining |= (byte & 0x7f) << shift;
      shift += 7;
      at += 1;
    }
    if (byte >= 0x80 || at + remaining > end) return start;
    visit(bytes[start] ?? 0, bytes, at, at + remaining);
    start = at + remaining;
  }
  return start;
}
