import { FieldproofError } from '../../runtime/errors.ts';
import { isUint16, putUint16, uint16At } from './big-endian.ts';
import { allocateFrame } from './frame-bytes.ts';
import { PDU_BYTES_MAX } from './limits.ts';
import { unitId as toUnitId, type UnitId } from './unit-id.ts';

const MBAP_BYTES = 7;
/** Transaction id, protocol id and length: what stands before the bytes that the length counts. */
const UNCOUNTED_BYTES = 6;
const LENGTH_MIN = 2;
const LENGTH_MAX = 254;

export type TcpDecode =
  | {
      readonly kind: 'frame';
      readonly transactionId: number;
      readonly unitId: UnitId;
      /** A view into the decoded bytes: copy it when it must outlive them. */
      readonly pdu: Uint8Array;
      /** Bytes of the whole frame: where the next one starts. */
      readonly byteCount: number;
    }
  | { readonly kind: 'incomplete'; readonly missingBytesMin: number }
  | {
      readonly kind: 'corrupt';
      readonly because: string;
      /** Bytes to skip to the next frame; 0 when the framing itself is lost, so that closing is the safe reaction. */
      readonly skipBytes: number;
    };

/**
 * A frame of Modbus TCP: transaction id, protocol id 0, length, unit id, PDU; no check value follows.
 * @param transactionId - 0 to 65535.
 * @param pdu - 1 to 253 bytes.
 * @throws FieldproofError FP_MODBUS_BAD_PDU outside these ranges.
 * @see MODBUS Messaging on TCP/IP V1.0b, section 3.1.3
 */
export function encodeTcp(transactionId: number, unitId: UnitId, pdu: Uint8Array): Uint8Array {
  if (pdu.length < 1 || pdu.length > PDU_BYTES_MAX || !isUint16(transactionId)) {
    const allowed = `1 to ${PDU_BYTES_MAX} bytes, ids 0 to 65535`;
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `cannot frame ${pdu.length} bytes as transaction ${transactionId}: ${allowed}`);
  }
  const frame = allocateFrame(MBAP_BYTES + pdu.length);
  putUint16(frame, 0, transactionId);
  putUint16(frame, 4, pdu.length + 1);
  frame[6] = unitId;
  for (let index = 0; index < pdu.length; index += 1) frame[MBAP_BYTES + index] = pdu[index] ?? 0;
  return frame;
}

/**
 * Decodes the frame that starts at `start` of a byte stream. Total. The length field alone delimits frames; a wrong protocol
 * id spoils one frame, a length above 254 the whole stream.
 * @see MODBUS Messaging on TCP/IP V1.0b, section 3.1.3 and 4.4.2.2
 */
export function decodeTcp(bytes: Uint8Array, start = 0, end = bytes.length): TcpDecode {
  const available = end - start;
  if (available < UNCOUNTED_BYTES) return { kind: 'incomplete', missingBytesMin: UNCOUNTED_BYTES + LENGTH_MIN - available };
  const length = uint16At(bytes, start + 4);
  if (length > LENGTH_MAX) return { kind: 'corrupt', because: `length ${length} is above ${LENGTH_MAX}`, skipBytes: 0 };
  const byteCount = UNCOUNTED_BYTES + length;
  if (available < byteCount) return { kind: 'incomplete', missingBytesMin: byteCount - available };
  if (length < LENGTH_MIN) return { kind: 'corrupt', because: `length ${length} leaves no room for a PDU`, skipBytes: byteCount };
  const protocolId = uint16At(bytes, start + 2);
  if (protocolId !== 0) return { kind: 'corrupt', because: `protocol id ${protocolId} is not 0`, skipBytes: byteCount };
  return {
    kind: 'frame',
    transactionId: uint16At(bytes, start),
    unitId: toUnitId(bytes[start + UNCOUNTED_BYTES] ?? 0),
    pdu: bytes.subarray(start + MBAP_BYTES, start + byteCount),
    byteCount,
  };
}
