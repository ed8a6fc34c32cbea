import { createHash } from 'node:crypto';
import type { RunRecord } from '../../record.ts';
import type { ReportWriter } from '../../report-writer.ts';
import { chartSection } from './chart-section.ts';
import { CHART_SCRIPT } from './chart-script.ts';
import { CHART_STYLE } from './chart-style.ts';
import { checkTable } from './check-table.ts';
import { environmentSection } from './environment-section.ts';
import { faultMarks } from './fault-mark.ts';
import { faultTable } from './fault-table.ts';
import { headerSection } from './header-section.ts';
import { LOGO, verdictFavicon } from './icons.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { PRINT_STYLE } from './print-style.ts';
import { processTable } from './process-table.ts';
import { html, trusted, type SafeHtml } from './safe-html.ts';
import { TABLE_STYLE } from './table-style.ts';
import { themeStyle } from './theme-style.ts';
import { tiles } from './tiles.ts';

/** `report.html`: one file that opens offline, made from the record alone. Works without script; prints. */
export const htmlWriter: ReportWriter = {
  format: 'html',
  fileName: 'report.html',
  render: (record) => new TextEncoder().encode(reportPage(record).markup),
};

const SCRIPT = `${PAGE_SCRIPT}\n${CHART_SCRIPT}`;
/**
 * Nothing may be fetched, and no script but ours may run: were a text ever to slip through unescaped, the browser would
 * still refuse it. (Content Security Policy Level 3, section 6.7.3: the hash of an inline script.)
 */
const POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function reportPage(record: RunRecord): SafeHtml {
  const { scenario, verdict, seed, schemaVersion, environment } = record;
  const faults = faultMarks(record);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${verdict.toUpperCase()}: ${scenario.name} (seed ${seed})</title>
<link rel="icon" href="${verdictFavicon(verdict)}">
<style>${trusted([themeStyle(), PAGE_STYLE, CHART_STYLE, TABLE_STYLE, PRINT_STYLE].join('\n'))}</style></head>
<body><a class="skip" href="#checks">Skip to the checks</a>
<div class="topbar"><div class="topbar-inner"><span class="brand">${LOGO}<span>fieldproof</span></span>${navigation(record)}
<button type="button" class="button" id="theme" data-scripted hidden>Dark</button></div></div>
<main>
${headerSection(record, faults)}
${tiles(record, faults)}
${chartSection(record, faults)}
${checkTable(record, faults)}
${faultTable(faults)}
${processTable(record)}
${environmentSection(record)}
</main>
<footer><p>Rendered by fieldproof ${environment.fieldproof} from run.json (schema ${schemaVersion}) alone.
This file fetches nothing.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body></html>
`;
}

function navigation({ faults, processes }: RunRecord): SafeHtml {
  const links = [
    ['timeline', 'Timeline'],
    ['checks', 'Checks'],
    ...(faults.length > 0 ? [['faults', 'Faults']] : []),
    ...(processes.length > 0 ? [['processes', 'Processes']] : []),
    ['evidence', 'Evidence'],
  ] as const;
  return html`<nav aria-label="Sections">${links.map(([id, label]) => html`<a href="#${id}">${label}</a>`)}</nav>`;
}
