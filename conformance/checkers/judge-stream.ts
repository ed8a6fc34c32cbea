import type { Findings } from './collect-findings.ts';
import type { History } from './history.ts';
import { matchServed, type Report, type ServedMatch } from './match-served.ts';
import { observedFromMs } from './observation-point.ts';
import { auditSequence, type SequenceAudit } from './sequence-audit.ts';
import type { PointStream } from './telemetry-streams.ts';
import type { MayBeUnread } from './unread-windows.ts';
import { grouped, seconds } from './wording.ts';

/**
 * What was served later than this before the senders were stopped may still have been between poll and report, milliseconds.
 */
export const TRAILING_MARGIN_MS = 1_000;
/** Two children write their instants before and after the bytes pass between them; an effect may seem this much earlier than its cause. */
const CAUSE_SLACK_MS = 50;

/** For points that no PLC of the run has: every value must have been told exactly. */
const EXACT = { resolution: 0, deadband: 0 };

export interface StreamTally {
  received: number;
  lost: number;
  redelivered: number;
  served: number;
  /** Served values that may not have reached the gateway. */
  excused: number;
}

/** Judges one point of one device at its observer: numbers, values, nothing skipped. Adds what it finds to `findings`. */
export function judgeStream(history: History, stream: PointStream, mayBeUnread: MayBeUnread, findings: Findings): StreamTally {
  const fromMs = observedFromMs(history, stream.at);
  const untilMs = Number.isFinite(history.quiescedMs) ? history.quiescedMs : -Infinity;
  const startedMs = history.ofType('gateway.started').find(({ source }) => source === stream.gateway)?.t;
  const firstBootBegan = startedMs !== undefined && startedMs >= fromMs;
  const audit = auditSequence(stream.arrivals, { publications: stream.publications, fromMs, untilMs, firstBootBegan });
  const served = stream.served.map(({ t, v }) => ({ t, v, excused: mayBeUnread(t) }));
  reportSequence(audit, stream, findings);
  if (stream.isReal) reportAltered(audit, stream, findings);
  else {
    const reports = reportsOf(audit, stream, fromMs, firstBootBegan);
    const trailingMs = endsLost(audit) ? -Infinity : untilMs - TRAILING_MARGIN_MS;
    reportValues(audit, stream, matchServed(served, reports, stream.facts ?? EXACT, trailingMs), findings);
  }
  return {
    received: audit.boots.reduce((sum, boot) => sum + boot.reports.length, 0),
    lost: audit.lost.length,
    redelivered: audit.redelivered.length,
    served: served.length,
    excused: served.filter(({ excused }) => excused).length,
  };
}

function reportValues(audit: SequenceAudit, stream: PointStream, { altered, skipped, trailing }: ServedMatch, findings: Findings): void {
  const name = nameOf(stream);
  const arrivals = audit.boots.flatMap(({ reports }) => reports);
  for (const index of altered) {
    const arrival = arrivals[index];
    if (arrival === undefined) continue;
    const { n, v, t } = arrival;
    const what = `${name} n ${grouped(n)} = ${String(v)} arrived at ${seconds(t)}`;
    findings.add('altered', t, `${what}, but the PLC told no such value that it could report`);
  }
  for (const { before, served } of skipped) {
    const next = arrivals[before]?.n ?? 0;
    const what = `${name}: ${String(served.v)} was served at ${seconds(served.t)}`;
    findings.add('skipped', served.t, `${what} and had to be reported before n ${grouped(next)}, but was not`);
  }
  if (trailing !== undefined) {
    const what = `${name}: ${String(trailing.v)} was served at ${seconds(trailing.t)}`;
    findings.add('skipped', trailing.t, `${what} and had to be reported, but nothing came after it`);
  }
}

/** A real device has no witness of its own: what its gateway published is the best that is known of it. */
function reportAltered({ boots }: SequenceAudit, stream: PointStream, findings: Findings): void {
  const published = new Map(stream.publications.map(({ boot, n, v }) => [`${boot}/${n}`, v]));
  for (const { boot, n, v, t } of boots.flatMap(({ reports }) => reports)) {
    const told = published.get(`${boot}/${n}`);
    if (told === undefined || told === v) continue;
    findings.add('altered', t, `${nameOf(stream)} n ${grouped(n)} arrived as ${String(v)}; its gateway published ${String(told)}`);
  }
}

function reportSequence(audit: SequenceAudit, stream: PointStream, findings: Findings): void {
  const name = nameOf(stream);
  for (const { boot, n, publishedMs } of audit.lost) {
    const when = publishedMs === undefined ? '' : `, published at ${seconds(publishedMs)},`;
    // Without the gateway's own word the arrival after the gap is the nearest instant that anybody saw.
    const t = publishedMs ?? stream.arrivals.find((arrival) => arrival.boot === boot && arrival.n > n)?.t;
    findings.add('lost', t, `${name} n ${grouped(n)} (boot ${boot})${when} was lost`);
  }
  for (const { t, n, boot } of audit.outOfOrder) findings.add('out of order', t, `${name} n ${grouped(n)} (boot ${boot}) arrived after a later one`);
  for (const { t, n, qos } of audit.duplicates) findings.add('duplicate', t, `${name} n ${grouped(n)} arrived again at QoS ${qos}`);
  for (const { first, again } of audit.changed) {
    findings.add('altered', again.t, `${name} n ${grouped(again.n)} arrived as ${String(first.v)} and again as ${String(again.v)}`);
  }
}

function reportsOf(audit: SequenceAudit, { publications }: PointStream, fromMs: number, firstBootBegan: boolean): Report[] {
  const publishedMs = new Map(publications.map(({ boot, n, t }) => [`${boot}/${n}`, t]));
  return audit.boots.flatMap(({ boot, reports }, bootIndex) =>
    reports.map(({ t, n, v }, index) => {
      const known = publishedMs.get(`${boot}/${n}`);
      // The very first report of a run that was watched from its start must be of the first value that was told.
      const watched = bootIndex === 0 && n === 1 && (firstBootBegan || (known !== undefined && known >= fromMs));
      const follows = index > 0 && reports[index - 1]?.n === n - 1;
      return { v, notAfterMs: Math.min(t, known ?? t) + CAUSE_SLACK_MS, restarts: !(watched || follows) };
    }),
  );
}

/** True when reports after the last received one are known to be lost: their values are then no second finding. */
function endsLost({ boots, lost }: SequenceAudit): boolean {
  const last = boots.at(-1);
  const lastN = last?.reports.at(-1)?.n ?? 0;
  return lost.some(({ boot, n }) => last === undefined || boot !== last.boot || n > lastN);
}

function nameOf({ device, point }: PointStream): string {
  return `${device} ${point}`;
}
