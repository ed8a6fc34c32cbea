import { uint16At } from './big-endian.ts';

/**
 * Bytes of the whole frame, unit id and CRC included. `more`: the bytes so far do not tell yet. `unknown`: the function code
 * does not tell at all, so that only silence ends the frame.
 */
export type RtuLength = number | 'more' | 'unknown';

/** Unit id and CRC around the PDU. */
const ENVELOPE_BYTES = 3;
const DEVICE_IDENTIFICATION = 14;
const DIAGNOSTICS = 8;

/**
 * Length of the request that starts at `start`, from its first bytes. Needed where adapters or pseudo-terminals break the
 * silence between frames. FC 08 is taken with its usual two data bytes (see `hasAnyLength`). The result may exceed 256: then it is no frame.
 * @see MODBUS Application Protocol V1.1b3, section 6
 */
export function rtuRequestLength(bytes: Uint8Array, start = 0, end = bytes.length): RtuLength {
  if (end - start < 2) return 'more';
  const pduBytes = requestPduBytes(bytes, start + 1, end);
  return typeof pduBytes === 'number' ? pduBytes + ENVELOPE_BYTES : pduBytes;
}

/** Length of the response or exception that starts at `start`, from its first bytes; as `rtuRequestLength`. */
export function rtuResponseLength(bytes: Uint8Array, start = 0, end = bytes.length): RtuLength {
  if (end - start < 2) return 'more';
  const pduBytes = responsePduBytes(bytes, start + 1, end);
  return typeof pduBytes === 'number' ? pduBytes + ENVELOPE_BYTES : pduBytes;
}

/**
 * FC 08 sub-function 0 returns whatever data it is sent. Two bytes are usual, but when those make no frame there may be more,
 * and only silence tells (section 6.8.1).
 */
export function hasAnyLength(bytes: Uint8Array, start: number): boolean {
  return bytes[start + 1] === DIAGNOSTICS && uint16At(bytes, start + 2) === 0;
}

function requestPduBytes(bytes: Uint8Array, pdu: number, end: number): RtuLength {
  const functionCode = bytes[pdu] ?? 0;
  switch (functionCode) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 8:
      return 5;
    case 7:
    case 11:
    case 12:
    case 17:
      return 1;
    case 15:
    case 16:
      return countedBy(bytes, pdu, 5, end);
    case 20:
    case 21:
      return countedBy(bytes, pdu, 1, end);
    case 22:
      return 7;
    case 23:
      return countedBy(bytes, pdu, 9, end);
    case 24:
      return 3;
    case 43:
      return ifDeviceIdentification(bytes, pdu, end) ?? 4;
    default:
      return 'unknown';
  }
}

function responsePduBytes(bytes: Uint8Array, pdu: number, end: number): RtuLength {
  const functionCode = bytes[pdu] ?? 0;
  if (functionCode >= 0x80) return 2;
  switch (functionCode) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 12:
    case 17:
    case 20:
    case 21:
    case 23:
      return countedBy(bytes, pdu, 1, end);
    case 5:
    case 6:
    case 8:
    case 11:
    case 15:
    case 16:
      return 5;
    case 7:
      return 2;
    case 22:
      return 7;
    case 24:
      // The one function whose byte count has 16 bits (section 6.18).
      return end - pdu < 3 ? 'more' : 3 + uint16At(bytes, pdu + 1);
    case 43:
      return ifDeviceIdentification(bytes, pdu, end) ?? identificationBytes(bytes, pdu, end);
    default:
      return 'unknown';
  }
}

/** The byte at `offset` of the PDU counts the bytes that follow it. */
function countedBy(bytes: Uint8Array, pdu: number, offset: number, end: number): RtuLength {
  return end - pdu <= offset ? 'more' : offset + 1 + (bytes[pdu + offset] ?? 0);
}

/** Undefined when the MEI type is 14, whose length is known; CANopen (13) states none (section 6.20). */
function ifDeviceIdentification(bytes: Uint8Array, pdu: number, end: number): RtuLength | undefined {
  if (end - pdu < 2) return 'more';
  return bytes[pdu + 1] === DEVICE_IDENTIFICATION ? undefined : 'unknown';
}

/** Seven bytes, the last of which counts the objects; each object is id, length, value (section 6.21). */
function identificationBytes(bytes: Uint8Array, pdu: number, end: number): RtuLength {
  if (end - pdu < 7) return 'more';
  let next = pdu + 7;
  for (let remaining = bytes[pdu + 6] ?? 0; remaining > 0; remaining -= 1) {
    if (end - next < 2) return 'more';
    next += 2 + (bytes[next + 1] ?? 0);
  }
  return next - pdu;
}
