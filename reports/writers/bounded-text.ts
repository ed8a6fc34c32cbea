/** A text made line by line that never passes its bound, and counts what it had to leave out. */
export interface BoundedText {
  /** False, and nothing added, when the line does not fit. */
  add(line: string): boolean;
  /** Adds the items while they fit, then one line from `leftOut` that says how many did not. */
  addAll<Item>(items: readonly Item[], line: (item: Item) => string, leftOut: (count: number) => string): void;
  toBytes(): Uint8Array;
}

/**
 * @param bytesMax - Bound on the UTF-8 bytes, line feeds included.
 * @param lastWordsBytes - Kept free for the lines that say what was left out.
 */
export function boundedText(bytesMax: number, lastWordsBytes: number): BoundedText {
  const encoder = new TextEncoder();
  const lines: Uint8Array[] = [];
  let bytes = 0;
  const addWithin = (line: string, limit: number): boolean => {
    const encoded = encoder.encode(`${line}\n`);
    if (bytes + encoded.length > limit) return false;
    bytes += encoded.length;
    lines.push(encoded);
    return true;
  };
  const add = (line: string): boolean => addWithin(line, bytesMax - lastWordsBytes);
  return {
    add,
    addAll(items, line, leftOut) {
      const fitting = items.findIndex((item) => !add(line(item)));
      if (fitting !== -1) addWithin(leftOut(items.length - fitting), bytesMax);
    },
    toBytes() {
      const joined = new Uint8Array(bytes);
      let offset = 0;
      for (const line of lines) {
        joined.set(line, offset);
        offset += line.length;
      }
      return joined;
    },
  };
}
