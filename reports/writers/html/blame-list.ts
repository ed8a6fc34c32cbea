import type { Finding } from '../../../conformance/judgement.ts';
import { formatInstant } from '../../format-quantity.ts';
import type { CheckRecord, RunRecord } from '../../record.ts';
import { checkName, checksNotPassed, counted } from '../../verdict-summary.ts';
import { checkAnchor } from './check-table.ts';
import { faultName, type FaultMark } from './fault-mark.ts';
import { verdictBadge } from './icons.ts';
import { html, type SafeHtml } from './safe-html.ts';

/** Checks named beside the verdict at most; the table holds all. */
const BLAMED_MAX = 6;

/** The checks that did not pass, each with its reason, when it happened and under which fault. Empty when all passed. */
export function blameList(record: RunRecord, faults: readonly FaultMark[]): SafeHtml | undefined {
  const blamed = checksNotPassed(record.checks);
  if (blamed.length === 0) return undefined;
  const more = blamed.length - BLAMED_MAX;
  return html`<ul class="blame">${blamed.slice(0, BLAMED_MAX).map((check) => blameItem(check, record, faults))}
${more > 0 && html`<li><a href="#checks">and ${more} more</a></li>`}</ul>`;
}

function blameItem(check: CheckRecord, record: RunRecord, faults: readonly FaultMark[]): SafeHtml {
  const { verdict, because, findings } = check.judgement;
  const when = whenItHappened(check, faults);
  const anchor = checkAnchor(record.checks.indexOf(check));
  return html`<li>${verdictBadge(verdict)}<div><a class="check-name" href="#${anchor}">${checkName(check, record.checks)}</a> ${because}
${when !== '' && html`<p class="when">${when}</p>`}${examples(findings)}</div></li>`;
}

/** The first few findings word by word: one lost sample tells more than a count. */
function examples(findings: readonly Finding[]): SafeHtml | undefined {
  if (findings.length === 0) return undefined;
  const shown = findings.slice(0, 3);
  return html`<ul class="examples">${shown.map(({ t, text }) => html`<li>${instantLink(t)}${text}</li>`)}</ul>`;
}

function instantLink(t: number | undefined): SafeHtml | false {
  return t !== undefined && html`<a href="#timeline" data-at="${t}">${formatInstant(t)}</a> `;
}

/** `37 findings from 15.060 s to 18.239 s, all during F1 partition on uplink`. */
function whenItHappened({ judgement }: CheckRecord, faults: readonly FaultMark[]): string {
  const { findings, findingsTotal } = judgement;
  const instants = findings.flatMap(({ t }) => (t === undefined ? [] : [t]));
  if (instants.length === 0) return '';
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  const count = counted(findings.length, 'finding');
  const listed = findingsTotal > findings.length ? `${findings.length} of ${findingsTotal} findings listed` : count;
  const time = first === last ? `at ${formatInstant(first)}` : `from ${formatInstant(first)} to ${formatInstant(last)}`;
  return [`${listed}, ${time}`, ...duringFaults(findings, faults)].join(', ');
}

/** One phrase for each fault that was in force, by how many findings fell into it; one more for those outside of all. */
function duringFaults(findings: readonly Finding[], faults: readonly FaultMark[]): string[] {
  const ids = [...new Set(findings.flatMap((finding) => finding.faults))];
  const counts = ids
    .map((id) => ({ id, count: findings.filter((finding) => finding.faults.includes(id)).length }))
    .toSorted((a, b) => b.count - a.count);
  const outside = findings.filter((finding) => finding.faults.length === 0).length;
  const share = (count: number): string => (count === findings.length ? (count === 1 ? '' : 'all ') : `${count} `);
  const within = counts.map(({ id, count }) => `${share(count)}during ${faultName(id, faults)}`);
  return faults.length > 0 && outside > 0 ? [...within, `${share(outside)}while no fault was in force`] : within;
}
