import { FieldproofError } from '../hil/runtime/errors.ts';
import { suiteRecordSchema, type SuiteRecord } from './suite-record.ts';
import { writeAtomically } from './write-atomically.ts';

/** The renderings of a conformance run that can be asked for by name. */
export const SUITE_FORMATS = ['json'] as const;
export type SuiteFormat = (typeof SUITE_FORMATS)[number];

/** Turns a finished conformance run into one file. Pure: same record, same bytes. */
export interface SuiteWriter {
  readonly format: SuiteFormat;
  readonly fileName: string;
  render(record: SuiteRecord): Uint8Array;
}

const jsonSuiteWriter: SuiteWriter = {
  format: 'json',
  fileName: 'run.json',
  render: (record) => {
    const checked = suiteRecordSchema.safeParse(record);
    if (!checked.success) throw new FieldproofError('FP_RECORD_INVALID', `the record breaks its own schema: ${checked.error.message}`);
    return new TextEncoder().encode(`${JSON.stringify(checked.data, undefined, 2)}\n`);
  },
};

const SUITE_WRITERS: Readonly<Record<SuiteFormat, SuiteWriter>> = { json: jsonSuiteWriter };

/** Renders into `folder`; `run.json` is the record itself and is written whatever was asked for. */
export function renderSuite(record: SuiteRecord, folder: string, formats: readonly SuiteFormat[]): void {
  for (const format of new Set<SuiteFormat>(['json', ...formats])) {
    const writer = SUITE_WRITERS[format];
    writeAtomically(folder, writer.fileName, writer.render(record));
  }
}
