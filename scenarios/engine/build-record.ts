import { createHash } from 'node:crypto';
import { worst, type Verdict } from '../../conformance/verdict.ts';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { numberField, textField } from '../../hil/runtime/observation-fields.ts';
import type { FaultRecord, RunRecord } from '../../reports/record.ts';
import type { Scenario } from './scenario-schema.ts';
import type { Schedule } from './schedule.ts';

/** Completes "the same seed repeats ..." at tier T1: said in every record, because a seed alone promises too much. */
export const REPEATS_AT_T1 =
  'the scenario, the fault schedule and the random choices of every simulated part; not the exact timing, and so not the interleaving of messages';

const REPEATS_AT_T2 =
  'Real hardware (tier T2): the same scenario, seed, fault schedule and random choices of every simulated part repeat; what the real devices tell, and the exact timing, do not.';

/** A run with real devices is a run on hardware; every other one here runs in real time. */
export function tierOf({ topology }: Scenario): 'T1' | 'T2' {
  return topology.real.length > 0 ? 'T2' : 'T1';
}

/** What repeats at the tier of a scenario. */
export function repeatsOf(scenario: Scenario): string {
  return tierOf(scenario) === 'T2' ? REPEATS_AT_T2 : REPEATS_AT_T1;
}

/** The phases as they really were. */
export function phaseRecords(entries: readonly JournalEntry[]): RunRecord['phases'] {
  const lastMs = entries.at(-1)?.t ?? 0;
  return entries
    .filter(({ type }) => type === 'phase.started')
    .map(({ t, data }) => {
      const name = textField(data, 'phase');
      const end = entries.find((entry) => entry.type === 'phase.ended' && entry.data['phase'] === name);
      return { name, startMs: t, endMs: end?.t ?? lastMs };
    });
}

/** The faults of the schedule, each with what became of it. */
export function faultRecords(schedule: Schedule, entries: readonly JournalEntry[]): FaultRecord[] {
  const phases = phaseRecords(entries);
  return schedule.faults.map(({ id, kind, on, params, start }) => {
    const began = entries.find(({ type, data }) => type === 'fault.started' && data['fault'] === id);
    const ended = entries.find(({ type, data }) => type === 'fault.ended' && data['fault'] === id);
    const verified = entries.find(({ type, data, seq }) => type === 'link.verified' && data['link'] === on && seq > (ended?.seq ?? Infinity));
    const plannedStartMs = 'phase' in start ? (phases.find(({ name }) => name === start.phase)?.startMs ?? 0) + start.offsetMs : (began?.t ?? 0);
    return {
      id,
      kind,
      on,
      params,
      plannedStartMs,
      startMs: began?.t ?? null,
      endMs: ended?.t ?? null,
      restored: began === undefined || verified?.data['ok'] === true,
      effects: effectsOf(began, ended),
    };
  });
}

/** How far each counter of the link moved while the fault was in force. */
function effectsOf(began: JournalEntry | undefined, ended: JournalEntry | undefined): Record<string, number> {
  const before = numbersOf(began?.data['counters']);
  return Object.fromEntries(
    Object.entries(numbersOf(ended?.data['counters']))
      .map(([name, value]): [string, number] => [name, value - (before[name] ?? 0)])
      .filter(([name, value]) => value !== 0 && name !== 'open'),
  );
}

function numbersOf(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

/** Highest memory and last CPU figure that each process reported. */
export function processFigures(entries: readonly JournalEntry[]): Map<string, { rssMaxBytes: number; cpuMs: number }> {
  const figures = new Map<string, { rssMaxBytes: number; cpuMs: number }>();
  for (const { source, type, data } of entries) {
    if (type !== 'process.sample') continue;
    const before = figures.get(source) ?? { rssMaxBytes: 0, cpuMs: 0 };
    figures.set(source, { rssMaxBytes: Math.max(before.rssMaxBytes, numberField(data, 'rssBytes')), cpuMs: Math.max(before.cpuMs, numberField(data, 'cpuMs')) });
  }
  return figures;
}

/** SHA-256 of the canonical schedule: equal for a run and its replay. */
export function scheduleSha256(schedule: Schedule): string {
  return createHash('sha256').update(canonicalJson(schedule)).digest('hex');
}

/** The verdict of a run: the worst of its checks, and never better than what befell the run itself. */
export function runVerdict(checks: RunRecord['checks'], ownFault: boolean, interrupted: boolean): Verdict {
  const own: Verdict[] = ownFault ? ['error'] : interrupted ? ['inconclusive'] : [];
  return worst([...checks.map(({ judgement }) => judgement.verdict), ...own]);
}
