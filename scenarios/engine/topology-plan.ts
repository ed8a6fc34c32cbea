import type { RunTopology } from '../../conformance/run-events.ts';
import type { Scenario, ScenarioPlcs } from './scenario-schema.ts';

/** The facts about the topology that the journal holds, so that it can be judged without the scenario file. */
export function describeTopology({ topology }: Scenario): RunTopology {
  return {
    gateways: topology.gateways.map(({ id }) => ({ id, uplinkTo: topology.links.find(({ between }) => between[0] === id)?.between[1] ?? null })),
    plcs: topology.plcs.map((plcs) => ({ group: plcs.group, gateway: plcs.gateway, transport: plcs.transport, devices: plcDeviceIds(plcs) })),
    devices: topology.devices.map(({ group, gateway, count }) => ({ group, gateway, count })),
    links: topology.links.map(({ id, between }) => ({ id, between })),
    ...(topology.real.length === 0 ? {} : { real: topology.real.map(({ dut, gateway }) => ({ dut, gateway })) }),
  };
}

/** The devices of a group, `<group>-1`, `<group>-2`, ... */
export function plcDeviceIds({ group, count, units }: ScenarioPlcs): string[] {
  return Array.from({ length: units?.length ?? count ?? 0 }, (_device, index) => `${group}-${index + 1}`);
}

/**
 * Gateways in an order in which each starts after the one its uplink leads to. The validator has refused circles.
 */
export function startOrder(topology: RunTopology): string[] {
  const ordered: string[] = [];
  const visit = (id: string): void => {
    if (ordered.includes(id)) return;
    const next = topology.gateways.find((gateway) => gateway.id === id)?.uplinkTo;
    if (next !== null && next !== undefined) visit(next);
    ordered.push(id);
  };
  for (const { id } of topology.gateways) visit(id);
  return ordered;
}
