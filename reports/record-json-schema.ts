import { z } from '../hil/runtime/schema.ts';
import { runRecordSchema } from './record.ts';

/** The published schema of `run.json`, JSON Schema draft 2020-12, made from `record.ts`. */
export function recordJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(runRecordSchema, { target: 'draft-2020-12', io: 'output' });
  return {
    $schema,
    $id: 'urn:fieldproof:run-record:1',
    title: 'fieldproof run record',
    description: 'The record of one run (run.json): verdicts, faults, series and evidence. Every report is made from it alone.',
    ...rest,
  };
}

/** The text of `reports/schema/run.schema.json`, byte for byte. */
export function recordJsonSchemaText(): string {
  return `${JSON.stringify(recordJsonSchema(), null, 2)}\n`;
}
