import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import type { PlcPointFacts } from '../../sim/plc/plc-events.ts';
import type { History } from './history.ts';
import { plcDevice, plcServed, seen, telemetryPublished, telemetryReceived } from './journal-events.ts';
import { mayPass, observationPoint } from './observation-point.ts';
import { realDevices } from './real-devices.ts';

/** One telemetry message as it reached the observer, in order of arrival. `seq` is its place in the journal. */
export interface Arrival {
  readonly seq: number;
  readonly t: number;
  readonly boot: string;
  readonly n: number;
  readonly v: PointValue;
  readonly qos: number;
}

/** One value that the PLC really told, at the instant of its answer. */
export interface ServedValue {
  readonly t: number;
  readonly v: PointValue;
}

/** One report that the gateway made, at the instant it published it; `v` is what it says it published. */
export interface Publication {
  readonly t: number;
  readonly boot: string;
  readonly n: number;
  readonly v?: PointValue;
}

/** All that is known about one point of one device. */
export interface PointStream {
  readonly device: string;
  readonly point: string;
  /** The gateway that observes. */
  readonly at: string;
  /** The gateway that polls the device; undefined when the journal does not tell. */
  readonly gateway: string | undefined;
  /** Undefined when no PLC of the run has such a point. */
  readonly facts: PlcPointFacts | undefined;
  /** A device of the lab: nobody tells what it served. */
  readonly isReal: boolean;
  readonly arrivals: Arrival[];
  readonly served: ServedValue[];
  readonly publications: Publication[];
}

export interface TelemetryStreams {
  readonly streams: readonly PointStream[];
  /** Devices that PLCs of the run stand for, and those of the lab, that the observer should see. */
  readonly devices: readonly string[];
  /** Devices for which nothing tells where their telemetry should arrive. */
  readonly unplaced: readonly string[];
}

/**
 * Sorts a journal by point of telemetry. A device belongs to the gateway that the topology names for its PLC group, else
 * to the one that published its telemetry.
 * @param at - Judge at this gateway, and only devices whose way may lead past it. Undefined: at the far end of each chain.
 */
export function telemetryStreams(history: History, at: string | undefined): TelemetryStreams {
  const gateways = gatewaysOfDevices(history);
  const real = realDevices(history);
  const streams = new Map<string, PointStream>();
  const devices = new Set<string>();
  const unplaced = new Set<string>();
  const facts = new Map<string, PlcPointFacts>();
  const streamOf = (device: string, point: string): PointStream | undefined => {
    const key = `${device}/${point}`;
    const known = streams.get(key);
    if (known !== undefined) return known;
    const gateway = gateways.get(device);
    if (at !== undefined && !mayPass(history, gateway, at)) return undefined;
    const place = observationPoint(history, gateway, at);
    if (place === undefined) {
      unplaced.add(device);
      return undefined;
    }
    const stream: PointStream = { device, point, at: place, gateway, facts: facts.get(key), isReal: real.has(device), arrivals: [], served: [], publications: [] };
    streams.set(key, stream);
    return stream;
  };
  for (const data of [...seen(history, plcDevice).map((entry) => entry.data), ...real.values()]) {
    if (at === undefined || mayPass(history, gateways.get(data.device), at)) devices.add(data.device);
    for (const point of data.points) facts.set(`${data.device}/${point.name}`, point);
  }
  for (const { t, data } of seen(history, plcServed)) {
    for (const [point, v] of Object.entries(data.values)) streamOf(data.device, point)?.served.push({ t, v });
  }
  for (const { t, data } of seen(history, telemetryPublished)) streamOf(data.device, data.point)?.publications.push({ t, boot: data.boot, n: data.n, v: data.v });
  for (const { seq, t, data } of seen(history, telemetryReceived)) {
    const stream = streamOf(data.device, data.point);
    if (stream !== undefined && stream.at === data.at) stream.arrivals.push({ seq, t, boot: data.boot, n: data.n, v: data.v, qos: data.qos });
  }
  for (const stream of streams.values()) {
    // Two children of the testbed write into one journal, so neighbours may stand in the wrong order by some milliseconds.
    stream.served.sort((a, b) => a.t - b.t);
  }
  return { streams: [...streams.values()], devices: [...devices], unplaced: [...unplaced] };
}

function gatewaysOfDevices(history: History): ReadonlyMap<string, string> {
  const gateways = new Map<string, string>();
  for (const { source, data } of seen(history, telemetryPublished)) {
    if (!gateways.has(data.device)) gateways.set(data.device, source);
  }
  for (const group of history.topology?.plcs ?? []) {
    for (const device of group.devices) gateways.set(device, group.gateway);
  }
  for (const { device, gateway } of realDevices(history).values()) gateways.set(device, gateway);
  return gateways;
}
