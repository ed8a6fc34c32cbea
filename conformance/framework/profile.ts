import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckedYaml } from '../../hil/runtime/checked-yaml.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { z } from '../../hil/runtime/schema.ts';

const partSchema = z.strictObject({
  suite: z.string(),
  /** What this part is about, for people: `protocol adapter`. */
  stage: z.string(),
  /** Ids of cases, or beginnings that end in `*`; left out: all that apply. */
  only: z.array(z.string()).min(1).optional(),
  /** Items that have to be declared so: without them the product is not of this profile. */
  pics: z.record(z.string(), z.boolean()).default({}),
  /** Cases of these levels have to pass. */
  mandatory: z.array(z.enum(['must', 'should'])).min(1).default(['must']),
});

/** What a product has to pass to be called something: suites, with what has to be declared for them. A certificate names it. */
export const profileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/u),
  /** Counts from 1; raised whenever the parts change. */
  version: z.number().int().min(1),
  title: z.string(),
  description: z.string(),
  parts: z.array(partSchema).min(1),
});

export type Profile = z.infer<typeof profileSchema>;
export type ProfilePart = Profile['parts'][number];

const FOLDER = join('conformance', 'profiles');

/** The names of the profiles that fieldproof brings, in alphabetical order. */
export function profileNames(): string[] {
  return readdirSync(join(packageRoot(), FOLDER)).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : [])).toSorted();
}

/**
 * Reads a profile.
 * @param nameOrFile - One of `profileNames`, or the path of a file that ends in `.yaml`.
 * @throws FieldproofError FP_PROFILE_UNKNOWN with the nearest name, and those of `readCheckedYaml`.
 */
export function loadProfile(nameOrFile: string): Profile {
  if (nameOrFile.endsWith('.yaml')) return readCheckedYaml(nameOrFile, profileSchema).value;
  const names = profileNames();
  if (names.includes(nameOrFile)) return readCheckedYaml(join(packageRoot(), FOLDER, `${nameOrFile}.yaml`), profileSchema).value;
  const nearest = nearestWord(nameOrFile, names);
  const hint = nearest === undefined ? `The profiles are ${names.join(', ')}; or give a path that ends in .yaml.` : `Did you mean ${nearest}?`;
  throw new FieldproofError('FP_PROFILE_UNKNOWN', `there is no conformance profile ${nameOrFile}`, { hint });
}
