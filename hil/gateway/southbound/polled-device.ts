import type { SouthboundDeviceConfig } from '../config/gateway-config.ts';
import type { DevicePlan } from './device-plan.ts';
import type { PointValue } from './device-profile.ts';
import { decodePoint } from './point-codec.ts';
import type { Point } from './point.ts';
import type { ReadBlock } from './read-plan.ts';
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
  /** Takes what was polled, all words of a block, and hands on the values that are worth a report. */
  takeBlock(block: ReadBlock, words: readonly number[], at: ReadInstant, onReport: (report: PointReport) => void): void;
  /** Takes a value that was read outside of polling. @returns The report, when it is worth one. */
  offer(point: Point, value: PointValue, at: ReadInstant): PointReport | undefined;
}

/** When something was read, by both clocks. */
export interface ReadInstant {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** @param plan - Shared by all devices that are read alike: a device adds only what it said last. */
export function polledDevice(config: SouthboundDeviceConfig, plan: DevicePlan): PolledDevice {
  return new DeviceOnLine(config, plan);
}

/** A class, so that ten thousand of them share their functions. */
class DeviceOnLine implements PolledDevice {
  readonly id: string;
  readonly unit: number;
  readonly periodMs: number;
  readonly points: ReadonlyMap<string, Point>;
  plan: readonly ReadBlock[];
  failures = 0;
  readonly #reporters = new Map<Point, ReportByException>();
  /** What each block held when it was last polled and nothing was written since. */
  readonly #lastWords = new Map<ReadBlock, readonly number[]>();

  constructor({ id, unit, pollEvery }: SouthboundDeviceConfig, { points, blocks }: DevicePlan) {
    this.id = id;
    this.unit = unit;
    this.periodMs = pollEvery;
    this.points = points;
    this.plan = blocks;
  }

  takeBlock(block: ReadBlock, words: readonly number[], at: ReadInstant, onReport: (report: PointReport) => void): void {
    const last = this.#lastWords.get(block);
    // Equal words are equal values, and those were offered at the last poll: only their maximum silence may have passed.
    const isSame = last !== undefined && areEqual(last, words);
    if (!isSame) this.#lastWords.set(block, words);
    for (const point of block.points) {
      if (isSame && (point.maxSilenceMs === 0 || !this.#reporterOf(point).isOverdue(at.nowMs))) continue;
      const report = this.#report(point, valueInBlock(point, block, words), at);
      if (report !== undefined) onReport(report);
    }
  }

  offer(point: Point, value: PointValue, at: ReadInstant): PointReport | undefined {
    // From here on the next poll may bring the same words as the last one and yet another value than this.
    this.#lastWords.clear();
    return this.#report(point, value, at);
  }

  #report(point: Point, value: PointValue, { nowMs, wallMs }: ReadInstant): PointReport | undefined {
    const n = this.#reporterOf(point).offer(value, nowMs);
    return n === undefined ? undefined : { device: this.id, point: point.name, value, n, wallMs, units: point.units };
  }

  #reporterOf(point: Point): ReportByException {
    const known = this.#reporters.get(point);
    if (known !== undefined) return known;
    const made = reportByException(point);
    this.#reporters.set(point, made);
    return made;
  }
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}

/** The value of a point in the words of a block that holds it. */
function valueInBlock(point: Point, block: ReadBlock, words: readonly number[]): PointValue {
  const start = point.address - block.address;
  return decodePoint(point, words.slice(start, start + point.registerCount));
}
