import type { ReportFormat, ReportWriter } from '../report-writer.ts';
import { htmlWriter } from './html/report-page.ts';
import { jsonWriter } from './json.ts';
import { junitWriter } from './junit.ts';
import { summaryWriter } from './summary.ts';

/** Every writer by the name of its format. A new format is one file and one line here. */
export const WRITERS: Readonly<Record<ReportFormat, ReportWriter>> = {
  html: htmlWriter,
  junit: junitWriter,
  json: jsonWriter,
  summary: summaryWriter,
};
