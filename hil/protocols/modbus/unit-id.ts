import { FieldproofError } from '../../runtime/errors.ts';

/** The address of a Modbus server: 0 to 255. A brand, so that it is never mixed up with a register address or a count. */
export type UnitId = number & { readonly __brand: 'UnitId' };

/** Largest unit id a server on a serial line may have; 248 to 255 are reserved (Modbus over Serial Line V1.02, section 2.2). */
export const SERIAL_UNIT_ID_MAX = 247;

/**
 * A unit id as TCP carries it: 0 to 255, where 0 and 255 address the device reached by IP itself.
 * @throws FieldproofError FP_MODBUS_BAD_PDU outside 0 to 255.
 * @see MODBUS Messaging on TCP/IP V1.0b, section 4.4.1.2
 */
export function unitId(value: number): UnitId {
  return checked(value, 0, 255);
}

/**
 * The unit id of a server on a serial line: 1 to 247.
 * @throws FieldproofError FP_MODBUS_BAD_PDU outside 1 to 247.
 * @see Modbus over Serial Line V1.02, section 2.2
 */
export function serialUnitId(value: number): UnitId {
  return checked(value, 1, SERIAL_UNIT_ID_MAX);
}

/** On a serial line every server executes a write sent to this unit id, and none answers (section 2.1). */
export const BROADCAST_UNIT_ID = unitId(0);

/** The unit id for a server that is reached directly by IP (MODBUS Messaging on TCP/IP V1.0b, section 4.4.1.2). */
export const DIRECT_UNIT_ID = unitId(255);

function checked(value: number, min: number, max: number): UnitId {
  if (!isUnitId(value) || value < min || value > max) {
    throw new FieldproofError('FP_MODBUS_BAD_PDU', `unit id ${value} is not an integer from ${min} to ${max}`);
  }
  return value;
}

function isUnitId(value: number): value is UnitId {
  return (value & 0xff) === value;
}
