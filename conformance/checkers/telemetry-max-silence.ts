import { durationMs } from '../../hil/runtime/quantities.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import { collectFindings, type Findings } from './collect-findings.ts';
import type { History } from './history.ts';
import { plcDevice, seen } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';
import { realDevices } from './real-devices.ts';
import { telemetryStreams, type PointStream } from './telemetry-streams.ts';
import { unreadSpans, type UnreadSpan } from './unread-windows.ts';
import { counted, listed, seconds } from './wording.ts';

const params = z.strictObject({
  group: z.string().optional().describe('Only devices of this PLC group.'),
  tolerance: durationMs.prefault('2s').describe('How much later a report may come: at least the period of polling, because a gateway reports what it polls.'),
});

/** What became of the silences of the points. */
interface SilenceTally {
  /** Points with a bound on their silence. */
  points: number;
  /** Points that were watched for longer than their bound: only these can show anything. */
  proven: number;
  /** Reports that there were. */
  reports: number;
  longestMs: number;
  /** Silences that were too long, while answers of the device may not have reached the gateway. */
  excused: number;
}

/** A gateway asks a device that fell silent ever more rarely, at least each 10 s, so its next report may take as long. */
const RECOVERY_MS = 10_000;

/**
 * Report by exception: a point whose profile states `maxSilenceMs` is reported at least so often, changed or not. Judged by
 * what the gateway that polls published, from the device's first report until the senders were stopped, so that a cut uplink
 * is no silence. While answers of the device may not have reached the gateway (faults on its line, requests given up), and
 * until it had the time to ask again, nothing is owed.
 */
export const telemetryMaxSilence: Checker<typeof params, 'telemetry.maxSilence'> = {
  that: 'telemetry.maxSilence',
  purpose: 'Every point with a maximum silence was reported at least so often, also while it did not change.',
  params,
  check(history, { group, tolerance }) {
    const findings = collectFindings(history);
    const spansOf = unreadSpans(history);
    const total: SilenceTally = { points: 0, proven: 0, reports: 0, longestMs: 0, excused: 0 };
    const { streams } = telemetryStreams(history, undefined);
    const first = firstReports(streams);
    const unheard: string[] = [];
    for (const [device, points] of boundedPoints(history, streams, group)) {
      total.points += points.length;
      const sinceMs = first.get(device);
      if (sinceMs === undefined) {
        unheard.push(device);
        continue;
      }
      const gateway = streams.find((stream) => stream.device === device)?.gateway;
      const watch = { sinceMs, untilMs: history.quiescedMs, tolerance, spans: spansOf({ device, gateway }).toSorted(([one], [other]) => one - other) };
      for (const point of points) judgePoint(point, watch, findings, total);
    }
    return conclude(history, findings, total, unheard, tolerance);
  },
};

/** When each device was reported on first, by whatever point. */
function firstReports(streams: readonly PointStream[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { device, publications } of streams) {
    for (const { t } of publications) if (t < (first.get(device) ?? Infinity)) first.set(device, t);
  }
  return first;
}

/** A point with a bound on its silence, and when its gateway reported it. */
interface BoundedPoint {
  readonly name: string;
  readonly boundMs: number;
  readonly reportsMs: readonly number[];
}

/** By device. A point that nobody ever polled has no stream, but it is owed reports all the same. */
function boundedPoints(history: History, streams: readonly PointStream[], group: string | undefined): ReadonlyMap<string, readonly BoundedPoint[]> {
  const members = group === undefined ? undefined : (history.topology?.plcs.find((plcs) => plcs.group === group)?.devices ?? []);
  const byName = new Map(streams.map((stream) => [`${stream.device}/${stream.point}`, stream]));
  const devices = new Map<string, readonly BoundedPoint[]>();
  for (const { device, points } of [...seen(history, plcDevice).map(({ data }) => data), ...realDevices(history).values()]) {
    if (members !== undefined && !members.includes(device)) continue;
    const bounded = points
      .filter(({ maxSilenceMs }) => maxSilenceMs > 0)
      .map(({ name, maxSilenceMs }): BoundedPoint => {
        const stream = byName.get(`${device}/${name}`);
        return { name: `${device} ${name}`, boundMs: maxSilenceMs, reportsMs: (stream?.publications ?? []).map(({ t }) => t).toSorted((one, other) => one - other) };
      });
    if (bounded.length > 0) devices.set(device, bounded);
  }
  return devices;
}

