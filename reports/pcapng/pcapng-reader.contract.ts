/** One block of a capture, taken apart. */
export interface ReadBlock {
  readonly type: number;
  /** Between the two lengths: fixed fields, data, options. */
  readonly body: Buffer;
}

/** Takes a little-endian capture apart, trusting nothing. @throws Error when lengths do not agree. */
export function readBlocks(capture: Uint8Array): ReadBlock[] {
  const bytes = Buffer.from(capture);
  const blocks: ReadBlock[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const length = bytes.readUInt32LE(offset + 4);
    const isSound = length % 4 === 0 && length >= 12 && bytes.readUInt32LE(offset + length - 4) === length;
    if (!isSound) throw new Error(`block of ${length} bytes at ${offset}`);
    blocks.push({ type: bytes.readUInt32LE(offset), body: bytes.subarray(offset + 8, offset + length - 4) });
    offset += length;
  }
  return blocks;
}

/** The options that begin at `offset` of a block's body, as code and value. @throws Error when they do not end. */
export function readOptions(body: Buffer, offset: number): [number, Buffer][] {
  const options: [number, Buffer][] = [];
  for (let at = offset; at < body.length; ) {
    const [code, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    if (code === 0) {
      if (length !== 0 || at + 4 !== body.length) throw new Error(`end of options at ${at} of ${body.length}`);
      return options;
    }
    options.push([code, body.subarray(at + 4, at + 4 + length)]);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  if (options.length > 0) throw new Error('options without an end');
  return options;
}
