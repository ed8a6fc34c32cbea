import type { CaseResult } from '../../conformance/framework/case-result.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { VERDICTS } from '../../conformance/verdict.ts';
import { readCheckedYaml } from '../../hil/runtime/checked-yaml.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { z } from '../../hil/runtime/schema.ts';
import { yamlText } from '../../hil/runtime/yaml-text.ts';
import type { SuiteRecord } from '../../reports/suite-record.ts';

const answerSchema = z.strictObject({
  case: z.string(),
  /** Cases whose reaction hangs on timing may do either: `fail or pass`. */
  verdict: z.enum([...VERDICTS.filter((verdict) => verdict !== 'pass'), 'fail or pass']),
  /** Section of the standard that confirms it, and what the implementation does. */
  because: z.string().min(1),
});

/**
 * What is known of an implementation: exactly these cases do not pass. Everything else has to pass: an unexpected pass is
 * as loud as an unexpected failure, because either our case or the implementation has changed.
 */
export const knownAnswersSchema = z.strictObject({
  suite: z.string(),
  /** Name and version, as its maker writes them. */
  implementation: z.string(),
  answers: z.array(answerSchema),
});

export type KnownAnswers = z.infer<typeof knownAnswersSchema>;

/** @throws FieldproofError of `readCheckedYaml`; FP_PICS_INVALID for another suite's file, or a case that it does not have. */
export function readKnownAnswers(file: string, suite: Pick<Suite, 'name' | 'cases'>): KnownAnswers {
  const { value, placeOf } = readCheckedYaml(file, knownAnswersSchema);
  if (value.suite !== suite.name) throw new FieldproofError('FP_PICS_INVALID', `the known answers are for ${value.suite}, not for ${suite.name}`, { place: placeOf(['suite']) });
  value.answers.forEach((answer, index) => {
    if (suite.cases.some(({ id }) => id === answer.case)) return;
    throw new FieldproofError('FP_PICS_INVALID', `the suite ${suite.name} has no case ${answer.case}`, { place: placeOf(['answers', index, 'case']) });
  });
  return value;
}

/** Where a run and what is known differ, one sentence each; empty when the run is as expected. */
export function surprises({ answers }: KnownAnswers, { cases, reasons }: Pick<SuiteRecord, 'cases' | 'reasons'>): string[] {
  const expected = new Map(answers.map((answer) => [answer.case, answer]));
  const found = cases.flatMap((result) => surpriseOf(result, expected.get(result.id)));
  return [...reasons, ...found];
}

function surpriseOf({ id, verdict, because }: CaseResult, known: KnownAnswers['answers'][number] | undefined): string[] {
  if (known === undefined) return verdict === 'pass' ? [] : [`${id}: ${verdict}, expected to pass: ${because}`];
  if (verdict === known.verdict || (known.verdict === 'fail or pass' && (verdict === 'fail' || verdict === 'pass'))) return [];
  return [`${id}: ${verdict}, expected ${known.verdict} (${known.because}): ${because}`];
}

/** The known answers that a run would give, as YAML text: each reason is still to be confirmed by section. */
export function draftAnswers({ suite, sut, cases }: Pick<SuiteRecord, 'suite' | 'sut' | 'cases'>): string {
  const answers = cases.filter(({ verdict }) => verdict !== 'pass').map(({ id, verdict, because, statements }) => ({ case: id, verdict, because: `${statements.join(', ')}: ${because}` }));
  return yamlText({ suite: suite.name, implementation: sut.address, answers });
}
