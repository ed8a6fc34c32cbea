import { formatDuration, formatUtc } from '../../format-quantity.ts';
import type { RunRecord } from '../../record.ts';
import { headline, VERDICT_MEANINGS } from '../../verdict-summary.ts';
import { blameList } from './blame-list.ts';
import type { FaultMark } from './fault-mark.ts';
import { verdictIcon } from './icons.ts';
import { html, type SafeHtml } from './safe-html.ts';

/** What each tier of determinism means, for a reader who sees the letter for the first time. */
const TIERS: Readonly<Record<RunRecord['tier'], string>> = {
  T0: 'virtual time, in one process',
  T1: 'real time, real sockets and processes',
  T2: 'real hardware on the rig',
};

/** Scenario, verdict with its reasons, when and how it ran, and the command that runs it again. */
export function headerSection(record: RunRecord, faults: readonly FaultMark[]): SafeHtml {
  const { scenario, verdict } = record;
  return html`<header class="hero">
<p class="eyebrow">Scenario</p>
<h1>${scenario.name}</h1>
<p class="lead">${scenario.description}</p>
<div class="verdict v-${verdict}">
<div class="verdict-word">${verdictIcon(verdict, 56)}<strong>${verdict}</strong></div>
<div class="verdict-text"><p class="headline">${headline(record)}</p><p class="meaning">${VERDICT_MEANINGS[verdict]}</p>
${record.reasons.length > 0 && html`<ul class="reasons">${record.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</div>
${blameList(record, faults)}
</div>
${facts(record)}
${replay(record.replayCommand)}
</header>`;
}

function facts({ startedAt, durationMs, seed, tier, repeats, runId }: RunRecord): SafeHtml {
  const rows: readonly (readonly [string, SafeHtml])[] = [
    ['Started', html`<time datetime="${startedAt}">${formatUtc(startedAt)}</time>`],
    ['Took', html`${formatDuration(durationMs)}`],
    ['Seed', html`<code>${seed}</code>`],
    ['Run', html`<code>${runId}</code>`],
    ['Tier', html`<b>${tier}</b> ${TIERS[tier]}. The same seed repeats ${repeats}.`],
  ];
  return html`<dl class="facts">${rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function replay(command: string): SafeHtml {
  return html`<div class="replay"><span class="replay-label">Run it again</span><code id="replay-command">${command}</code>
<button type="button" class="button" id="copy" data-scripted hidden>Copy</button></div>`;
}