interface Watch {
  /** First report of the device: from then on its gateway polls it. */
  readonly sinceMs: number;
  /** When the senders were stopped; Infinity when that is not known. */
  readonly untilMs: number;
  readonly tolerance: number;
  /** In order of their start. */
  readonly spans: readonly UnreadSpan[];
}

function judgePoint({ name, boundMs, reportsMs }: BoundedPoint, { sinceMs, untilMs, tolerance, spans }: Watch, findings: Findings, total: SilenceTally): void {
  const reports = reportsMs.filter((t) => t <= untilMs);
  const isEnded = Number.isFinite(untilMs);
  const ends = isEnded ? [...reports, untilMs] : reports;
  total.reports += reports.length;
  if ((ends.at(-1) ?? sinceMs) - sinceMs > boundMs) total.proven += 1;
  let startMs = sinceMs;
  for (const [index, endMs] of ends.entries()) {
    const dueMs = startMs + boundMs;
    const silenceMs = endMs - startMs;
    const isTooLong = endMs > dueMs + tolerance;
    const isExcused = isTooLong && endMs <= excusedUntilMs(dueMs, tolerance, spans);
    if (isExcused) total.excused += 1;
    else total.longestMs = Math.max(total.longestMs, silenceMs);
    if (isTooLong && !isExcused) {
      const isOpen = isEnded && index === ends.length - 1;
      findings.add('silent', dueMs, `${name} was silent for ${seconds(silenceMs)}${isOpen ? ' and to the end' : ''}, at most ${seconds(boundMs)} allowed`);
    }
    startMs = endMs;
  }
}

/** Each span in which the report that was due could not be made puts it off to its end. */
function excusedUntilMs(dueMs: number, tolerance: number, spans: readonly UnreadSpan[]): number {
  let untilMs = dueMs + tolerance;
  for (const [fromMs, toMs] of spans) {
    if (fromMs <= untilMs && toMs >= dueMs) untilMs = Math.max(untilMs, toMs + RECOVERY_MS + tolerance);
  }
  return untilMs;
}

function conclude(history: History, findings: Findings, total: SilenceTally, unheard: readonly string[], tolerance: number): Judgement {
  const figures = { points: total.points, provenPoints: total.proven, reports: total.reports, longestSilenceMs: Math.round(total.longestMs), excusedSilences: total.excused, toleranceMs: tolerance };
  const parts = { figures, findings: findings.all };
  if (findings.all.length > 0) return makeJudgement('fail', `${counted(findings.all.length, 'silence')} too long, ${findings.span('silent')}`, parts);
  const missing: string[] = [];
  if (total.points === 0) missing.push('no point of the run has a maximum silence');
  else if (total.proven === 0) missing.push('no point was watched for longer than its maximum silence');
  if (unheard.length > 0) missing.push(`no gateway published anything of ${listed(unheard)}`);
  if (!Number.isFinite(history.quiescedMs)) missing.push('the run was never quiesced, so its end cannot be judged');
  if (missing.length > 0) return makeJudgement('inconclusive', missing.join('; '), { figures });
  const excused = total.excused === 0 ? '' : `; ${counted(total.excused, 'silence')} excused, for the device could not be read`;
  return makeJudgement('pass', `${counted(total.proven, 'point')} watched for longer than the maximum silence, the longest silence ${seconds(total.longestMs)}${excused}`, { figures });
}
