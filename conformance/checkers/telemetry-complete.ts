import { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { Checker } from './checker.ts';
import { collectFindings, type Findings } from './collect-findings.ts';
import type { History } from './history.ts';
import { judgeStream, TRAILING_MARGIN_MS, type StreamTally } from './judge-stream.ts';
import { makeJudgement } from './make-judgement.ts';
import { isObserved } from './observation-point.ts';
import { fellSilent, realDevices } from './real-devices.ts';
import { telemetryStreams, type PointStream, type TelemetryStreams } from './telemetry-streams.ts';
import { unreadWindows } from './unread-windows.ts';
import { counted, grouped, listed, seconds } from './wording.ts';

const params = z.strictObject({
  at: z.string().optional().describe('Gateway whose observer is asked; by default the far end of each uplink chain.'),
  minSamples: z.number().int().min(1).default(1).describe('Fewer received samples are inconclusive.'),
});

const KINDS = ['lost', 'skipped', 'altered', 'duplicate', 'out of order'] as const;

/**
 * The end-to-end oracle: what the PLCs really told (`plc.served`) against what reached the observer
 * (`telemetry.received`). Finds numbers that are missing or come again, values that were never told, changes beyond the
 * deadband that were never reported, and order that was lost. What was served within the last second (TRAILING_MARGIN_MS)
 * before the senders were stopped, and what may never have reached the gateway (faults on its line), need not be reflected.
 * A change that is reported late is no loss; `telemetry.latency` judges that.
 * Real devices of the lab tell nobody what they served: they are judged by what their gateway published, and one that stopped
 * answering keeps the run from passing.
 * Values polled by a boot that was killed before it reported them cannot be told from values never polled.
 */
export const telemetryComplete: Checker<typeof params, 'telemetry.complete'> = {
  that: 'telemetry.complete',
  purpose: 'Every change of a point that the PLC told reached the far end once, in order and unaltered.',
  params,
  check(history, { at, minSamples }) {
    const sorted = telemetryStreams(history, at);
    const findings = collectFindings(history);
    const mayBeUnreadFor = unreadWindows(history);
    const unobserved = new Set<string>();
    const total: StreamTally = { received: 0, lost: 0, redelivered: 0, served: 0, excused: 0 };
    const silent = silentDevices(sorted);
    for (const stream of sorted.streams) {
      if (!isObserved(history, stream.at)) unobserved.add(stream.at);
      else if (!silent.has(stream.device) && isExpected(stream)) addTo(total, judgeStream(history, stream, mayBeUnreadFor(stream), findings));
    }
    return conclude(history, sorted, findings, total, missingData(history, sorted, silent, [...unobserved], total, minSamples));
  },
};

/** Devices of which nothing was published and nothing arrived: perhaps nobody polls them, so that nothing can be judged. */
function silentDevices({ devices, streams }: TelemetryStreams): ReadonlySet<string> {
  const heard = new Set(streams.filter(({ arrivals, publications }) => arrivals.length + publications.length > 0).map(({ device }) => device));
  return new Set(devices.filter((device) => !heard.has(device)));
}

function addTo(total: StreamTally, tally: StreamTally): void {
  total.received += tally.received;
  total.lost += tally.lost;
  total.redelivered += tally.redelivered;
  total.served += tally.served;
  total.excused += tally.excused;
}

/** A PLC lists the points that can be read; one that it served by the way (a gap in a block) and nobody reported is no loss. */
function isExpected({ facts, arrivals, publications }: PointStream): boolean {
  return facts !== undefined || arrivals.length + publications.length > 0;
}

/** What keeps a clean journal from being a pass. */
function missingData(
  history: History,
  sorted: TelemetryStreams,
  silent: ReadonlySet<string>,
  unobserved: readonly string[],
  total: StreamTally,
  minSamples: number,
): string[] {
  const missing: string[] = [];
  const served = new Set(sorted.streams.filter((stream) => stream.served.length > 0).map(({ device }) => device));
  const real = realDevices(history);
  const unserved = sorted.devices.filter((device) => !served.has(device) && !real.has(device));
  if (sorted.devices.length === 0) missing.push('no PLC told what it served');
  if (unobserved.length > 0) missing.push(`nobody observed at ${listed(unobserved)}`);
  if (sorted.unplaced.length > 0) missing.push(`the journal does not tell where ${listed(sorted.unplaced)} should arrive`);
  if (unserved.length > 0) missing.push(`nobody asked ${listed(unserved)}`);
  if (silent.size > 0) missing.push(`no telemetry of ${listed([...silent])}`);
  missing.push(...fellSilent(history, sorted.streams));
  if (!Number.isFinite(history.quiescedMs)) missing.push('the run was never quiesced, so its end cannot be judged');
  if (total.received < minSamples) missing.push(`${counted(total.received, 'sample')} received, at least ${grouped(minSamples)} needed`);
  return missing;
}

function conclude(history: History, { streams, devices }: TelemetryStreams, findings: Findings, total: StreamTally, missing: readonly string[]): Judgement {
  const samples = total.received + total.lost;
  const real = devices.filter((device) => realDevices(history).has(device));
  const figures = {
    samples,
    received: total.received,
    lost: total.lost,
    skipped: findings.count('skipped'),
    altered: findings.count('altered'),
    duplicates: findings.count('duplicate'),
    outOfOrder: findings.count('out of order'),
    redelivered: total.redelivered,
    devices: devices.length,
    ...(real.length === 0 ? {} : { realDevices: real.length }),
    points: streams.length,
    servedValues: total.served,
    excusedValues: total.excused,
    trailingMarginMs: TRAILING_MARGIN_MS,
  };
  if (findings.all.length > 0) {
    const because = KINDS.filter((kind) => findings.count(kind) > 0).map((kind) => sentenceOf(kind, findings, samples));
    return makeJudgement('fail', because.join('; '), { figures, findings: findings.all });
  }
  if (missing.length > 0) return makeJudgement('inconclusive', missing.join('; '), { figures });
  const said = [`${counted(samples, 'sample')} of ${counted(devices.length, 'device')} arrived in order, none lost, up to ${seconds(history.quiescedMs)}`];
  if (total.redelivered > 0) said.push(`${grouped(total.redelivered)} redelivered, as QoS 1 allows`);
  if (real.length > 0) said.push(`${listed(real)} judged from what the gateway published on, for a real device has no other witness`);
  return makeJudgement('pass', said.join('; '), { figures });
}

function sentenceOf(kind: (typeof KINDS)[number], findings: Findings, samples: number): string {
  const span = findings.span(kind);
  const count = findings.count(kind);
  const what = WORDS[kind](count, samples);
  return span === '' ? what : `${what}, ${span}`;
}

const WORDS: Readonly<Record<(typeof KINDS)[number], (count: number, samples: number) => string>> = {
  lost: (count, samples) => `${grouped(count)} of ${counted(samples, 'sample')} lost`,
  skipped: (count) => `${counted(count, 'reportable change')} never reported`,
  altered: (count) => `${counted(count, 'sample')} not as the PLC told`,
  duplicate: (count) => `${counted(count, 'sample')} received twice at a QoS that forbids it`,
  'out of order': (count) => `${counted(count, 'sample')} out of order`,
};
