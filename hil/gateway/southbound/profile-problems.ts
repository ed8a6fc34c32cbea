import { bitFieldOf, fieldIn } from './bit-field.ts';
import { commandProblems } from './command-problems.ts';
import type { DeviceProfile, DeviceResource } from './device-profile.ts';
import { fileProblems, queueProblems, type TakenRegisters } from './extended-memory.ts';
import type { ProfileProblem } from './profile-problem.ts';
import { isBitTable, rawTypeOf, registerCountOf } from './raw-layout.ts';

/** What a resource must not be: the key to blame, and the words when it is. */
type Rule = (resource: DeviceResource) => { readonly key: readonly string[]; readonly message: string } | undefined;

const ADDRESS_MAX = 65_535;
/** Unsigned types and their bits. */
const UNSIGNED: ReadonlyMap<string, number> = new Map([['Uint16', 16], ['Uint32', 32], ['Uint64', 64]]);

const RULES: readonly Rule[] = [
  bitTableHoldsBool,
  bitNeedsRegisterBool,
  stringHasSize,
  endsInsideTable,
  readOnlyTableIsNotWritten,
  valueTypeFitsRawType,
  scalesOnlyNumbers,
  wholeNumbersStayWhole,
  deadbandNeedsNumber,
  boundsAreOrdered,
  fieldIsUnsigned,
  fieldFits,
  stringHasNoWordOrder,
];

/** Everything in a well-formed profile that contradicts itself or the Modbus data model; empty when it is sound. */
export function profileProblems(profile: DeviceProfile): ProfileProblem[] {
  const { files = [], fifoQueues = [] } = profile;
  return [...resourceProblems(profile), ...commandProblems(profile), ...fileProblems(files), ...queueProblems(fifoQueues, holdingRegisters(profile))];
}

/** In overlaid memory every table is one of holding registers, bits 16 to a register. */
function holdingRegisters({ deviceResources, memory }: DeviceProfile): TakenRegisters[] {
  return deviceResources.flatMap((resource) => {
    const { primaryTable, startingAddress } = resource.attributes;
    if (memory !== 'overlaid' && primaryTable !== 'HOLDING_REGISTERS') return [];
    return [{ name: resource.name, address: isBitTable(primaryTable) ? startingAddress >>> 4 : startingAddress, count: registerCountOf(resource) }];
  });
}

function resourceProblems(profile: DeviceProfile): ProfileProblem[] {
  const seen = new Set<string>();
  return profile.deviceResources.flatMap((resource, index) => {
    const path = ['deviceResources', index];
    const message = `${resource.name}: a resource of that name stands above`;
    const duplicate = seen.has(resource.name) ? [{ path: [...path, 'name'], message }] : [];
    seen.add(resource.name);
    const broken = RULES.map((rule) => rule(resource)).filter((problem) => problem !== undefined);
    return [...duplicate, ...broken.map((problem) => ({ path: [...path, ...problem.key], message: `${resource.name}: ${problem.message}` }))];
  });
}

function bitTableHoldsBool(resource: DeviceResource): ReturnType<Rule> {
  const { primaryTable } = resource.attributes;
  const rawType = rawTypeOf(resource);
  if (!isBitTable(primaryTable) || rawType === 'Bool') return undefined;
  return { key: ['attributes', 'rawType'], message: `${primaryTable} holds single bits, so rawType must be Bool, not ${rawType}` };
}

function bitNeedsRegisterBool(resource: DeviceResource): ReturnType<Rule> {
  const { bit, primaryTable } = resource.attributes;
  if (bit === undefined || (rawTypeOf(resource) === 'Bool' && !isBitTable(primaryTable))) return undefined;
  return { key: ['attributes', 'bit'], message: 'bit is only for rawType Bool in a register table' };
}

function stringHasSize(resource: DeviceResource): ReturnType<Rule> {
  const given = resource.attributes.stringRegisterSize !== undefined;
  const isString = rawTypeOf(resource) === 'String';
  if (given === isString) return undefined;
  const message = isString ? 'a String needs stringRegisterSize' : 'stringRegisterSize is only for rawType String';
  return { key: ['attributes', 'stringRegisterSize'], message };
}

function endsInsideTable(resource: DeviceResource): ReturnType<Rule> {
  const last = resource.attributes.startingAddress + registerCountOf(resource) - 1;
  if (last <= ADDRESS_MAX) return undefined;
  return { key: ['attributes', 'startingAddress'], message: `ends at address ${last}; the last address of a table is ${ADDRESS_MAX}` };
}

