/** Bytes of one connection, cut at packet borders and not looked into: for whoever also has to see what is malformed. */
export interface PacketCutter {
  /**
   * @returns Whole packets in order, as they came. When a remaining length cannot be read (a fifth byte of it), nobody can
   * know where that packet ends: from there on all bytes are given as they come.
   */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** The unfinished rest, taken out. */
  takeRest(): Uint8Array;
}

const EMPTY = new Uint8Array(0);

/**
 * @param packetBytesMax - A packet that announces more is given as it comes, like one without an end.
 * @see MQTT 3.1.1 section 2.2.3, MQTT 5.0 section 2.1.4
 */
export function createPacketCutter(packetBytesMax = 268_435_460): PacketCutter {
  let parts: Uint8Array[] = [];
  /** Bytes in `parts`. */
  let heldBytes = 0;
  let lost = false;
  /** Bytes needed before it is worth looking again: a large packet in many chunks is joined once. */
  let needed = 2;
  return {
    push: (chunk) => {
      if (lost) return [chunk];
      parts.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < needed) return [];
      const packets: Uint8Array[] = [];
      let rest = join(parts);
      for (;;) {
        const size = packetSize(rest);
        if (size === 'unreadable' || (size !== 'unknown' && size > packetBytesMax)) {
          lost = true;
          packets.push(rest);
          rest = EMPTY;
          break;
        }
        needed = size === 'unknown' ? rest.length + 1 : size;
        if (rest.length < needed) break;
        packets.push(rest.subarray(0, needed));
        rest = rest.subarray(needed);
      }
      parts = rest.length === 0 ? [] : [rest];
      heldBytes = rest.length;
      return packets;
    },
    takeRest: () => {
      const rest = join(parts);
      parts = [];
      heldBytes = 0;
      needed = 2;
      return rest;
    },
  };
}

/** Bytes of the packet that begins here, fixed header included. */
function packetSize(bytes: Uint8Array): number | 'unknown' | 'unreadable' {
  let remaining = 0;
  for (let index = 1; index <= 4; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return 'unknown';
    remaining += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) return 1 + index + remaining;
  }
  return 'unreadable';
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return parts.length === 0 ? EMPTY : new Uint8Array(Buffer.concat(parts));
}
