import { yamlText } from '../../runtime/yaml-text.ts';
import type { DeviceProfile, DeviceResource } from './device-profile.ts';

/** What a reader fills in by itself, so that the file need not say it. */
const DEFAULTS: Readonly<Record<string, unknown>> = { manufacturer: '', model: '', description: '', units: '', scale: 1, offset: 0, isByteSwap: false, isWordSwap: false };
const FLOW_KEYS: ReadonlySet<string> = new Set(['labels', 'attributes', 'properties', 'tags', 'mappings', 'contents', 'values']);

/**
 * A profile as EdgeX device-profile YAML, in the shape of the shipped ones. What EdgeX and fieldproof fill in by themselves
 * is left out. Reading it again (`loadProfile`) gives an equal profile; keys that fieldproof only keeps survive.
 * @param comment - Lines to stand at the top of the file.
 */
export function edgexProfileText(profile: DeviceProfile, comment?: string): string {
  const { deviceResources, deviceCommands, ...rest } = profile;
  const value = { ...withoutDefaults(rest), deviceResources: deviceResources.map(resourceValue), deviceCommands };
  return yamlText(value, { flowKeys: FLOW_KEYS, ...(comment === undefined ? {} : { comment }) });
}

function resourceValue({ attributes, properties, ...rest }: DeviceResource): Record<string, unknown> {
  return { ...withoutDefaults(rest), attributes: withoutDefaults(attributes), properties: withoutDefaults(properties) };
}

function withoutDefaults(map: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([key, value]) => !isDefault(key, value)));
}

function isDefault(key: string, value: unknown): boolean {
  if (value === undefined || DEFAULTS[key] === value) return true;
  if (key === 'labels') return Array.isArray(value) && value.length === 0;
  return key === 'optional' && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
