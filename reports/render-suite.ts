import { NO_CASE_FILES, type CaseFileTable } from './case-files.ts';
import type { SuiteRecord } from './suite-record.ts';
import type { CaseEvidence, SuiteFormat, SuiteWriter } from './suite-writer.ts';
import { suiteHtmlWriter } from './writers/suite/suite-page.ts';
import { suiteJsonWriter } from './writers/suite/suite-json.ts';
import { suiteJunitWriter } from './writers/suite/suite-junit.ts';
import { suiteSummaryWriter } from './writers/suite/suite-summary-md.ts';
import { writeAtomically } from './write-atomically.ts';

const SUITE_WRITERS: Readonly<Record<SuiteFormat, SuiteWriter>> = {
  html: suiteHtmlWriter,
  json: suiteJsonWriter,
  junit: suiteJunitWriter,
  summary: suiteSummaryWriter,
};

/**
 * Renders a conformance run into `folder`; `run.json` is the record itself and is written whatever was asked for.
 * @param files - What lies beside the report for each case, to be named there.
 * @throws FieldproofError FP_FILE_UNREADABLE, FP_RECORD_INVALID.
 */
export function renderSuite(record: SuiteRecord, evidence: CaseEvidence, folder: string, formats: readonly SuiteFormat[], files: CaseFileTable = NO_CASE_FILES): void {
  for (const format of new Set<SuiteFormat>(['json', ...formats])) {
    const { fileName, render } = SUITE_WRITERS[format];
    writeAtomically(folder, fileName, render(record, evidence, files));
  }
}
