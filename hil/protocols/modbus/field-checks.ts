import { FieldproofError } from '../../runtime/errors.ts';
import { isUint16 } from './big-endian.ts';

/** @throws FieldproofError FP_MODBUS_BAD_PDU unless `value` is an integer from 0 to 65535. */
export function checkUint16(name: string, value: number): void {
  if (isUint16(value)) return;
  throw new FieldproofError('FP_MODBUS_BAD_PDU', `${name} ${value} is not an integer from 0 to 65535`);
}

/** @throws FieldproofError FP_MODBUS_BAD_PDU unless each of them is an integer from 0 to 65535. */
export function checkRegisters(values: readonly number[]): void {
  for (const value of values) checkUint16('register value', value);
}

/** @throws FieldproofError FP_MODBUS_BAD_PDU unless `value` is an integer from `min` to `max`, both within 0 to 65535. */
export function checkRange(name: string, value: number, min: number, max: number): void {
  if (isUint16(value) && value >= min && value <= max) return;
  throw new FieldproofError('FP_MODBUS_BAD_PDU', `${name} ${value} is not an integer from ${min} to ${max}`);
}
