import type { DeviceDefect } from './device-defect.ts';
import { FORMAT_DEFECTS } from './format-defects.ts';

/** Every way in which a device is made to break the standard, by id. */
export const DEVICE_DEFECTS: readonly DeviceDefect[] = [...FORMAT_DEFECTS];