function readOnlyTableIsNotWritten(resource: DeviceResource): ReturnType<Rule> {
  const { primaryTable } = resource.attributes;
  if (resource.properties.readWrite === 'R' || primaryTable === 'COILS' || primaryTable === 'HOLDING_REGISTERS') return undefined;
  return { key: ['properties', 'readWrite'], message: `${primaryTable} can only be read, so readWrite must be R` };
}

function valueTypeFitsRawType(resource: DeviceResource): ReturnType<Rule> {
  const rawType = rawTypeOf(resource);
  const { valueType } = resource.properties;
  if (kindOf(rawType) === kindOf(valueType)) return undefined;
  return { key: ['properties', 'valueType'], message: `valueType ${valueType} cannot hold rawType ${rawType}` };
}

function scalesOnlyNumbers(resource: DeviceResource): ReturnType<Rule> {
  const { scale, offset } = resource.properties;
  if (scale === 0) return { key: ['properties', 'scale'], message: 'scale must not be 0' };
  const isNumber = kindOf(rawTypeOf(resource)) === 'number';
  if (isNumber || (scale === 1 && offset === 0)) return undefined;
  return { key: ['properties', scale === 1 ? 'offset' : 'scale'], message: `a ${rawTypeOf(resource)} has no scale or offset` };
}

function wholeNumbersStayWhole(resource: DeviceResource): ReturnType<Rule> {
  const { valueType, scale, offset } = resource.properties;
  if (kindOf(valueType) !== 'number' || valueType.startsWith('Float')) return undefined;
  const isFloat = rawTypeOf(resource).startsWith('Float');
  if (!isFloat && Number.isInteger(scale) && Number.isInteger(offset)) return undefined;
  const source = isFloat ? 'of a float' : `that scale ${scale} and offset ${offset} give`;
  return { key: ['properties', 'valueType'], message: `valueType ${valueType} would cut the fraction ${source}` };
}

function deadbandNeedsNumber(resource: DeviceResource): ReturnType<Rule> {
  if ((resource.properties.optional.deadband ?? 0) === 0 || kindOf(rawTypeOf(resource)) === 'number') return undefined;
  return { key: ['properties', 'optional', 'deadband'], message: `a ${rawTypeOf(resource)} has no deadband` };
}

function boundsAreOrdered({ properties: { minimum, maximum } }: DeviceResource): ReturnType<Rule> {
  if (minimum === undefined || maximum === undefined || minimum <= maximum) return undefined;
  return { key: ['properties', 'minimum'], message: `minimum ${minimum} is above maximum ${maximum}` };
}

/** EdgeX leaves other types as they are in silence. */
function fieldIsUnsigned(resource: DeviceResource): ReturnType<Rule> {
  const key = fieldKey(resource);
  const rawType = rawTypeOf(resource);
  const { valueType } = resource.properties;
  if (key === undefined || (UNSIGNED.has(rawType) && UNSIGNED.has(valueType))) return undefined;
  return { key: ['properties', key], message: `mask and shift need an unsigned rawType and valueType, not ${rawType} and ${valueType}; for one bit: rawType Bool with bit` };
}

function fieldFits(resource: DeviceResource): ReturnType<Rule> {
  const key = fieldKey(resource);
  const rawType = rawTypeOf(resource);
  const { mask = 0, shift = 0, valueType } = resource.properties;
  const [width, valueWidth] = [UNSIGNED.get(rawType), UNSIGNED.get(valueType)];
  const field = width === undefined ? undefined : bitFieldOf(resource, width);
  if (key === undefined || width === undefined || valueWidth === undefined || field === undefined) return undefined;
  if (BigInt(mask) >> BigInt(width) !== 0n) return { key: ['properties', 'mask'], message: `mask 0x${mask.toString(16)} has bits beyond ${rawType}` };
  if (field.mask === 0n) return { key: ['properties', 'shift'], message: `shift ${shift} leaves no bit of the mask` };
  if (fieldIn(field, field.mask) >> BigInt(valueWidth) === 0n) return undefined;
  return { key: ['properties', key], message: `mask and shift give numbers beyond valueType ${valueType}` };
}

function fieldKey({ properties: { mask = 0, shift = 0 } }: DeviceResource): 'mask' | 'shift' | undefined {
  if (mask !== 0) return 'mask';
  return shift === 0 ? undefined : 'shift';
}

function stringHasNoWordOrder(resource: DeviceResource): ReturnType<Rule> {
  if (!resource.attributes.isWordSwap || rawTypeOf(resource) !== 'String') return undefined;
  return { key: ['attributes', 'isWordSwap'], message: 'isWordSwap is for numbers; the registers of a String are in reading order' };
}

function kindOf(type: string): 'Bool' | 'String' | 'number' {
  return type === 'Bool' || type === 'String' ? type : 'number';
}
