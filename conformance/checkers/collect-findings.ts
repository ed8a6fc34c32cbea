import type { Finding } from '../judgement.ts';
import type { History } from './history.ts';
import { listed, seconds } from './wording.ts';

/** Findings of one check, by kind (`lost`, `duplicate`), each with the faults in force at its instant. */
export interface Findings {
  /** @param t - Milliseconds since the start of the run; undefined when nobody saw the instant. */
  add(kind: string, t: number | undefined, text: string): void;
  count(kind: string): number;
  /** When a kind happened and under what: `all between 15.0 s and 25.1 s under partition@uplink#1`; empty when there is none. */
  span(kind: string): string;
  readonly all: readonly Finding[];
}

export function collectFindings(history: History): Findings {
  const all: Finding[] = [];
  const byKind = new Map<string, Finding[]>();
  return {
    all,
    add(kind, t, text) {
      const finding: Finding = t === undefined ? { text, faults: [] } : { t, text, faults: history.faultsAt(t) };
      all.push(finding);
      const sameKind = byKind.get(kind);
      if (sameKind === undefined) byKind.set(kind, [finding]);
      else sameKind.push(finding);
    },
    count: (kind) => byKind.get(kind)?.length ?? 0,
    span: (kind) => spanOf(byKind.get(kind) ?? []),
  };
}

function spanOf(findings: readonly Finding[]): string {
  const instants = findings.flatMap(({ t }) => (t === undefined ? [] : [t])).toSorted((a, b) => a - b);
  const first = instants[0];
  const last = instants.at(-1);
  if (first === undefined || last === undefined) return '';
  const all = instants.length === findings.length ? 'all ' : '';
  const when = instants.length === 1 ? `at ${seconds(first)}` : `${all}between ${seconds(first)} and ${seconds(last)}`;
  return `${when}${underWhat(findings)}`;
}

function underWhat(findings: readonly Finding[]): string {
  const faults = [...new Set(findings.flatMap((finding) => finding.faults))];
  if (faults.length === 0) return ' with no fault in force';
  const always = findings.every((finding) => finding.faults.length > 0);
  return ` ${always ? '' : 'partly '}under ${listed(faults)}`;
}
