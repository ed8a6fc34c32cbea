/** What the packets of an interface are, by the numbers of the registry of link-layer header types (tcpdump.org/linktypes). */
export const LINK_TYPE = {
  ethernet: 1,
  /**
   * Modbus RTU frames from unit id to CRC. The registry has no number for them, so they take the first of those left to
   * users; Wireshark is told by its table "DLT User": `User 0 (DLT=147)` is `mbrtu`.
   */
  modbusRtu: 147,
  /** Modbus ASCII frames from colon to line feed, which Wireshark has no dissector for; they are text. */
  modbusAscii: 148,
  /** A piece of something, with the name of the dissector that is to take it: how Wireshark exports upper layers. */
  exportedPdu: 252,
} as const;

export type LinkType = (typeof LINK_TYPE)[keyof typeof LINK_TYPE];
