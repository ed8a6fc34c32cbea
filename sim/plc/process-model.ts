import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';

/**
 * The physical process behind a virtual PLC, in engineering units; it knows nothing of registers. Time only ever moves
 * forward: an earlier `nowMs` than one seen before is taken as the latest one.
 */
export interface ProcessModel {
  /**
   * The value of a point at this instant.
   * @param point - Name of a device resource of the profile.
   * @param nowMs - `Clock.nowMs()`.
   * @returns undefined when the process has no such point.
   */
  read(point: string, nowMs: number): PointValue | undefined;
  /**
   * Takes a written value; it acts from the next step of the process on and reads back at once. Points that the process
   * only measures, and values of another type, are left alone: what a device makes of a write is its own affair.
   */
  write(point: string, value: PointValue, nowMs: number): void;
}
