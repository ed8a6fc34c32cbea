import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { canonicalJson } from '../../runtime/canonical-json.ts';
import { readCheckedYaml, yamlError, type YamlProblem } from '../../runtime/checked-yaml.ts';
import { FieldproofError, type ErrorPlace } from '../../runtime/errors.ts';
import { z } from '../../runtime/schema.ts';
import { deviceProblems } from '../southbound/device-problems.ts';
import { loadProfile } from '../southbound/load-profile.ts';
import { pointsOf, type Point } from '../southbound/point.ts';
import { configProblems } from './config-problems.ts';
import { gatewayConfigSchema, type GatewayConfig } from './gateway-config.ts';

export interface LoadedGatewayConfig {
  readonly config: GatewayConfig;
  /** SHA-256 of the effective configuration (defaults filled in) as canonical JSON, 64 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Reads the gateway's configuration and checks it, profiles included. Relative paths of profiles and of the broker's store start
 * at the file's folder.
 * @throws FieldproofError FP_FILE_UNREADABLE, FP_YAML_SYNTAX, FP_SCHEMA, FP_PROFILE_UNKNOWN, each with line and key; what
 * is wrong inside a profile is placed there.
 */
export function loadGatewayConfig(file: string): LoadedGatewayConfig {
  const { value: config, placeOf } = readCheckedYaml(file, gatewayConfigSchema);
  const problems: YamlProblem[] = configProblems(config).map(({ path, message }) => ({ place: placeOf(path), message }));
  if (problems.length > 0) throw yamlError('FP_SCHEMA', problems);
  checkProfiles(config, dirname(file), placeOf);
  return { ...withHash(config), config: withStoreBeside(config, dirname(file)) };
}

/** What the gateway runs with when it is given no file: a broker, without devices or uplink. */
export function defaultGatewayConfig(): LoadedGatewayConfig {
  return withHash(gatewayConfigSchema.parse({ id: 'gateway' }));
}

function withHash(config: GatewayConfig): LoadedGatewayConfig {
  return { config, sha256: createHash('sha256').update(canonicalJson(z.json().parse(config))).digest('hex') };
}

function withStoreBeside(config: GatewayConfig, folder: string): GatewayConfig {
  const { broker } = config;
  if (broker.store.path === undefined) return config;
  return { ...config, broker: { ...broker, store: { ...broker.store, path: resolve(folder, broker.store.path) } } };
}

function checkProfiles(config: GatewayConfig, folder: string, placeOf: (path: readonly PropertyKey[]) => ErrorPlace): void {
  const known = new Map<string, readonly Point[]>();
  const problems: YamlProblem[] = [];
  for (const [line, { devices }] of config.southbound.lines.entries()) {
    for (const [index, device] of devices.entries()) {
      const path = ['southbound', 'lines', line, 'devices', index];
      const points = known.get(device.profile) ?? loadPlaced(device.profile, folder, () => placeOf([...path, 'profile']));
      known.set(device.profile, points);
      problems.push(...deviceProblems(device, points).map((problem) => ({ place: placeOf([...path, ...problem.path]), message: problem.message })));
    }
  }
  if (problems.length > 0) throw yamlError('FP_SCHEMA', problems);
}

function loadPlaced(profile: string, folder: string, place: () => ErrorPlace): readonly Point[] {
  try {
    return pointsOf(loadProfile(profile, folder));
  } catch (cause) {
    if (!(cause instanceof FieldproofError) || cause.code !== 'FP_PROFILE_UNKNOWN') throw cause;
    throw new FieldproofError(cause.code, cause.message, { place: place(), cause });
  }
}
