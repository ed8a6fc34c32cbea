import { FieldproofError } from '../../runtime/errors.ts';
import type { SouthboundDeviceConfig, SouthboundLineConfig } from '../config/gateway-config.ts';
import { deviceProblems } from './device-problems.ts';
import type { DeviceProfile } from './device-profile.ts';
import { pointsOf, type Point } from './point.ts';
import { planReads, type ReadBlock } from './read-plan.ts';

/** What the devices that are read alike have in common. */
export interface DevicePlan {
  /** The points of the profile by their names. */
  readonly points: ReadonlyMap<string, Point>;
  /** How they are read. */
  readonly blocks: readonly ReadBlock[];
}

/** Makes plans, one for all devices of equal profile, grouping, limits and forbidden addresses. */
export interface DevicePlans {
  /** @throws FieldproofError FP_SCHEMA when profile and configuration contradict each other, and what reading a profile gives. */
  planOf(line: SouthboundLineConfig, device: SouthboundDeviceConfig): DevicePlan;
}

/** @param loadProfile - Asked once for each name. */
export function devicePlans(loadProfile: (nameOrPath: string) => DeviceProfile): DevicePlans {
  const profiles = new Map<string, readonly Point[]>();
  const plans = new Map<string, DevicePlan>();
  const pointsIn = (name: string): readonly Point[] => {
    const known = profiles.get(name) ?? pointsOf(loadProfile(name));
    profiles.set(name, known);
    return known;
  };
  return {
    planOf: (line, device) => {
      const { profile, limits, forbidden } = device;
      const grouping = { ...line.grouping, ...definedOf(device.grouping) };
      const key = JSON.stringify([profile, grouping, limits, forbidden]);
      const plan = plans.get(key) ?? makePlan(device, grouping, pointsIn(profile));
      plans.set(key, plan);
      return plan;
    },
  };
}

function makePlan(device: SouthboundDeviceConfig, grouping: SouthboundLineConfig['grouping'], points: readonly Point[]): DevicePlan {
  const { limits, forbidden } = device;
  const [problem] = deviceProblems(device, points);
  if (problem !== undefined) throw new FieldproofError('FP_SCHEMA', `device ${device.id}: ${problem.message}`, { place: { key: problem.path.join('.') } });
  const blocks = planReads(points, {
    grouping: grouping.enabled,
    gapRegistersMax: grouping.gapRegisters,
    gapBitsMax: grouping.gapBits,
    ...limits,
    forbidden,
  });
  return { points: new Map(points.map((point) => [point.name, point])), blocks };
}

/** Leaves out keys that are there without a value: they must not hide those of the line. */
function definedOf(grouping: SouthboundDeviceConfig['grouping']): Partial<SouthboundLineConfig['grouping']> {
  const { enabled, gapRegisters, gapBits } = grouping;
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(gapRegisters === undefined ? {} : { gapRegisters }),
    ...(gapBits === undefined ? {} : { gapBits }),
  };
}
