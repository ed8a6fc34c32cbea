/** The largest remaining length: four bytes of seven bits (3.1.1 section 2.2.3, 5.0 section 1.5.5). */
export const VARIABLE_BYTE_INTEGER_MAX = 268_435_455;
/** One byte for type and flags, four for the remaining length. */
export const FIXED_HEADER_BYTES_MAX = 5;
/** No packet is longer, fixed header included. */
export const PACKET_BYTES_MAX = FIXED_HEADER_BYTES_MAX + VARIABLE_BYTE_INTEGER_MAX;
/** Texts and binary data: their length has two bytes (3.1.1 section 1.5.3, 5.0 sections 1.5.4 and 1.5.6). */
export const FIELD_BYTES_MAX = 65_535;
