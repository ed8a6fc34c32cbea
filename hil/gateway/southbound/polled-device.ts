import type { SouthboundDeviceConfig } from '../config/gateway-config.ts';
import type { DeviceProfile, PointValue } from './device-profile.ts';
import { decodePoint } from './point-codec.ts';
import { pointsOf, type Point } from './point.ts';
import { planReads, type ReadBlock } from './read-plan.ts';
import { reportByException, type ReportByException } from './report-by-exception.ts';

/** A value that is worth a message. */
export interface PointReport {
  readonly device: string;
  readonly point: string;
  readonly value: PointValue;
  /** 1, 2, 3, ... for each point since the gateway started. */
  readonly n: number;
  /** Wall-clock instant at which the value was read, milliseconds since 1970. */
  readonly wallMs: number;
  readonly units: string;
}

/** A device of a line with what the gateway knows about it; lives as long as the gateway. */
export interface PolledDevice {
  readonly id: string;
  readonly unit: number;
  readonly periodMs: number;
  readonly points: ReadonlyMap<string, Point>;
  /** How it is read now; blocks that the device refuses as a whole are replaced by smaller ones. */
  plan: readonly ReadBlock[];
  /** Turns in a row without an answer; 0 while it answers. */
  failures: number;
  /** Takes a value that was read. @returns The report, when it is worth one. */
  offer(point: Point, value: PointValue, at: ReadInstant): PointReport | undefined;
}

/** When something was read, by both clocks. */
export interface ReadInstant {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** @throws FieldproofError FP_SCHEMA when the profile contradicts itself. */
export function polledDevice(config: SouthboundDeviceConfig, profile: DeviceProfile): PolledDevice {
  const points = pointsOf(profile);
  const reporters = new Map<Point, ReportByException>(points.map((point) => [point, reportByException(point)]));
  return {
    id: config.id,
    unit: config.unit,
    periodMs: config.pollEvery,
    points: new Map(points.map((point) => [point.name, point])),
    plan: planReads(points),
    failures: 0,
    offer(point, value, { nowMs, wallMs }) {
      const n = reporters.get(point)?.offer(value, nowMs);
      return n === undefined ? undefined : { device: config.id, point: point.name, value, n, wallMs, units: point.units };
    },
  };
}

/** The value of a point in the words of a block that holds it. */
export function valueInBlock(point: Point, block: ReadBlock, words: readonly number[]): PointValue {
  const start = point.address - block.address;
  return decodePoint(point, words.slice(start, start + point.registerCount));
}
