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
import { pageShell } from './page-shell.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { PRINT_STYLE } from './print-style.ts';
import { processTable } from './process-table.ts';
import { html, type SafeHtml } from './safe-html.ts';
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

function reportPage(record: RunRecord): SafeHtml {
  const { scenario, verdict, seed, schemaVersion, environment, faults, processes } = record;
  const marks = faultMarks(record);
  return pageShell({
    title: `${verdict.toUpperCase()}: ${scenario.name} (seed ${seed})`,
    verdict,
    sections: [
      ['timeline', 'Timeline'],
      ['checks', 'Checks'],
      ...(faults.length > 0 ? [['faults', 'Faults'] as const] : []),
      ...(processes.length > 0 ? [['processes', 'Processes'] as const] : []),
      ['evidence', 'Evidence'],
    ],
    skipTo: ['checks', 'Skip to the checks'],
    main: [headerSection(record, marks), tiles(record, marks), chartSection(record, marks), checkTable(record, marks), faultTable(marks), processTable(record), environmentSection(record)],
    footer: html`<p>Rendered by fieldproof ${environment.fieldproof} from run.json (schema ${schemaVersion}) alone.
This file fetches nothing.</p>`,
    styles: [themeStyle(), PAGE_STYLE, CHART_STYLE, TABLE_STYLE, PRINT_STYLE],
    script: SCRIPT,
  });
}
