import type { CaseFileTable } from './case-files.ts';
import type { SuiteRecord } from './suite-record.ts';

/** The renderings of a conformance run that can be asked for by name. */
export const SUITE_FORMATS = ['html', 'junit', 'json', 'summary'] as const;
export type SuiteFormat = (typeof SUITE_FORMATS)[number];

/** The evidence of each case as readable lines, by its id. */
export type CaseEvidence = ReadonlyMap<string, readonly string[]>;

/** Turns a finished conformance run into one file. Pure: same record, evidence and names of files beside it, same bytes. */
export interface SuiteWriter {
  readonly format: SuiteFormat;
  readonly fileName: string;
  readonly render: (record: SuiteRecord, evidence: CaseEvidence, files?: CaseFileTable) => Uint8Array;
}
