import type { Point } from '../../../hil/gateway/southbound/point.ts';
import type { ProcessModel } from '../process-model.ts';
import { startProcess, type ProcessDefinition, type ProcessOptions } from '../stepped-process.ts';
import { conveyor } from './conveyor.ts';
import { energyMeter } from './energy-meter.ts';
import { hvac } from './hvac.ts';
import { motorDrive } from './motor-drive.ts';
import { pumpStation } from './pump-station.ts';
import { tank } from './tank.ts';
import { wanderingPoints } from './wandering-points.ts';

/** Starts a process for one device. */
export type StartModel = (options: ProcessOptions) => ProcessModel;

interface ModelEntry {
  readonly pointNames: ReadonlySet<string>;
  readonly start: StartModel;
}

/** The processes that fieldproof simulates, by the name of their profile. */
const MODELS: ReadonlyMap<string, ModelEntry> = new Map([
  ['pump-station', entry(pumpStation)],
  ['motor-drive', entry(motorDrive)],
  ['energy-meter', entry(energyMeter)],
  ['tank', entry(tank)],
  ['conveyor', entry(conveyor)],
  ['hvac', entry(hvac)],
]);

/**
 * The process for a profile: the model of that name when it knows every point of the profile, else points that wander.
 * Called once for a profile; the result starts one process for each device.
 */
export function modelFor(profileName: string, points: readonly Point[]): StartModel {
  const model = MODELS.get(profileName);
  if (model !== undefined && points.every(({ name }) => model.pointNames.has(name))) return model.start;
  return entry(wanderingPoints(points)).start;
}

function entry<State>(definition: ProcessDefinition<State>): ModelEntry {
  return { pointNames: new Set(definition.points.keys()), start: (options) => startProcess(definition, options) };
}
