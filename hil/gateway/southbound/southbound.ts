import { FieldproofError } from '../../runtime/errors.ts';
import { requireOpenFiles } from '../../runtime/open-files-limit.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { devicePlans } from './device-plan.ts';
import type { PointValue } from './device-profile.ts';
import { superviseLine, type Line } from './line-supervisor.ts';
import { sumOfTallies, type LineTally } from './line-tally.ts';
import { writePoint, type PointWriteResult } from './point-writer.ts';
import { createPollCalendar } from './poll-calendar.ts';
import { polledDevice, type PolledDevice } from './polled-device.ts';
import type { SouthboundDeps } from './southbound-deps.ts';
import { turnQueue, type TurnQueue } from './turn-queue.ts';

/** State of one line, for metrics and readiness. */
export interface LineStats {
  readonly id: string;
  readonly connected: boolean;
  /** `failing`: its last turn ended without an answer. */
  readonly devices: readonly { readonly id: string; readonly failing: boolean }[];
}

/** Totals over all lines since start, and the state of each. */
export interface SouthboundStats extends Readonly<LineTally> {
  /** Values handed to `onReport`. */
  readonly reports: number;
  readonly lines: readonly LineStats[];
}

/** The Modbus side of the gateway: every configured line with its devices. */
export interface Southbound {
  /** Begins to open the lines; does not wait for them. */
  start(): void;
  /** Cuts every line and resolves when nothing is under way any more. It cannot be started again. */
  stop(): Promise<void>;
  stats(): SouthboundStats;
  /**
   * Writes a point of a device and reads it back; a value that was read back is reported like a polled one.
   * @throws FieldproofError FP_LIMIT when `WRITES_WAITING_MAX` writes wait for the line already.
   */
  write(device: string, point: string, value: PointValue): Promise<PointWriteResult>;
}

/** Writes that may wait for one line. Each has at most one request in the line's queue, so polling is never crowded out. */
export const WRITES_WAITING_MAX = 64;

/** Lines are opened in batches: thousands of connections at once would overflow what servers queue. */
const LINES_OPENED_AT_ONCE = 100;
const OPENING_PAUSE_MS = 25;

interface Route {
  readonly line: Line;
  readonly device: PolledDevice;
  readonly writes: TurnQueue;
}

/**
 * Loads every profile and prepares the lines.
 * @throws FieldproofError what `deps.loadProfile` throws; FP_SCHEMA for a profile that contradicts itself or the
 *   limits and forbidden addresses of its device, or a device id used twice; FP_LIMIT when the
 *   process may not have as many files open as there are lines.
 */
export function createSouthbound(config: GatewayConfig['southbound'], deps: SouthboundDeps): Southbound {
  requireOpenFiles(config.lines.length, `the southbound with ${config.lines.length} lines`);
  let reports = 0;
  const onReport: SouthboundDeps['onReport'] = (report) => {
    reports += 1;
    deps.onReport(report);
  };
  const { clock, random, openLink, observe, log } = deps;
  const calendar = createPollCalendar(clock);
  const plans = devicePlans(deps.loadProfile);
  const lines: Line[] = [];
  const routes = new Map<string, Route>();
  for (const lineConfig of config.lines) {
    const devices = lineConfig.devices.map((device) => polledDevice(device, plans.planOf(lineConfig, device)));
    const line = superviseLine(lineConfig, devices, { clock, random: random.child(`line/${lineConfig.id}`), openLink, observe, log, onReport, calendar });
    const writes = turnQueue(`writes on line ${lineConfig.id}`, WRITES_WAITING_MAX);
    lines.push(line);
    for (const device of devices) {
      if (routes.has(device.id)) throw new FieldproofError('FP_SCHEMA', `two devices are called ${device.id}; their telemetry would mix`);
      routes.set(device.id, { line, device, writes });
    }
  }

  const write = async ({ line, device }: Route, name: string, value: PointValue): Promise<PointWriteResult> => {
    const point = device.points.get(name);
    if (point === undefined) return { kind: 'refused', because: `device ${device.id} has no point ${name}` };
    const client = line.client();
    if (client === undefined) return { kind: 'closed', because: `line ${line.id} is not connected` };
    const result = await writePoint(client, device.unit, point, value);
    if ((result.kind === 'written' && result.verified) || result.kind === 'differs') {
      const report = device.offer(point, result.value, { nowMs: deps.clock.nowMs(), wallMs: deps.clock.wallMs() });
      if (report !== undefined) onReport(report);
    }
    return result;
  };

  return {
    start: () => {
      for (const [index, line] of lines.entries()) line.start(Math.floor(index / LINES_OPENED_AT_ONCE) * OPENING_PAUSE_MS);
    },
    stop: async () => {
      await Promise.all(lines.map((line) => line.stop()));
    },
    stats: () => ({ ...sumOfTallies(lines.map((line) => line.tally)), reports, lines: lines.map(statsOf) }),
    write: async (device, point, value) => {
      const route = routes.get(device);
      if (route === undefined) return { kind: 'refused', because: `there is no device ${device}` };
      return route.writes.run(() => write(route, point, value));
    },
  };
}

function statsOf(line: Line): LineStats {
  const devices = line.devices.map((device) => ({ id: device.id, failing: device.failures > 0 }));
  return { id: line.id, connected: line.client() !== undefined, devices };
}
