/** The Wireshark setting that makes RTU frames readable, as an option of `tshark` and `wireshark`. */
export const RTU_PREFERENCE = 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""';
/** The same for the text of ASCII frames. */
export const ASCII_PREFERENCE = 'uat:user_dlts:"User 1 (DLT=148)","data-text-lines","0","","0",""';

/** The comment of the section that begins a capture: how to read it. */
export function sectionComment(what: string): string {
  return [
    what,
    'MQTT and Modbus/TCP: bytes are as they passed; the TCP and IP headers around them are made up. A server is shown at its well-known port (1883, 502): 127.1.H.L stands for port H x 256 + L of 127.0.0.1. A client of this machine has its own port, and an address for each interface.',
    `Modbus RTU: tshark -o '${RTU_PREFERENCE}', or in Wireshark: Preferences, Protocols, DLT_USER, User 0 (DLT=147) is mbrtu.`,
    `Modbus ASCII: tshark -o '${ASCII_PREFERENCE}'.`,
    'Faults and phases are packets of the interface "events" with a comment; filter: frame.comment.',
  ].join('\n');
}
