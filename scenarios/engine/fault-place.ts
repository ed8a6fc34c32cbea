import { pointsOf } from '../../hil/gateway/southbound/point.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import { MODBUS_FAULTS } from '../../sim/modbus-faults/faults/fault-table.ts';
import type { Framing } from '../../sim/modbus-faults/modbus-fault.ts';
import type { ModbusFaultKind } from '../../sim/modbus-faults/modbus-fault-kind.ts';
import { profileOf } from './plc-source.ts';
import type { Scenario, ScenarioFault, ScenarioPlcs } from './scenario-schema.ts';
import { unknownName, type ReferenceProblem } from './unknown-name.ts';

const FRAMING_OF: Readonly<Record<ScenarioPlcs['transport'], Framing>> = { 'modbus-tcp': 'tcp', 'modbus-rtu': 'rtu', 'modbus-ascii': 'ascii' };

/**
 * What is wrong with the place of a fault: a name that leads nowhere, a fault that cannot exist there, points that the devices
 * there do not have.
 * @param folder - Where relative paths of profiles and recordings start.
 */
export function faultPlaceProblems(fault: ScenarioFault, topology: Scenario['topology'], path: readonly (string | number)[], folder: string): ReferenceProblem[] {
  const rows: readonly ModbusFaultKind[] = MODBUS_FAULTS;
  const row = rows.find(({ kind }) => kind === fault.kind);
  if (row === undefined) return unknownName(fault.on, topology.links.map(({ id }) => id), [...path, 'on'], 'link');
  const plcs = topology.plcs.find(({ group }) => group === fault.on);
  if (plcs === undefined) return unknownName(fault.on, topology.plcs.map(({ group }) => group), [...path, 'on'], 'PLC group');
  if (!row.framings.includes(FRAMING_OF[plcs.transport])) return [{ path: [...path, 'kind'], message: `${row.kind} does not exist on ${plcs.transport}: ${row.whyNot}` }];
  const points = 'points' in fault && Array.isArray(fault.points) ? fault.points : [];
  return points.flatMap((point, index) => unknownName(point, pointNames(plcs, folder), [...path, 'points', index], 'point'));
}

/** Empty for a profile that cannot be loaded: that is another problem's message. */
function pointNames(plcs: ScenarioPlcs, folder: string): string[] {
  try {
    return pointsOf(profileOf(plcs, folder)).map(({ name }) => name);
  } catch (unreadable) {
    return [`(the profile cannot be read: ${messageOf(unreadable)})`];
  }
}
