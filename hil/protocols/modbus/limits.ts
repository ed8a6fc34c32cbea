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
/** Registers FC 23 may write (section 6.17); it reads as many as FC 03. */
export const READ_WRITE_REGISTERS_MAX = 121;
/** Data after a diagnostic sub-function (section 6.8). */
export const DIAGNOSTIC_DATA_BYTES_MAX = 250;
/** Event bytes in a log (section 6.10). */
export const EVENT_BYTES_MAX = 64;
/** Bytes of the groups of FC 20 in request and answer (section 6.14), and of FC 21 (section 6.15). */
export const READ_FILE_BYTES_MAX = 0xf5;
export const WRITE_FILE_BYTES_MAX = 0xfb;
/** Largest record number of a file (section 6.14). */
export const RECORD_NUMBER_MAX = 9_999;
/** Registers of a FIFO queue (section 6.18). */
export const FIFO_REGISTERS_MAX = 31;
/** The longest value of an identification object: a PDU with this one alone (section 6.21). */
export const IDENTIFICATION_VALUE_BYTES_MAX = 244;
