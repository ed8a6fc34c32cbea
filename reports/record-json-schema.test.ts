import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { packageRoot } from '../hil/runtime/package-root.ts';
import { errorRecord, failRecord, inconclusiveRecord, passRecord } from './example-records.contract.ts';
import { recordJsonSchema, recordJsonSchemaText } from './record-json-schema.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(recordJsonSchema());

test('the published file is what record.ts says', () => {
  expect(readFileSync(join(packageRoot(), 'reports/schema/run.schema.json'), 'utf8')).toBe(recordJsonSchemaText());
});

test.each([passRecord, failRecord, inconclusiveRecord, errorRecord])('an independent validator accepts the example', (make) => {
  expect(validate(make()), JSON.stringify(validate.errors)).toBe(true);
});

test('an independent validator refuses an unknown member and a missing one', () => {
  expect(validate({ ...passRecord(), surprise: 1 })).toBe(false);
  const { seed: _seed, ...rest } = passRecord();
  expect(validate(rest)).toBe(false);
});
