import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { suiteRecordSchema } from '../../suite-record.ts';
import type { SuiteWriter } from '../../suite-writer.ts';

/** `run.json`: the record itself. */
export const suiteJsonWriter: SuiteWriter = {
  format: 'json',
  fileName: 'run.json',
  render: (record) => {
    const checked = suiteRecordSchema.safeParse(record);
    if (!checked.success) throw new FieldproofError('FP_RECORD_INVALID', `the record breaks its own schema: ${checked.error.message}`);
    return new TextEncoder().encode(`${JSON.stringify(checked.data, undefined, 2)}\n`);
  },
};
