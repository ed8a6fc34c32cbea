import type { Verdict } from '../../conformance/verdict.ts';
import type { Observation } from '../../hil/runtime/observation.ts';
import { numberField, textField } from '../../hil/runtime/observation-fields.ts';
import type { Schedule } from './schedule.ts';

/** What a person who watches a run is told. */
export type Progress =
  | { readonly kind: 'starting'; readonly scenario: string; readonly seed: number; readonly folder: string }
  | { readonly kind: 'child'; readonly id: string; readonly role: string; readonly endpoints: readonly string[] }
  | { readonly kind: 'phase'; readonly phase: Schedule['phases'][number]; readonly index: number; readonly total: number }
  | { readonly kind: 'fault'; readonly fault: string; readonly active: boolean }
  | { readonly kind: 'tick'; readonly snapshot: Snapshot }
  | { readonly kind: 'judging' }
  | { readonly kind: 'trouble'; readonly text: string }
  | { readonly kind: 'done'; readonly verdict: Verdict };

/** The state of a run, as counted from its observations. Rates are per second over the last tick. */
export interface Snapshot {
  readonly elapsedMs: number;
  readonly phase: string;
  readonly clients: number;
  readonly devicesPerSecond: number;
  readonly telemetryPerSecond: number;
  readonly backlog: number;
  readonly faults: readonly string[];
  readonly processes: number;
}

/** Counts what a watcher wants to see. */
export interface ProgressCounter {
  see(observation: Observation): void;
  snapshot(elapsedMs: number, processes: number): Snapshot;
}

export function countProgress(): ProgressCounter {
  const clients = new Set<string>();
  const faults = new Set<string>();
  const backlogs = new Map<string, number>();
  let phase = '';
  let devices = 0;
  let telemetry = 0;
  let lastMs = 0;
  const handlers: Readonly<Record<string, (observation: Observation) => void>> = {
    'phase.started': ({ data }) => void (phase = textField(data, 'phase')),
    'fault.started': ({ data }) => void faults.add(textField(data, 'fault')),
    'fault.ended': ({ data }) => void faults.delete(textField(data, 'fault')),
    'mqtt.connected': ({ data }) => void clients.add(textField(data, 'client')),
    'mqtt.closed': ({ data }) => void clients.delete(textField(data, 'client')),
    'mqtt.received': () => void (devices += 1),
    'telemetry.received': () => void (telemetry += 1),
    'uplink.backlog': ({ source, data }) => void backlogs.set(source, numberField(data, 'messages')),
    'uplink.idle': ({ source }) => void backlogs.set(source, 0),
  };
  return {
    see: (observation) => handlers[observation.type]?.(observation),
    snapshot(elapsedMs, processes) {
      const seconds = Math.max(0.001, (elapsedMs - lastMs) / 1_000);
      const backlog = [...backlogs.values()].reduce((sum, messages) => sum + messages, 0);
      const result = { elapsedMs, phase, clients: clients.size, devicesPerSecond: devices / seconds, telemetryPerSecond: telemetry / seconds, backlog, faults: [...faults], processes };
      devices = 0;
      telemetry = 0;
      lastMs = elapsedMs;
      return result;
    },
  };
}
