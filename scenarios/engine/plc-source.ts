import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DeviceProfile } from '../../hil/gateway/southbound/device-profile.ts';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { readRecording } from '../../hil/rig/recording/read-recording.ts';
import { recordedProfile, recordedProfileText } from '../../hil/rig/recording/recorded-profile.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { ScenarioPlcs } from './scenario-schema.ts';
import type { ReferenceProblem } from './unknown-name.ts';

/** What the devices of a PLC group are: a profile or a recording, as the group of a scenario states it. */
type PlcSource = Pick<ScenarioPlcs, 'group' | 'profile' | 'recording' | 'atEnd' | 'functionCodes'>;

/**
 * The points of the devices; those of a recording are named after their addresses.
 * @param folder - Where relative paths start.
 * @throws FieldproofError the errors of `loadProfile` and `readRecording`; FP_SCENARIO_REFERENCE when the group has neither.
 */
export function profileOf({ group, profile, recording }: PlcSource, folder: string): DeviceProfile {
  if (recording !== undefined) return recordedProfile(readRecording(resolve(folder, recording)));
  if (profile !== undefined) return loadProfile(profile, folder);
  throw new FieldproofError('FP_SCENARIO_REFERENCE', `PLC group ${group} has neither "profile" nor "recording"`);
}

/** What is wrong with the source of a group; `path` leads to the group. */
export function plcSourceProblems(plcs: PlcSource, folder: string, path: readonly (string | number)[]): ReferenceProblem[] {
  const { profile, recording, atEnd, functionCodes = [] } = plcs;
  const problems: ReferenceProblem[] = [];
  if (profile === undefined && recording === undefined) problems.push({ path, message: 'a PLC group needs "profile" or "recording"' });
  else if (profile !== undefined && recording !== undefined) problems.push({ path: [...path, 'recording'], message: '"profile" and "recording" exclude each other: a recording says what the device holds' });
  else problems.push(...unreadable(plcs, folder, [...path, recording === undefined ? 'profile' : 'recording']));
  if (recording === undefined && atEnd !== undefined) problems.push({ path: [...path, 'atEnd'], message: '"atEnd" goes with "recording"' });
  if (recording !== undefined && functionCodes.length > 0) problems.push({ path: [...path, 'functionCodes'], message: '"functionCodes" goes with "profile": a recording says what the device offers' });
  const twice = functionCodes.findIndex((code, index) => functionCodes.indexOf(code) !== index);
  if (twice !== -1) problems.push({ path: [...path, 'functionCodes', twice], message: `function code ${functionCodes[twice] ?? ''} is given twice` });
  return problems;
}

function unreadable(plcs: PlcSource, folder: string, path: readonly (string | number)[]): ReferenceProblem[] {
  try {
    profileOf(plcs, folder);
    return [];
  } catch (thrown) {
    return [{ path, message: messageOf(thrown) }];
  }
}

/** The source as flags of `fieldproof sim plc`. @param folder - Where relative paths start. */
export function plcSourceFlags({ profile = '', recording, atEnd, functionCodes }: PlcSource, folder: string): string[] {
  if (recording !== undefined) return ['--recording', resolve(folder, recording), ...(atEnd === undefined ? [] : ['--at-end', atEnd])];
  return ['--profile', isFile(profile) ? resolve(folder, profile) : profile, ...(functionCodes === undefined ? [] : ['--function-codes', functionCodes.join(',')])];
}

/**
 * What a gateway reads the devices by: the profile of the group, or one that is made of its recording.
 * @param folder - Where relative paths start.
 * @param madeIn - The folder for a profile that is made.
 * @returns A shipped name, or an absolute path.
 */
export function gatewayProfile({ group, profile = '', recording }: PlcSource, folder: string, madeIn: string): string {
  if (recording === undefined) return isFile(profile) ? resolve(folder, profile) : profile;
  const file = join(madeIn, `${group}.profile.yaml`);
  writeFileSync(file, recordedProfileText(readRecording(resolve(folder, recording))));
  return file;
}

function isFile(profile: string): boolean {
  return profile.endsWith('.yaml');
}
