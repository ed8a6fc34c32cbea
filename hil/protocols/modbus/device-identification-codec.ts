import { FieldproofError } from '../../runtime/errors.ts';
import { checkRange } from './field-checks.ts';
import { allocateFrame } from './frame-bytes.ts';
import { IDENTIFICATION_VALUE_BYTES_MAX, PDU_BYTES_MAX } from './limits.ts';
import { malformed } from './malformed-response.ts';
import { badLength, refused } from './refused-request.ts';
import type { ReadDeviceIdCode, ReadDeviceIdentificationRequest, RefusedRequest } from './request.ts';
import type { DeviceIdentificationResponse, IdentificationObject, MalformedResponse } from './response.ts';

/** MEI type of the device identification; 13 (CANopen) is another company's, the rest is reserved (section 6.19). */
const DEVICE_IDENTIFICATION = 14;
/** Function code, MEI type, read code, conformity level, more follows, next object id, number of objects. */
export const IDENTIFICATION_HEADER_BYTES = 7;
const MORE_FOLLOWS = 0xff;

/** @throws FieldproofError FP_MODBUS_BAD_PDU for an object id outside 0 to 255. Section 6.21. */
export function encodeIdentificationRequest({ readCode, objectId }: ReadDeviceIdentificationRequest): Uint8Array {
  checkRange('object id', objectId, 0, 0xff);
  const pdu = allocateFrame(4);
  pdu.set([43, DEVICE_IDENTIFICATION, readCode, objectId]);
  return pdu;
}

/** Another MEI type gives 01, another length or read code 03 (sections 6.19 and 6.21). */
export function decodeIdentificationRequest(pdu: Uint8Array): ReadDeviceIdentificationRequest | RefusedRequest {
  if (pdu.length < 2) return badLength(43, pdu.length);
  if (pdu[1] !== DEVICE_IDENTIFICATION) return refused(43, 1, `MEI type ${pdu[1] ?? 0} is not known`);
  if (pdu.length !== 4) return badLength(43, pdu.length);
  const readCode = pdu[2] ?? 0;
  if (!isReadCode(readCode)) return refused(43, 3, `read code ${readCode} is outside 1 to 4`);
  return { kind: 'request', functionCode: 43, readCode, objectId: pdu[3] ?? 0 };
}

/** @throws FieldproofError FP_MODBUS_BAD_PDU when the objects do not fit a PDU. */
export function encodeIdentificationResponse(response: DeviceIdentificationResponse): Uint8Array {
  const { readCode, conformityLevel, moreFollows, nextObjectId, objects } = response;
  checkRange('conformity level', conformityLevel, 0, 0xff);
  checkRange('next object id', nextObjectId, 0, 0xff);
  const byteCount = objects.reduce((sum, { value }) => sum + 2 + value.length, IDENTIFICATION_HEADER_BYTES);
  if (byteCount > PDU_BYTES_MAX || objects.length > 0xff) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `${objects.length} identification objects take ${byteCount} bytes: at most ${PDU_BYTES_MAX}`);
  }
  const pdu = allocateFrame(byteCount);
  pdu.set([43, DEVICE_IDENTIFICATION, readCode, conformityLevel, moreFollows ? MORE_FOLLOWS : 0, nextObjectId, objects.length]);
  let offset = IDENTIFICATION_HEADER_BYTES;
  for (const { id, value } of objects) {
    checkRange('object id', id, 0, 0xff);
    pdu.set([id, value.length], offset);
    pdu.set(value, offset + 2);
    offset += 2 + value.length;
  }
  return pdu;
}

/** The answer to FC 43/14. Total. The objects have to fill the PDU exactly. */
export function decodeIdentificationResponse(
  pdu: Uint8Array,
  request: ReadDeviceIdentificationRequest,
): DeviceIdentificationResponse | MalformedResponse {
  if (pdu.length < IDENTIFICATION_HEADER_BYTES) return malformed(`an identification has at least ${IDENTIFICATION_HEADER_BYTES} bytes, not ${pdu.length}`);
  const [, meiType, readCode, conformityLevel = 0, more = 0, nextObjectId = 0, count = 0] = pdu;
  if (meiType !== DEVICE_IDENTIFICATION || readCode !== request.readCode) return malformed(`MEI type ${meiType} and read code ${readCode} do not repeat the request`);
  if (more !== 0 && more !== MORE_FOLLOWS) return malformed(`more-follows is ${more}, neither 0x00 nor 0xFF`);
  const objects = objectsAt(pdu, count);
  if (objects === undefined) return malformed(`${count} objects do not fill a PDU of ${pdu.length} bytes`);
  return { kind: 'response', functionCode: 43, readCode: request.readCode, conformityLevel, moreFollows: more !== 0, nextObjectId, objects };
}

/** @returns undefined when they do not end where the PDU does. */
function objectsAt(pdu: Uint8Array, count: number): IdentificationObject[] | undefined {
  const objects: IdentificationObject[] = [];
  let offset = IDENTIFICATION_HEADER_BYTES;
  while (objects.length < count) {
    const length = pdu[offset + 1];
    if (length === undefined || length > IDENTIFICATION_VALUE_BYTES_MAX || offset + 2 + length > pdu.length) return undefined;
    objects.push({ id: pdu[offset] ?? 0, value: pdu.subarray(offset + 2, offset + 2 + length) });
    offset += 2 + length;
  }
  return offset === pdu.length ? objects : undefined;
}

function isReadCode(code: number): code is ReadDeviceIdCode {
  return code >= 1 && code <= 4;
}
