import { DIAGNOSTIC_DEFECTS } from './diagnostic-defects.ts';
import { GENERAL_DEFECTS } from './general-defects.ts';
import type { ModbusDefect } from './modbus-defect.ts';
import { RECORD_DEFECTS } from './record-defects.ts';
import { SERIAL_DEFECTS } from './serial-defects.ts';
import { TABLE_DEFECTS } from './table-defects.ts';
import { TCP_DEFECTS } from './tcp-defects.ts';

/** All ways in which a Modbus server of the self-test can be wrong. */
export const MODBUS_DEFECTS: readonly ModbusDefect[] = [...TABLE_DEFECTS, ...RECORD_DEFECTS, ...GENERAL_DEFECTS, ...DIAGNOSTIC_DEFECTS, ...TCP_DEFECTS, ...SERIAL_DEFECTS];
