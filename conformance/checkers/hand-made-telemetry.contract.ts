import { reportByException } from '../../hil/gateway/southbound/report-by-exception.ts';
import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import type { PlcPointFacts } from '../../sim/plc/plc-events.ts';
import { runFrame, type Line } from './hand-made-history.contract.ts';

/** One report on its way from poll to observer, before it becomes lines of a journal. */
export interface MadeReport {
  readonly device: string;
  readonly point: string;
  readonly n: number;
  readonly boot: string;
  readonly v: PointValue;
  /** When the PLC told the value; published 2 ms later. */
  readonly servedMs: number;
  readonly arrivedMs: number;
  readonly qos: number;
}

/** What one device tells: the values of each point, poll by poll. */
export interface MadeDevice {
  readonly device: string;
  readonly points: readonly { readonly facts: PlcPointFacts; readonly values: readonly PointValue[] }[];
}

export const POLL_MS = 1_000;
const FIRST_POLL_MS = 1_000;
const LATENCY_MS = 8;

export function pointFacts(facts: Partial<PlcPointFacts>): PlcPointFacts {
  return { name: 'pressure', units: 'bar', resolution: 0.1, deadband: 0, maxSilenceMs: 0, ...facts };
}

/** What a flawless gateway reports of a device that is polled once a second from 1,000 on. */
export function flawlessReports({ device, points }: MadeDevice): MadeReport[] {
  return points.flatMap(({ facts, values }) => {
    const rule = reportByException(facts);
    return values.flatMap((v, poll) => {
      const servedMs = FIRST_POLL_MS + poll * POLL_MS;
      const n = rule.offer(v, servedMs);
      return n === undefined ? [] : [{ device, point: facts.name, n, boot: 'b0070001', v, servedMs, arrivedMs: servedMs + LATENCY_MS, qos: 1 }];
    });
  });
}

/** `plc.device` and `plc.served` of the devices. */
export function servedLines(devices: readonly MadeDevice[]): Line[] {
  return devices.flatMap(({ device, points }) => {
    const polls = Math.max(0, ...points.map(({ values }) => values.length));
    const served = Array.from({ length: polls }, (_, poll): Line => {
      const values = points.flatMap(({ facts, values: all }) => (all[poll] === undefined ? [] : [[facts.name, all[poll]] as const]));
      return [FIRST_POLL_MS + poll * POLL_MS, 'pumps', 'plc.served', { device, unit: 1, values: Object.fromEntries(values) }];
    });
    const about: Line = [1, 'pumps', 'plc.device', { device, unit: 1, profile: 'made', points: points.map(({ facts }) => ({ ...facts })) }];
    return [about, ...served];
  });
}

export function publishedLines(reports: readonly MadeReport[]): Line[] {
  return reports.map(({ device, point, n, boot, v, servedMs }) => [servedMs + 2, 'edge', 'telemetry.published', { device, point, n, boot, v, wallMs: servedMs }]);
}

export function receivedLines(reports: readonly MadeReport[], at = 'cloud'): Line[] {
  return reports.map(({ device, point, n, boot, v, servedMs, arrivedMs, qos }) => [
    arrivedMs,
    `observer-${at}`,
    'telemetry.received',
    { at, device, point, n, boot, v, wallMs: servedMs, qos, dup: false },
  ]);
}

/** A whole journal: the devices tell, `published` is what the gateway says it reported, `received` what came out. */
export function telemetryJournal(devices: readonly MadeDevice[], published: readonly MadeReport[], received: readonly MadeReport[]): Line[] {
  const polls = Math.max(1, ...devices.flatMap(({ points }) => points.map(({ values }) => values.length)));
  const quiescedMs = FIRST_POLL_MS + polls * POLL_MS;
  const started: Line = [20, 'edge', 'gateway.started', { mqttPort: 1, httpPort: 2, configSha256: '' }];
  return [...runFrame(quiescedMs, quiescedMs + 1_000), started, ...servedLines(devices), ...publishedLines(published), ...receivedLines(received)];
}
