/** Tags of an exported piece: the dissector that is to take it, and the end of the tags. */
const TAG = { end: 0, dissectorName: 12 } as const;
/** Wireshark's dissector of plain text. */
const TEXT_DISSECTOR = 'data-text-lines';

/**
 * A line of text as a packet of an interface of type `LINK_TYPE.exportedPdu`, which Wireshark shows as text without being
 * told how: `tag u16 | length u16 | value, padded to 4 | ... | 0 u16 | 0 u16 | text`, all big-endian.
 * @see Wireshark, epan/exported_pdu.h
 */
export function encodeEventPacket(text: string): Uint8Array {
  const name = Buffer.alloc(Math.ceil(TEXT_DISSECTOR.length / 4) * 4);
  name.write(TEXT_DISSECTOR);
  const tags = Buffer.alloc(8 + name.length);
  tags.writeUInt16BE(TAG.dissectorName, 0);
  tags.writeUInt16BE(name.length, 2);
  tags.set(name, 4);
  tags.writeUInt16BE(TAG.end, 4 + name.length);
  return Buffer.concat([tags, Buffer.from(text, 'utf8')]);
}
