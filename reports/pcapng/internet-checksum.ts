/**
 * The checksum of IPv4 and TCP: the one's complement of the one's complement sum of all 16-bit words; an odd byte at the
 * end of a part counts as the upper half of a word. A range that holds its own right checksum gives 0.
 * @param parts - Summed as if each began at an even offset; below 100 MB together, so that the sum stays exact.
 * @see RFC 1071, section 1
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    const evenBytes = part.length - (part.length % 2);
    // An index loop, because a capture sums every byte that passes.
    for (let index = 0; index < evenBytes; index += 2) sum += ((part[index] ?? 0) << 8) + (part[index + 1] ?? 0);
    if (evenBytes < part.length) sum += (part[evenBytes] ?? 0) << 8;
  }
  // The carries out of 16 bits are added again, until there are none.
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}
