import type { RunRecord } from './record.ts';
import type { ReportFormat } from './report-writer.ts';
import { writeAtomically } from './write-atomically.ts';
import { WRITERS } from './writers/writer-table.ts';

/**
 * Renders the record in each format into `folder` (made if it is not there). Each file is written beside its place and
 * renamed, so that nobody reads half a report and a full disk leaves the old one.
 * @returns The path of each file by its format.
 * @throws FieldproofError FP_FILE_UNREADABLE when a file cannot be written, FP_RECORD_INVALID from the json writer.
 */
export function renderAll(record: RunRecord, folder: string, formats: readonly ReportFormat[]): Map<ReportFormat, string> {
  const paths = new Map<ReportFormat, string>();
  for (const format of formats) {
    const writer = WRITERS[format];
    paths.set(format, writeAtomically(folder, writer.fileName, writer.render(record)));
  }
  return paths;
}
