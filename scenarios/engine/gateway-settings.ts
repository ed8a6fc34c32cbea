import { readCheckedYaml } from '../../hil/runtime/checked-yaml.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { PlcDeviceFacts } from './child-facts.ts';
import type { ScenarioPlcs } from './scenario-schema.ts';

/** The devices of one PLC group as they came up, with the group's entry in the scenario. */
export interface StartedPlcs {
  readonly plcs: ScenarioPlcs;
  readonly devices: readonly PlcDeviceFacts[];
  /** What the gateway reads them by: a shipped name, or an absolute path. */
  readonly profile: string;
}

type SettingsObject = Record<string, unknown>;

/**
 * The configuration that a gateway of a run is started with: the scenario's file, with ports of the system's choice, the
 * run's Modbus lines and the link's address filled in. It is written to the run folder, so that the run can be studied.
 * @param uplinkUrl - Where the uplink must lead (the fault proxy); undefined leaves the file's uplink as it is.
 * @param real - Lines of real devices.
 */
export function gatewaySettings(id: string, file: string, started: readonly StartedPlcs[], uplinkUrl: string | undefined, real: readonly SettingsObject[] = []): SettingsObject {
  const settings: SettingsObject = { ...readCheckedYaml(file, z.looseObject({})).value };
  const own = z.looseObject({ lines: z.array(z.unknown()).default([]) }).default({ lines: [] }).parse(settings['southbound']);
  return {
    ...settings,
    id,
    mqtt: { ...objectOf(settings['mqtt']), host: '127.0.0.1', port: 0 },
    http: { ...objectOf(settings['http']), host: '127.0.0.1', port: 0 },
    southbound: { ...own, lines: [...own.lines, ...started.flatMap(linesOf), ...real] },
    ...(uplinkUrl === undefined ? {} : { uplink: { ...objectOf(settings['uplink']), url: uplinkUrl } }),
  };
}

/** Modbus TCP: a line for each device. A serial line: one for the group, with all its units. */
function linesOf({ plcs, devices, profile }: StartedPlcs): SettingsObject[] {
  const entry = ({ device, unit }: PlcDeviceFacts): SettingsObject => ({ id: device, unit, profile, pollEvery: `${plcs.pollEvery}ms` });
  const serial = devices[0]?.endpoint;
  if (serial !== undefined && serial.transport !== 'modbus-tcp') return [{ id: plcs.group, ...serial, devices: devices.map(entry) }];
  return devices.flatMap((device) =>
    device.endpoint.transport === 'modbus-tcp'
      ? [{ id: device.device, transport: 'modbus-tcp', host: device.endpoint.host, port: device.endpoint.port, devices: [entry(device)] }]
      : [],
  );
}

function objectOf(value: unknown): SettingsObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
