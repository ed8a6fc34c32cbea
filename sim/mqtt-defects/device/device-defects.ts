import type { DeviceDefect } from './device-defect.ts';
import { EXCHANGE_DEFECTS } from './exchange-defects.ts';
import { FORMAT_DEFECTS } from './format-defects.ts';
import { LIFE_DEFECTS } from './life-defects.ts';
import { QOS_FAULT_DEFECTS } from './qos-fault-defects.ts';

/** Every way in which a device is made to break the standard, by id. */
export const DEVICE_DEFECTS: readonly DeviceDefect[] = [...FORMAT_DEFECTS, ...EXCHANGE_DEFECTS, ...LIFE_DEFECTS, ...QOS_FAULT_DEFECTS];
