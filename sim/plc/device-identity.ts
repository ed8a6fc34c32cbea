import { IDENTIFICATION_HEADER_BYTES } from '../../hil/protocols/modbus/device-identification-codec.ts';
import { IDENTIFICATION_VALUE_BYTES_MAX, PDU_BYTES_MAX } from '../../hil/protocols/modbus/limits.ts';
import type { ReadDeviceIdentificationRequest } from '../../hil/protocols/modbus/request.ts';
import type { DeviceIdentificationResponse, IdentificationObject } from '../../hil/protocols/modbus/response.ts';

/** Who a device says it is. */
export interface DeviceIdentity {
  /** For FC 43/14, in ascending order of ids; 0, 1 and 2 are mandatory (section 6.21). */
  readonly objects: readonly IdentificationObject[];
  /** 81, 82 or 83 hex: up to basic, regular or extended objects, by stream and one by one. */
  readonly conformityLevel: number;
  /** For FC 17: one byte of server id, the run indicator FF (it always runs), then manufacturer and model in ASCII. */
  readonly serverId: Uint8Array;
}

/** What a device profile tells of its device; every member may be empty. */
export interface IdentityFacts {
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly description: string;
}

/** The last object id of the basic, the regular and the extended stream. */
const LAST_ID = { 1: 0x02, 2: 0x7f, 3: 0xff } as const;
const SERVER_ID = 0x46;
const RUNNING = 0xff;
const REVISION = '1.0';
/** Manufacturer and model after server id and run indicator. */
const SERVER_TEXT_BYTES_MAX = 200;

/**
 * The identity of a virtual device: vendor, product code and revision (basic), product, model and application name (regular),
 * and what its profile says of it (extended, object 80 hex). Characters outside ASCII become question marks.
 */
export function deviceIdentity({ name, manufacturer, model, description }: IdentityFacts): DeviceIdentity {
  const vendor = manufacturer === '' ? 'Fieldproof' : manufacturer;
  const product = model === '' ? name : model;
  const objects = [
    object(0x00, vendor),
    object(0x01, product),
    object(0x02, REVISION),
    object(0x04, name),
    object(0x05, product),
    object(0x06, `virtual ${name}`),
    ...(description === '' ? [] : [object(0x80, description)]),
  ];
  const serverText = ascii(`${vendor} ${product}`).subarray(0, SERVER_TEXT_BYTES_MAX);
  return { objects, conformityLevel: description === '' ? 0x82 : 0x83, serverId: Uint8Array.of(SERVER_ID, RUNNING, ...serverText) };
}

/**
 * FC 43/14. A stream begins at the object asked for, or at 0 when that is not part of it, and holds as many whole objects as
 * fit. Streams above what the device has end with what it has.
 * @returns undefined when a single object is asked for that does not exist (exception 02).
 */
export function identify(
  { objects, conformityLevel }: DeviceIdentity,
  { readCode, objectId }: ReadDeviceIdentificationRequest,
): DeviceIdentificationResponse | undefined {
  const about = { kind: 'response', functionCode: 43, readCode, conformityLevel } as const;
  if (readCode === 4) {
    const single = objects.find(({ id }) => id === objectId);
    return single && { ...about, moreFollows: false, nextObjectId: 0, objects: [single] };
  }
  const stream = objects.filter(({ id }) => id <= LAST_ID[readCode]);
  const rest = stream.slice(Math.max(0, stream.findIndex(({ id }) => id === objectId)));
  const fitting = rest.slice(0, fittingCount(rest));
  const next = rest[fitting.length];
  return { ...about, moreFollows: next !== undefined, nextObjectId: next?.id ?? 0, objects: fitting };
}

function fittingCount(objects: readonly IdentificationObject[]): number {
  let byteCount = IDENTIFICATION_HEADER_BYTES;
  let count = 0;
  for (const { value } of objects) {
    byteCount += 2 + value.length;
    if (byteCount > PDU_BYTES_MAX) return count;
    count += 1;
  }
  return count;
}

function object(id: number, text: string): IdentificationObject {
  return { id, value: ascii(text).subarray(0, IDENTIFICATION_VALUE_BYTES_MAX) };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/[^\x20-\x7e]/gu, '?'), 'latin1'));
}
