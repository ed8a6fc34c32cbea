import type { SouthboundLineConfig } from '../config/gateway-config.ts';
import { backoffMs } from './backoff.ts';
import { pollDevice, type TurnDeps, type TurnOutcome } from './device-poller.ts';
import type { LineTally } from './line-tally.ts';
import type { ModbusClient } from './modbus-client.ts';
import type { PollCalendar } from './poll-calendar.ts';
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
  /** It has its turn now. */
  isBusy: boolean;
}

export interface PollLineDeps extends Pick<SouthboundDeps, 'clock' | 'random' | 'observe' | 'log' | 'onReport'> {
  readonly calendar: PollCalendar;
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
    return { device, schedule: pollSchedule(startMs, device.periodMs), isBusy: false };
  });
}

/** A line that is being polled. */
export interface LinePolling {
  /**
   * Resolves when it is over and no turn is under way any more: why the line is no longer usable, or undefined when its
   * link ended or it was told to end.
   */
  readonly ended: Promise<string | undefined>;
  /** Begins no further turn; those under way end with the link. */
  end(): void;
}

/**
 * Polls the devices of a connected line, each at its own period, until it is told to end or the line turns out to be dead.
 * Turns run one after another, or, where the line takes several requests, so many at once; a device has one turn at a time.
 * A device that stays silent is asked once instead of repeatedly, and ever more rarely when the line has others, so that it
 * does not eat their time.
 * @param cut - Ends the link, and with it every request that is under way.
 */
export function pollLine(line: SouthboundLineConfig, devices: readonly ScheduledDevice[], client: ModbusClient, deps: PollLineDeps, cut: () => void): LinePolling {
  const { clock, tally } = deps;
  const breadth = breadthOf(line, devices.length);
  const turnDeps = turnDepsOf(line, breadth.requests, deps, () => isOver);
  let turnsUnderWay = 0;
  let silentTurns = 0;
  let isOver = false;
  let because: string | undefined;
  let resolveEnded: (because: string | undefined) => void = nobodyWaits;

  const end = (reason?: string): void => {
    if (isOver) return;
    isOver = true;
    because = reason;
    alarm.cancel();
    if (turnsUnderWay === 0) resolveEnded(because);
    else if (reason !== undefined) cut();
  };

  const mayStart = (): boolean => !isOver && turnsUnderWay < breadth.turns;
  const startDueTurns = (): void => {
    while (mayStart()) {
      const next = earliest(devices);
      if (next === undefined) return;
      if (next.schedule.dueMs > clock.nowMs()) {
        alarm.wakeAt(next.schedule.dueMs);
        return;
      }
      void takeTurn(next);
    }
  };

  const takeTurn = async (scheduled: ScheduledDevice): Promise<void> => {
    const { device, schedule } = scheduled;
    scheduled.isBusy = true;
    turnsUnderWay += 1;
    tally.polls += 1;
    const outcome = await pollDevice(device, client, turnDeps);
    noteOutcome(line, device, outcome, deps);
    turnsUnderWay -= 1;
    scheduled.isBusy = false;
    if (outcome === 'answered') deps.onAnswer();
    silentTurns = outcome === 'silent' ? silentTurns + 1 : 0;
    tally.overruns += schedule.finish(clock.nowMs());
    if (device.failures > 1 && devices.length > 1) schedule.postpone(clock.nowMs() + unitBackoffMs(line, device, deps));
    if (isOver && turnsUnderWay === 0) resolveEnded(because);
    else if (outcome === 'closed') end();
    else if (isConnection(line) && silentTurns >= SILENT_TURNS_MAX) end(`no answer in ${silentTurns} turns`);
    else startDueTurns();
  };

  const alarm = deps.calendar.entry(startDueTurns);
  for (const { schedule } of devices) schedule.postpone(clock.nowMs());
  const ended = new Promise<string | undefined>((resolve) => {
    resolveEnded = resolve;
  });
  startDueTurns();
  return { ended, end: () => end() };
}

/** A TCP connection may be dead though nobody closed it; a serial port that is gone says so. */
function isConnection({ transport }: SouthboundLineConfig): boolean {
  return transport === 'modbus-tcp' || transport === 'modbus-rtu-tcp';
}

/** How much happens on a line at once: turns of different devices, and requests within a turn. */
interface Breadth {
  readonly turns: number;
  readonly requests: number;
}

/** With few devices the requests of one turn share what the line takes at once, with many their turns do. */
function breadthOf(line: SouthboundLineConfig, devices: number): Breadth {
  const outstandingMax = line.transport === 'modbus-tcp' ? line.outstandingMax : 1;
  const turns = Math.min(outstandingMax, devices);
  return { turns, requests: Math.floor(outstandingMax / turns) };
}

/** @param isOver - A request that is cut off because the line ends has not failed. */
function turnDepsOf(line: SouthboundLineConfig, atOnce: number, { clock, observe, log, onReport }: PollLineDeps, isOver: () => boolean): TurnDeps {
  return {
    retries: line.retries,
    atOnce,
    instant: () => ({ nowMs: clock.nowMs(), wallMs: clock.wallMs() }),
    onReport,
    onFailed: (device, kind, detail) => {
      if (isOver() && kind === 'closed') return;
      observe('southbound.failed', { line: line.id, device: device.id, unit: device.unit, kind, detail });
      log.debug('request failed', { line: line.id, device: device.id, kind, detail });
    },
  };
}

function noteOutcome(line: SouthboundLineConfig, device: PolledDevice, outcome: TurnOutcome, { log }: PollLineDeps): void {
  const wasFailing = device.failures > 0;
  if (outcome === 'silent') device.failures += 1;
  if (outcome === 'answered') device.failures = 0;
  const isFailing = device.failures > 0;
  if (wasFailing !== isFailing) log.warn(isFailing ? 'device does not answer' : 'device answers again', { line: line.id, device: device.id });
}

function unitBackoffMs(line: SouthboundLineConfig, device: PolledDevice, { random }: PollLineDeps): number {
  const bounds = { minimumMs: Math.max(device.periodMs, line.timeout), maximumMs: UNIT_BACKOFF_MS_MAX };
  return backoffMs(device.failures - 1, bounds, random);
}

/** The device that is due first, of those that have no turn now. */
function earliest(devices: readonly ScheduledDevice[]): ScheduledDevice | undefined {
  let first: ScheduledDevice | undefined;
  for (const candidate of devices) {
    if (candidate.isBusy) continue;
    if (first === undefined || candidate.schedule.dueMs < first.schedule.dueMs) first = candidate;
  }
  return first;
}

/** Until somebody asks for the end of the polling. */
function nobodyWaits(): void {}
