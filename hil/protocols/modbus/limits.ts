/** Function code and data (MODBUS Application Protocol V1.1b3, section 4.1). */
export const PDU_BYTES_MAX = 253;
/** Unit id, PDU and CRC (Modbus over Serial Line V1.02, section 2.5.1). */
export const RTU_FRAME_BYTES_MAX = 256;
/** Unit id, function code and CRC. */
export const RTU_FRAME_BYTES_MIN = 4;
/** MBAP header and PDU (MODBUS Application Protocol V1.1b3, section 4.1). */
export const TCP_FRAME_BYTES_MAX = 260;
/** Colon, two digits for each of 255 bytes, CR and LF (Modbus over Serial Line V1.02, section 2.5.2.1). */
export const ASCII_FRAME_CHARACTERS_MAX = 513;

/** Quantities one request may ask for or carry (MODBUS Application Protocol V1.1b3, sections 6.1 to 6.4, 6.11, 6.12). */
export const READ_BITS_MAX = 2_000;
export const READ_REGISTERS_MAX = 125;
export const WRITE_COILS_MAX = 1_968;
export const WRITE_REGISTERS_MAX = 123;
