import type { FleetOptionsInput } from '../../sim/fleet/fleet-options.ts';
import type { Scenario } from './scenario-schema.ts';

/** What the fleet process is told: one observer at every gateway, and the scenario's devices. */
export function fleetOptions({ topology }: Scenario, mqttPorts: ReadonlyMap<string, number>): FleetOptionsInput {
  const urlOf = (gateway: string): string => `mqtt://127.0.0.1:${mqttPorts.get(gateway) ?? 0}`;
  return {
    observers: topology.gateways.map(({ id }) => ({ id, url: urlOf(id) })),
    publishers: topology.devices.map((devices) => ({
      group: devices.group,
      count: devices.count,
      url: urlOf(devices.gateway),
      at: devices.gateway,
      protocolVersion: devices.protocol === 'mqtt-5' ? 5 : 4,
      qos: devices.qos,
      ratePerSecond: devices.publishRate,
      payloadBytes: devices.payload,
      connectsPerSecond: devices.connectRate,
    })),
  };
}
