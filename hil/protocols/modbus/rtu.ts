import { FieldproofError } from '../../runtime/errors.ts';
import { crc16Modbus } from './crc16.ts';
import { allocateFrame } from './frame-bytes.ts';
import { PDU_BYTES_MAX, RTU_FRAME_BYTES_MAX, RTU_FRAME_BYTES_MIN } from './limits.ts';
import { unitId as toUnitId, type UnitId } from './unit-id.ts';

export type RtuDecode =
  | {
      readonly kind: 'frame';
      /** As received: 248 to 255 are reserved on a serial line and nobody's address. */
      readonly unitId: UnitId;
      /** A view into the decoded bytes: copy it when it must outlive them. */
      readonly pdu: Uint8Array;
      readonly byteCount: number;
    }
  | { readonly kind: 'incomplete'; readonly missingBytesMin: number }
  | { readonly kind: 'corrupt'; readonly because: 'crc' | 'too-long'; readonly expectedCrc: number; readonly receivedCrc: number };

/**
 * A frame of Modbus RTU: unit id, PDU, CRC with its low byte first; 4 to 256 bytes.
 * @param unitId - 1 to 247, or 0 to broadcast; reserved ones are encoded too, because a test has to be able to send them.
 * @param pdu - 1 to 253 bytes.
 * @throws FieldproofError FP_MODBUS_BAD_PDU for a PDU of another size.
 * @see Modbus over Serial Line V1.02, section 2.5.1
 */
export function encodeRtu(unitId: UnitId, pdu: Uint8Array): Uint8Array {
  if (pdu.length < 1 || pdu.length > PDU_BYTES_MAX) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `cannot frame a PDU of ${pdu.length} bytes: 1 to ${PDU_BYTES_MAX}`);
  }
  const frame = allocateFrame(pdu.length + 3);
  frame[0] = unitId;
  for (let index = 0; index < pdu.length; index += 1) frame[index + 1] = pdu[index] ?? 0;
  const crc = crc16Modbus(frame, 0, pdu.length + 1);
  frame[pdu.length + 1] = crc;
  frame[pdu.length + 2] = crc >>> 8;
  return frame;
}

/**
 * Decodes what was received between two silences, `bytes[start..end)`, as one whole frame. Total.
 * @see Modbus over Serial Line V1.02, section 2.5.1.1 and 2.5.1.2
 */
export function decodeRtu(bytes: Uint8Array, start = 0, end = bytes.length): RtuDecode {
  const byteCount = end - start;
  if (byteCount < RTU_FRAME_BYTES_MIN) return { kind: 'incomplete', missingBytesMin: RTU_FRAME_BYTES_MIN - byteCount };
  const expectedCrc = crc16Modbus(bytes, start, end - 2);
  const receivedCrc = (bytes[end - 2] ?? 0) | ((bytes[end - 1] ?? 0) << 8);
  if (byteCount > RTU_FRAME_BYTES_MAX) return { kind: 'corrupt', because: 'too-long', expectedCrc, receivedCrc };
  if (receivedCrc !== expectedCrc) return { kind: 'corrupt', because: 'crc', expectedCrc, receivedCrc };
  return { kind: 'frame', unitId: toUnitId(bytes[start] ?? 0), pdu: bytes.subarray(start + 1, end - 2), byteCount };
}
