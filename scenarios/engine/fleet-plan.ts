import type { ObservationData } from '../../hil/runtime/observation.ts';
import type { FleetOptionsInput } from '../../sim/fleet/fleet-options.ts';
import type { Scenario } from './scenario-schema.ts';

/** The scenario's devices, as the fleet process is told. @param urlOf - The MQTT address of a gateway. */
export function fleetPublishers({ topology }: Scenario, urlOf: (gateway: string) => string): ObservationData[] {
  return topology.devices.map((devices) => ({
    group: devices.group,
    count: devices.count,
    url: urlOf(devices.gateway),
    at: devices.gateway,
    protocolVersion: devices.protocol === 'mqtt-5' ? 5 : 4,
    qos: devices.qos,
    ratePerSecond: devices.publishRate,
    payloadBytes: devices.payload,
    connectsPerSecond: devices.connectRate,
  }) satisfies NonNullable<FleetOptionsInput['publishers']>[number]);
}
