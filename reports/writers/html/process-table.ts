import { formatBytes, formatDuration } from '../../format-quantity.ts';
import type { RunRecord } from '../../record.ts';
import { plainTableSection, type Column } from './plain-table.ts';
import { html, type SafeHtml } from './safe-html.ts';

const COLUMNS: readonly Column<RunRecord['processes'][number]>[] = [
  { head: 'Process', cell: ({ id }) => id },
  { head: 'Role', cell: ({ role }) => role },
  { head: 'Pid', number: true, cell: ({ pid }) => pid },
  { head: 'Memory, peak', number: true, cell: ({ rssMaxBytes }) => formatBytes(rssMaxBytes) },
  { head: 'CPU', number: true, cell: ({ cpuMs }) => formatDuration(cpuMs) },
  { head: 'Endpoints', cell: ({ endpoints }) => endpoints.map((endpoint) => html`<code class="endpoint">${endpoint}</code>`) },
  { head: 'End', cell: ({ exit }) => exit },
];

/** The processes of the run, with what they used and how they ended. Nothing for a run inside one process. */
export function processTable({ processes }: RunRecord): SafeHtml | undefined {
  return processes.length === 0 ? undefined : plainTableSection('processes', 'Processes', COLUMNS, processes);
}
