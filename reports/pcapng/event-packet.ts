/** Tags of an exported piece: the dissector that is to take it, what the columns of a packet list show, the end. */
const TAG = { end: 0, dissectorName: 12, protocolColumn: 33, infoColumn: 36 } as const;
/** Wireshark's dissector of plain text. */
const TEXT_DISSECTOR = 'data-text-lines';
const TAG_BYTES_MAX = 1_024;

/**
 * A line of text as a packet of an interface of type `LINK_TYPE.exportedPdu`, which Wireshark shows as text without being
 * told how: `tag u16 | length u16 | value, padded to 4 | ... | 0 u16 | 0 u16 | text`, all big-endian.
 * @see Wireshark, wsutil/exported_pdu_tlvs.h
 */
export function encodeEventPacket(text: string): Uint8Array {
  const tags = [encodeTag(TAG.dissectorName, TEXT_DISSECTOR), encodeTag(TAG.protocolColumn, 'EVENT'), encodeTag(TAG.infoColumn, text)];
  return Buffer.concat([...tags, Buffer.alloc(4, TAG.end), Buffer.from(text, 'utf8')]);
}

function encodeTag(code: number, text: string): Uint8Array {
  const value = Buffer.from(text, 'utf8').subarray(0, TAG_BYTES_MAX);
  // Padded with zeros, at least one of them: readers take the value for a terminated string.
  const tag = Buffer.alloc(4 + 4 * Math.floor(value.length / 4 + 1));
  tag.writeUInt16BE(code, 0);
  tag.writeUInt16BE(tag.length - 4, 2);
  tag.set(value, 4);
  return tag;
}
