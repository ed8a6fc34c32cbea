import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import { runRecordSchema } from '../record.ts';
import type { ReportWriter } from '../report-writer.ts';

/**
 * `run.json`: the record itself as canonical JSON and a line feed. It is checked first, because a record that cannot be
 * read back is no evidence.
 */
export const jsonWriter: ReportWriter = {
  format: 'json',
  fileName: 'run.json',
  render(record) {
    const checked = runRecordSchema.safeParse(record);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const key = issue?.path.map(String).join('.') ?? '';
      const told = issue?.message ?? 'unknown';
      throw new FieldproofError('FP_RECORD_INVALID', `the record of run ${record.runId} breaks its schema: ${told}`, {
        place: { key },
        hint: 'This is a defect of fieldproof: report it with the run folder.',
      });
    }
    return new TextEncoder().encode(`${canonicalJson(toJson(checked.data))}\n`);
  },
};

/** The value without members that are undefined, which JSON cannot say. The schema has ruled out everything else. */
function toJson(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object') throw new FieldproofError('FP_INTERNAL', `a ${typeof value} in a checked record`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, toJson(member)]));
}
