import { captureStops } from '../../capture-stops.ts';
import { formatPairs, sortedEntries } from '../../format-figure.ts';
import { formatBytes, formatNumber } from '../../format-quantity.ts';
import type { CaptureRecord, RunRecord } from '../../record.ts';
import { html, type SafeHtml } from './safe-html.ts';

/** Where the run took place, from which inputs, and the hashes that tie this page to its evidence. */
export function environmentSection(record: RunRecord): SafeHtml {
  const { environment, scenario, journal, variables, capture } = record;
  const where: readonly (readonly [string, string])[] = [
    ['fieldproof', environment.fieldproof],
    ['Node', environment.node],
    ['Platform', environment.platform],
    ['CPU', `${environment.cpu}, ${environment.cpus} cores`],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['Exit code', String(record.exitCode)],
    ...(Object.keys(variables).length === 0 ? [] : [['Variables', formatPairs(variables).join(', ')] as const]),
  ];
  return html`<section id="evidence" aria-labelledby="evidence-heading">
<div class="section-head"><h2 id="evidence-heading">Environment and evidence</h2></div>
<div class="columns"><dl class="pairs">${where.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<dl class="pairs">${[
    hashRow('Scenario file', scenario.file, scenario.sha256),
    hashRow('Schedule', 'schedule.json', record.scheduleSha256),
    hashRow(`Journal, ${formatNumber(journal.entries)} entries`, journal.file, journal.headHash),
    ...(capture === undefined ? [] : [captureRow(capture)]),
  ]}</dl></div>
${topology(record)}</section>`;
}

function captureRow(capture: CaptureRecord): SafeHtml {
  const stops = captureStops(capture);
  return hashRow(`Capture, ${formatNumber(capture.packets)} packets${stops === '' ? '' : `; ${stops}`}`, capture.file, capture.sha256);
}

function hashRow(term: string, file: string, sha256: string): SafeHtml {
  return html`<div><dt>${term}</dt><dd>${file}<code class="hash">${sha256}</code></dd></div>`;
}

function topology(record: RunRecord): SafeHtml | undefined {
  const entries = sortedEntries(record.topology).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  if (entries.length === 0) return undefined;
  const parts = entries.map(([key, value]) => (Array.isArray(value) ? `${key} ${value.length}` : key)).join(', ');
  const whole = JSON.stringify(Object.fromEntries(entries), sortedMembers, 2);
  return html`<details class="topology"><summary>Topology: ${parts}</summary><pre>${whole}</pre></details>`;
}

/** Members in order of their names, so that a record read back from disk gives the same page. */
function sortedMembers(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(sortedEntries({ ...value })) : value;
}
