import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CHILDREN_MAX } from '../../hil/runtime/limits.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import { loadGatewayConfig } from '../../hil/gateway/config/load-gateway-config.ts';
import { faultPlaceProblems } from './fault-place.ts';
import { plcSourceProblems } from './plc-source.ts';
import type { Scenario } from './scenario-schema.ts';
import { plcDeviceIds } from './topology-plan.ts';
import { unknownName, type ReferenceProblem } from './unknown-name.ts';

/** Finds every name in a scenario that leads nowhere, and every combination that cannot run. Reads, starts nothing. */
export function referenceProblems(scenario: Scenario, folder: string): ReferenceProblem[] {
  return [
    ...duplicates(scenario),
    ...processProblems(scenario),
    ...gatewayProblems(scenario, folder),
    ...plcProblems(scenario, folder),
    ...realProblems(scenario),
    ...deviceProblems(scenario),
    ...linkProblems(scenario),
    ...faultProblems(scenario, folder),
    ...checkProblems(scenario),
    ...(scenario.clock === 'virtual' ? [{ path: ['clock'], message: 'virtual time is not part of this version; use clock: real' }] : []),
  ];
}

function duplicates({ topology, phases }: Scenario): ReferenceProblem[] {
  const named = [
    ...topology.gateways.map(({ id }, index) => ({ id, path: ['topology', 'gateways', index, 'id'] })),
    ...topology.plcs.map(({ group }, index) => ({ id: group, path: ['topology', 'plcs', index, 'group'] })),
    ...topology.devices.map(({ group }, index) => ({ id: group, path: ['topology', 'devices', index, 'group'] })),
    ...topology.real.map(({ dut }, index) => ({ id: dut, path: ['topology', 'real', index, 'dut'] })),
    ...topology.links.map(({ id }, index) => ({ id, path: ['topology', 'links', index, 'id'] })),
  ];
  return [...twice(named), ...twice(phases.map(({ name }, index) => ({ id: name, path: ['phases', index, 'name'] })))];
}

function twice(named: readonly { id: string; path: (string | number)[] }[]): ReferenceProblem[] {
  return named.filter(({ id }, index) => named.findIndex((other) => other.id === id) !== index).map(({ id, path }) => ({ path, message: `the name "${id}" is used twice` }));
}

/** Each gateway, link and PLC group is a process, and the fleet is one. */
function processProblems({ topology: { gateways, plcs, links } }: Scenario): ReferenceProblem[] {
  const processes = gateways.length + plcs.length + links.length + 1;
  if (processes <= CHILDREN_MAX) return [];
  return [{ path: ['topology'], message: `the scenario would start ${processes} processes; at most ${CHILDREN_MAX}` }];
}

function gatewayProblems({ topology }: Scenario, folder: string): ReferenceProblem[] {
  return topology.gateways.flatMap(({ config }, index) => {
    const path = ['topology', 'gateways', index, 'config'];
    const file = isAbsolute(config) ? config : join(folder, config);
    if (!existsSync(file)) return [{ path, message: `no gateway configuration at ${file}` }];
    return attempt(path, () => loadGatewayConfig(file));
  });
}

function plcProblems({ topology }: Scenario, folder: string): ReferenceProblem[] {
  return topology.plcs.flatMap((plcs, index) => {
    const path = ['topology', 'plcs', index];
    const isTcp = plcs.transport === 'modbus-tcp';
    const problems = [...unknownName(plcs.gateway, gatewayIds(topology), [...path, 'gateway'], 'gateway'), ...plcSourceProblems(plcs, folder, path)];
    if (isTcp && plcs.count === undefined) problems.push({ path, message: 'modbus-tcp needs "count"' });
    if (!isTcp && plcs.units === undefined) problems.push({ path, message: `${plcs.transport} needs "units"` });
    if (isTcp && plcs.units !== undefined) problems.push({ path: [...path, 'units'], message: '"units" belongs to serial lines; modbus-tcp has "count"' });
    if (!isTcp && plcs.count !== undefined) problems.push({ path: [...path, 'count'], message: `"count" belongs to modbus-tcp; ${plcs.transport} has "units"` });
    return problems;
  });
}

