import { z } from '../hil/runtime/schema.ts';
import { suiteRecordSchema } from './suite-record.ts';

/** The published schema of a conformance run's `run.json`, JSON Schema draft 2020-12, made from `suite-record.ts`. */
export function suiteJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(suiteRecordSchema, { target: 'draft-2020-12', io: 'output' });
  return {
    $schema,
    $id: 'urn:fieldproof:suite-record:1',
    title: 'fieldproof conformance record',
    description: 'The record of one conformance run (run.json): each case with its verdict and the digest of its evidence, each statement with its state.',
    ...rest,
  };
}

/** The text of `reports/schema/suite.schema.json`, byte for byte. */
export function suiteJsonSchemaText(): string {
  return `${JSON.stringify(suiteJsonSchema(), null, 2)}\n`;
}
