import { sleep } from '../../runtime/clock.ts';
import type { SouthboundLineConfig } from '../config/gateway-config.ts';
import { backoffMs } from './backoff.ts';
import { pollDevice, type TurnOutcome } from './device-poller.ts';
import type { LineTally } from './line-tally.ts';
import type { ModbusClient } from './modbus-client.ts';
import { pollSchedule, type PollSchedule } from './poll-schedule.ts';
import type { PolledDevice } from './polled-device.ts';
import type { SouthboundDeps } from './southbound-deps.ts';

/** First turns are spread over at most this, so that lines that start together do not poll together. */
const FIRST_TURN_SPREAD_MS = 1_000;
/** A device that stays silent on a line with others is asked at least this often, or at its own period if that is longer. */
const UNIT_BACKOFF_MS_MAX = 10_000;
/** So many silent turns in a row, of all devices together, say that a TCP connection is dead though nobody closed it. */
const SILENT_TURNS_MAX = 3;

/** A device and when it is due; lives as long as the gateway, so turns keep their grid over reconnects. */
export interface ScheduledDevice {
  readonly device: PolledDevice;
  readonly schedule: PollSchedule;
}

export interface PollLineDeps extends Pick<SouthboundDeps, 'clock' | 'random' | 'observe' | 'log' | 'onReport'> {
  readonly tally: LineTally;
  /** Called when a device answers: the connection is good. */
  readonly onAnswer: () => void;
}

/** The devices of a line, with a first turn each at a random instant of the next second (or of its period, if shorter). */
export function scheduleDevices(
  devices: readonly PolledDevice[],
  { clock, random }: Pick<SouthboundDeps, 'clock' | 'random'>,
): ScheduledDevice[] {
  const nowMs = clock.nowMs();
  return devices.map((device) => {
    const startMs = nowMs + random.next() * Math.min(device.periodMs, FIRST_TURN_SPREAD_MS);
    return { device, schedule: pollSchedule(startMs, device.periodMs) };
  });
}

/**
 * Polls the devices of a connected line, each at its own period, one after another, until the signal aborts or the line
 * turns out to be dead. A device that stays silent is asked once instead of repeatedly, and ever more rarely when the line
 * has others, so that it does not eat their time.
 * @returns Why the line is no longer usable; undefined when its link ended or the signal aborted.
 */
export async function pollLine(
  line: SouthboundLineConfig,
  devices: readonly ScheduledDevice[],
  client: ModbusClient,
  deps: PollLineDeps,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { clock, tally } = deps;
  for (const { schedule } of devices) schedule.postpone(clock.nowMs());
  let silentTurns = 0;
  while (!signal.aborted) {
    const next = earliest(devices);
    if (next === undefined) return 'the line has no devices';
    await sleep(clock, Math.max(0, next.schedule.dueMs - clock.nowMs()), signal);
    if (signal.aborted) break;
    tally.polls += 1;
    const outcome = await takeTurn(line, next.device, client, deps, signal);
    if (outcome === 'closed') break;
    if (outcome === 'answered') deps.onAnswer();
    silentTurns = outcome === 'silent' ? silentTurns + 1 : 0;
    if (line.transport === 'modbus-tcp' && silentTurns >= SILENT_TURNS_MAX) return `no answer in ${silentTurns} turns`;
    tally.overruns += next.schedule.finish(clock.nowMs());
    if (next.device.failures > 1 && devices.length > 1) next.schedule.postpone(clock.nowMs() + unitBackoffMs(line, next.device, deps));
  }
  return undefined;
}

async function takeTurn(
  line: SouthboundLineConfig,
  device: PolledDevice,
  client: ModbusClient,
  deps: PollLineDeps,
  signal: AbortSignal,
): Promise<TurnOutcome> {
  const { clock, observe, log, onReport } = deps;
  const outcome = await pollDevice(device, client, {
    retries: line.retries,
    instant: () => ({ nowMs: clock.nowMs(), wallMs: clock.wallMs() }),
    onReport,
    onFailed: (kind, detail) => {
      // A request that is cut off because the gateway stops has not failed.
      if (signal.aborted && kind === 'closed') return;
      observe('southbound.failed', { line: line.id, device: device.id, unit: device.unit, kind, detail });
      log.debug('request failed', { line: line.id, device: device.id, kind, detail });
    },
  });
  const wasFailing = device.failures > 0;
  if (outcome === 'silent') device.failures += 1;
  if (outcome === 'answered') device.failures = 0;
  const isFailing = device.failures > 0;
  if (wasFailing !== isFailing) log.warn(isFailing ? 'device does not answer' : 'device answers again', { line: line.id, device: device.id });
  return outcome;
}

function unitBackoffMs(line: SouthboundLineConfig, device: PolledDevice, { random }: PollLineDeps): number {
  const bounds = { minimumMs: Math.max(device.periodMs, line.timeout), maximumMs: UNIT_BACKOFF_MS_MAX };
  return backoffMs(device.failures - 1, bounds, random);
}

function earliest(devices: readonly ScheduledDevice[]): ScheduledDevice | undefined {
  let first: ScheduledDevice | undefined;
  for (const candidate of devices) {
    if (first === undefined || candidate.schedule.dueMs < first.schedule.dueMs) first = candidate;
  }
  return first;
}
