import { expect, test } from 'vitest';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import { failRecord, passRecord } from '../example-records.contract.ts';
import { runRecordSchema } from '../record.ts';
import { jsonWriter } from './json.ts';

test('is canonical: rendering what was read gives the same bytes', () => {
  const text = new TextDecoder().decode(jsonWriter.render(failRecord()));
  const again = runRecordSchema.parse(JSON.parse(text));
  expect(new TextDecoder().decode(jsonWriter.render(again))).toBe(text);
  expect(text).toBe(`${canonicalJson(JSON.parse(text))}\n`);
});

test('a finding without an instant is written without the member, not as null', () => {
  const [check, ...rest] = passRecord().checks;
  if (check === undefined) throw new Error('the example has checks');
  const judgement = { ...check.judgement, findings: [{ t: undefined, text: 'no instant', faults: [] }], findingsTotal: 1 };
  const text = new TextDecoder().decode(jsonWriter.render({ ...passRecord(), checks: [{ ...check, judgement }, ...rest] }));
  expect(text).toContain('{"faults":[],"text":"no instant"}');
});

test('a number that JSON cannot hold is refused with its key', () => {
  expect(() => jsonWriter.render({ ...passRecord(), durationMs: Number.NaN })).toThrow(
    expect.objectContaining({ code: 'FP_RECORD_INVALID', place: { key: 'durationMs' } }),
  );
});
