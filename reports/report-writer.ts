import type { RunRecord } from './record.ts';

/** The renderings that can be asked for by name. */
export const REPORT_FORMATS = ['html', 'junit', 'json', 'summary'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Turns a finished run into one file. Pure: same record, same bytes (certificates sign them). */
export interface ReportWriter {
  readonly format: ReportFormat;
  /** Name of the file inside the run folder. */
  readonly fileName: string;
  /** @throws FieldproofError FP_RECORD_INVALID when the record breaks its own schema (json only; others draw what is there). */
  render(record: RunRecord): Uint8Array;
}
