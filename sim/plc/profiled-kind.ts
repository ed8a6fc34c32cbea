import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { pointsOf } from '../../hil/gateway/southbound/point.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { deviceIdentity } from './device-identity.ts';
import { modelFor } from './models/model-table.ts';
import type { PlcGroupOptions } from './plc-group-options.ts';
import type { PlcKind } from './plc-kind.ts';
import { READ_CODE } from './probe-group.ts';
import { profileMemory } from './profile-memory.ts';
import { layOutRegisters } from './register-layout.ts';
import { createVirtualPlc, type VirtualPlcDeps } from './virtual-plc.ts';

/** Devices that run the process of their profile. @throws FieldproofError the errors of `loadProfile`. */
export function profiledKind(options: PlcGroupOptions, deps: VirtualPlcDeps & { readonly random: Random }): PlcKind {
  const profile = loadProfile(options.profile, options.profileFolder);
  const points = pointsOf(profile);
  const layout = layOutRegisters(points, profile.memory);
  const startModel = modelFor(profile.name, layout.points);
  const originMs = deps.clock.nowMs();
  const timeScale = options.timeScale === undefined ? {} : { timeScale: options.timeScale };
  const { functionCodes } = options;
  const serverOptions = { identity: deviceIdentity(profile), ...profileMemory(profile), ...(functionCodes === undefined ? {} : { functionCodes }) };
  return {
    profile,
    probePoints: points.filter(({ table }) => functionCodes === undefined || functionCodes.includes(READ_CODE[table])),
    create: (device, unit, index) => {
      const model = startModel({ random: deps.random.child(`plc/${options.group}`, index + 1), originMs, ...timeScale });
      return createVirtualPlc({ device, unit, profileName: profile.name, layout, model, serverOptions }, deps);
    },
  };
}