/** Whether the DUTs exist is seen when the run is given a hardware map. */
function realProblems({ topology }: Scenario): ReferenceProblem[] {
  return topology.real.flatMap(({ gateway }, index) => unknownName(gateway, gatewayIds(topology), ['topology', 'real', index, 'gateway'], 'gateway'));
}

function deviceProblems({ topology }: Scenario): ReferenceProblem[] {
  return topology.devices.flatMap(({ gateway, protocol }, index) => [
    ...unknownName(gateway, gatewayIds(topology), ['topology', 'devices', index, 'gateway'], 'gateway'),
    ...(protocol === 'mqtt-5' ? [{ path: ['topology', 'devices', index, 'protocol'], message: 'the broker engine of this version (aedes) speaks mqtt-3.1.1 only' }] : []),
  ]);
}

function linkProblems({ topology }: Scenario): ReferenceProblem[] {
  return topology.links.flatMap(({ between: [from, to] }, index) => {
    const path = ['topology', 'links', index, 'between'];
    const known = [from, to].flatMap((gateway, side) => unknownName(gateway, gatewayIds(topology), [...path, side], 'gateway'));
    if (from === to) known.push({ path, message: 'a link leads from one gateway to another' });
    if (topology.links.findIndex((other) => other.between[0] === from) !== index) known.push({ path, message: `"${from}" has an uplink already` });
    if (leadsBackTo(topology, to, from)) known.push({ path, message: `"${from}" and "${to}" would forward to each other in a circle` });
    return known;
  });
}

function leadsBackTo({ links }: Scenario['topology'], start: string, goal: string): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = start; at !== undefined && !seen.has(at); at = links.find(({ between }) => between[0] === at)?.between[1]) {
    if (at === goal) return true;
    seen.add(at);
  }
  return false;
}

function faultProblems({ faults, topology, phases }: Scenario, folder: string): ReferenceProblem[] {
  const phaseNames = phases.map(({ name }) => name);
  return faults.flatMap((fault, index) => {
    const path = ['faults', index];
    const problems = faultPlaceProblems(fault, topology, path, folder);
    if ((fault.at === undefined) === (fault.when === undefined)) problems.push({ path, message: 'a fault needs either "at" or "when"' });
    if (fault.when !== undefined && fault.times > 1) problems.push({ path: [...path, 'times'], message: '"times" goes with "at"' });
    const instants = fault.at === undefined ? [] : 'between' in fault.at ? fault.at.between : [fault.at];
    for (const { phase } of instants) problems.push(...unknownName(phase, phaseNames, [...path, 'at'], 'phase'));
    if (instants.length === 2 && instants[0]?.phase !== instants[1]?.phase) problems.push({ path: [...path, 'at'], message: 'both ends of "between" belong to one phase' });
    return problems;
  });
}

/** Parameters of checks that name something of the topology, by the key they use. */
function checkProblems({ checks, topology, phases }: Scenario): ReferenceProblem[] {
  const known: Readonly<Record<string, { names: string[]; what: string }>> = {
    during: { names: phases.map(({ name }) => name), what: 'phase' },
    at: { names: gatewayIds(topology), what: 'gateway' },
    gateway: { names: gatewayIds(topology), what: 'gateway' },
    link: { names: topology.links.map(({ id }) => id), what: 'link' },
    group: { names: topology.plcs.map(({ group }) => group), what: 'PLC group' },
    device: { names: topology.plcs.flatMap(plcDeviceIds), what: 'PLC' },
  };
  return checks.flatMap((check, index) =>
    Object.entries(check).flatMap(([key, value]) => {
      const names = known[key];
      return names === undefined || typeof value !== 'string' ? [] : unknownName(value, names.names, ['checks', index, key], names.what);
    }),
  );
}

function attempt(path: readonly (string | number)[], read: () => unknown): ReferenceProblem[] {
  try {
    read();
    return [];
  } catch (thrown) {
    return [{ path, message: messageOf(thrown) }];
  }
}

function gatewayIds({ gateways }: Scenario['topology']): string[] {
  return gateways.map(({ id }) => id);
}
