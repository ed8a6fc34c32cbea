/** How a value's bytes lie in registers. Without swaps: big-endian bytes, most significant register first. */
export interface WordOrder {
  readonly byteSwap: boolean;
  readonly wordSwap: boolean;
}

/**
 * The big-endian bytes of a value from its registers.
 * @param words - 16-bit values in the order of the wire; a missing one counts as 0.
 * @param wordCount - Registers to take.
 */
export function bytesOfWords(words: readonly number[], wordCount: number, { byteSwap, wordSwap }: WordOrder): Buffer {
  const bytes = Buffer.alloc(wordCount * 2);
  for (let index = 0; index < wordCount; index += 1) {
    const word = words[wordSwap ? wordCount - 1 - index : index] ?? 0;
    if (byteSwap) bytes.writeUInt16LE(word & 0xffff, index * 2);
    else bytes.writeUInt16BE(word & 0xffff, index * 2);
  }
  return bytes;
}

/** The reverse of `bytesOfWords`; `bytes` has an even length. */
export function wordsOfBytes(bytes: Buffer, { byteSwap, wordSwap }: WordOrder): number[] {
  const words: number[] = [];
  for (let position = 0; position < bytes.length; position += 2) {
    words.push(byteSwap ? bytes.readUInt16LE(position) : bytes.readUInt16BE(position));
  }
  return wordSwap ? words.toReversed() : words;
}
