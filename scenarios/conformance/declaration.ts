import { completePics, type Pics, type PicsItem } from '../../conformance/framework/pics.ts';
import { pixitSchema, type Pixit } from '../../conformance/framework/pixit.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { readCheckedYaml } from '../../hil/runtime/checked-yaml.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { z } from '../../hil/runtime/schema.ts';

/**
 * What a vendor declares (`--pics F`): the product, answers to the items of the PICS form, and the values that the tester
 * needs (PIXIT). `fieldproof conformance pics <suite>` prints a form.
 */
export const declarationSchema = z.strictObject({
  suite: z.string(),
  product: z.strictObject({ vendor: z.string().optional(), model: z.string().optional(), version: z.string().optional() }).default({}),
  pics: z.record(z.string(), z.boolean()).default({}),
  pixit: pixitSchema.default(() => pixitSchema.parse({})),
});

export interface Declaration {
  readonly pics: Pics;
  readonly pixit: Pixit;
}

/** What holds without a file: every item by default. */
export function defaultDeclaration({ pics }: Pick<Suite, 'pics'>): Declaration {
  return { pics: completePics(pics, {}), pixit: pixitSchema.parse({}) };
}

/**
 * Reads a declaration.
 * @throws FieldproofError of `readCheckedYaml`; FP_PICS_INVALID for another suite's file or an item that the suite does not
 * have, with its place and the nearest name.
 */
export function readDeclaration(file: string, suite: Pick<Suite, 'name' | 'pics'>): Declaration {
  const { value, placeOf } = readCheckedYaml(file, declarationSchema);
  if (value.suite !== suite.name) {
    throw new FieldproofError('FP_PICS_INVALID', `the declaration is for the suite ${value.suite}, not for ${suite.name}`, { place: placeOf(['suite']) });
  }
  const names = suite.pics.map(({ name }) => name);
  for (const name of Object.keys(value.pics)) {
    if (names.includes(name)) continue;
    const nearest = nearestWord(name, names);
    const hint = nearest === undefined ? `The items are ${names.join(', ')}.` : `Did you mean ${nearest}?`;
    throw new FieldproofError('FP_PICS_INVALID', `the suite ${suite.name} has no PICS item ${name}`, { place: placeOf(['pics', name]), hint });
  }
  return { pics: completePics(suite.pics, value.pics), pixit: value.pixit };
}

/** A declaration to fill in, as YAML text: every item with its question and what holds without an answer. */
export function declarationForm({ name, pics, values }: Pick<Suite, 'name' | 'pics' | 'values'>): string {
  return [
    `# Declaration of the SUT for the conformance suite ${name}. Items left out keep the answer shown here.`,
    `suite: ${name}`,
    'product: { vendor: "", model: "", version: "" }',
    'pics:',
    ...pics.flatMap(itemLines),
    'pixit:',
    '  answerTimeoutMs: 5000   # longest wait for an answer that the standard demands',
    '  quietMs: 300            # how long nothing has to come before "nothing came" is said',
    '  # credentials: { userName: "tester", password: "..." }   # made for the test: the evidence holds them',
    '  # restartCommand: "systemctl restart broker"',
    '  # restartTimeoutMs: 30000',
    ...(values === undefined ? ['  # values: { topicPrefix: "fieldproof" }'] : ['  # values:', ...Object.entries(values).map(([value, what]) => `  #   ${value}: ...   # ${what}`)]),
    '',
  ].join('\n');
}

function itemLines({ name, question, byDefault, source }: PicsItem): string[] {
  return [`  # ${question} (${source})`, `  ${name}: ${byDefault}`];
}
