import type { Finding } from '../../../conformance/judgement.ts';
import { formatInstant } from '../../format-quantity.ts';
import type { CheckRecord } from '../../record.ts';
import { counted } from '../../verdict-summary.ts';
import { faultTag, type FaultMark } from './fault-mark.ts';
import { html, type SafeHtml } from './safe-html.ts';

/** The evidence of a check, closed for a pass and open for everything else. */
export function findingList({ judgement, that }: CheckRecord, faults: readonly FaultMark[]): SafeHtml | undefined {
  const { findings, findingsTotal, verdict } = judgement;
  const total = Math.max(findingsTotal, findings.length);
  if (total === 0) return undefined;
  const unlisted = total - findings.length;
  const note = `${unlisted} more were counted and not listed; the journal holds what they were found in.`;
  return html`<details class="evidence"${verdict !== 'pass' && html` open`}><summary>Evidence: ${counted(total, 'finding')}</summary>
${findings.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Findings of ${that}"><table class="findings">
<thead><tr><th scope="col">Time</th><th scope="col">What was found</th><th scope="col">Fault</th></tr></thead>
<tbody>${findings.map((finding) => findingRow(finding, faults))}</tbody></table></div>`}
${unlisted > 0 && html`<p class="dim">${note}</p>`}</details>`;
}

function findingRow({ t, text, faults: ids }: Finding, faults: readonly FaultMark[]): SafeHtml {
  const time = t === undefined ? html`<span class="dim">-</span>` : html`<a href="#timeline" data-at="${t}">${formatInstant(t)}</a>`;
  return html`<tr data-finding><td class="instant">${time}</td><td>${text}</td><td>${ids.map((id) => faultTag(id, faults))}</td></tr>
`;
}
