import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { loadProfile, type Profile, type ProfilePart } from '../../conformance/framework/profile.ts';
import { canonicalJson } from '../../hil/runtime/canonical-json.ts';
import { readCheckedYaml } from '../../hil/runtime/checked-yaml.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { z } from '../../hil/runtime/schema.ts';
import { readDeclaration, type Declaration } from './declaration.ts';
import { findSuite } from './suite-table.ts';
import type { Suite } from '../../conformance/framework/suite.ts';

/** How one product is tested by a profile: where it is for each suite, and what it declares there. */
export const planSchema = z.strictObject({
  profile: z.string().describe('Name of a profile, or a path that ends in .yaml, from the folder of this file.'),
  product: z.strictObject({ vendor: z.string(), model: z.string(), version: z.string() }),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  parts: z.array(
    z.strictObject({
      suite: z.string(),
      sut: z.string().optional().describe('As for `conformance run --sut`.'),
      listen: z.string().optional().describe('As for `conformance run --listen`, in place of sut where the SUT comes to us.'),
      dutCommand: z.string().optional().describe('As for `conformance run --dut-command`.'),
      declaration: z.string().describe('The PICS and PIXIT file, from the folder of this file.'),
    }),
  ),
});

/** A part of a plan, ready to run. */
export interface PlannedPart {
  readonly part: ProfilePart;
  readonly suite: Suite;
  /** Where it is, or where we wait for it, as the flags of `conformance run` have it. */
  readonly reach: { readonly sut?: string; readonly listen?: string; readonly dutCommand?: string };
  /** Absolute. */
  readonly declarationFile: string;
}

export interface LoadedPlan {
  readonly profile: Profile;
  readonly product: z.infer<typeof planSchema>['product'];
  readonly seed: number | undefined;
  readonly parts: readonly PlannedPart[];
  /** SHA-256 over the canonical JSON of plan and profile: what a certificate names. */
  readonly sha256: string;
}

/**
 * Reads a plan with everything it names; nothing is started.
 * @throws FieldproofError FP_PICS_INVALID: a part of the profile has no place in the plan, the plan has a part that the
 * profile does not, or the product does not declare what the profile asks for; and those of the files.
 */
export function loadPlan(file: string): LoadedPlan {
  const { value, placeOf } = readCheckedYaml(file, planSchema);
  const folder = dirname(resolve(file));
  const profile = loadProfile(value.profile.endsWith('.yaml') ? resolve(folder, value.profile) : value.profile);
  value.parts.forEach(({ suite }, index) => {
    if (profile.parts.some((part) => part.suite === suite)) return;
    throw new FieldproofError('FP_PICS_INVALID', `the profile ${profile.name} has no part for the suite ${suite}`, { place: placeOf(['parts', index, 'suite']) });
  });
  const parts = profile.parts.map((part) => {
    const given = value.parts.find(({ suite }) => suite === part.suite);
    if (given === undefined) throw new FieldproofError('FP_PICS_INVALID', `the profile ${profile.name} needs a part for the suite ${part.suite}`, { place: placeOf(['parts']) });
    const suite = findSuite(part.suite);
    const declarationFile = resolve(folder, given.declaration);
    const declaration = readDeclaration(declarationFile, suite);
    refuseOtherProducts(part, profile, declaration, declarationFile);
    const { sut, listen, dutCommand } = given;
    const reach = { ...(sut === undefined ? {} : { sut }), ...(listen === undefined ? {} : { listen }), ...(dutCommand === undefined ? {} : { dutCommand }) };
    return { part, suite, reach, declarationFile };
  });
  const sha256 = createHash('sha256').update(canonicalJson(z.json().parse({ plan: JSON.parse(JSON.stringify(value)), profile: JSON.parse(JSON.stringify(profile)) }))).digest('hex');
  return { profile, product: value.product, seed: value.seed, parts, sha256 };
}

function refuseOtherProducts({ pics: needed, suite }: ProfilePart, profile: Profile, { pics }: Declaration, file: string): void {
  for (const [name, answer] of Object.entries(needed)) {
    if (pics.get(name) === answer) continue;
    throw new FieldproofError('FP_PICS_INVALID', `the profile ${profile.name} needs ${name}: ${answer} declared for ${suite}`, { place: { file, key: `pics.${name}` } });
  }
}
