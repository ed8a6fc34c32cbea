import type { JournalEntry } from '../../hil/runtime/journal.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import type { z } from '../../hil/runtime/schema.ts';
import type { Judgement } from '../judgement.ts';
import type { RunTopology } from '../run-events.ts';
import type { Checker } from './checker.ts';
import { indexHistory } from './index-history.ts';
import { judge } from './judge.ts';

/** One line of a hand-made journal: instant, source, type, data. */
export type Line = readonly [t: number, source: string, type: string, data: ObservationData];

/** Journal entries from lines in any order of time; the hashes are empty, because checkers do not look at them. */
export function handMadeEntries(lines: readonly Line[]): JournalEntry[] {
  return lines.toSorted(([a], [b]) => a - b).map(([t, source, type, data], seq) => ({ seq, t, source, type, data, hash: '' }));
}

/** Judges a hand-made journal as the engine does, parameters as a scenario writes them. */
export function judged<Params extends z.ZodObject>(checker: Checker<Params>, lines: readonly Line[], params: z.input<Params>): Judgement {
  return judge(checker, indexHistory(handMadeEntries(lines)), checker.params.parse(params));
}

/** Two gateways in a chain, one PLC group `pumps` and one device group `sensors` at `edge`. */
export const EDGE_AND_CLOUD: RunTopology = {
  gateways: [
    { id: 'edge', uplinkTo: 'cloud' },
    { id: 'cloud', uplinkTo: null },
  ],
  plcs: [{ group: 'pumps', gateway: 'edge', transport: 'modbus-tcp', devices: ['pumps-1', 'pumps-2'] }],
  devices: [{ group: 'sensors', gateway: 'edge', count: 3 }],
  links: [{ id: 'uplink', between: ['edge', 'cloud'] }],
};

/** The lines of a run that begins at 0, has observers at both gateways from 10 on, and is quiesced and ended as said. */
export function runFrame(quiescedMs: number, endedMs: number): Line[] {
  return [
    [0, 'runner', 'run.started', { scenario: 'hand-made', seed: 1, tier: 'T1', topology: { ...EDGE_AND_CLOUD } }],
    [10, 'observer-edge', 'observer.subscribed', { at: 'edge' }],
    [10, 'observer-cloud', 'observer.subscribed', { at: 'cloud' }],
    [quiescedMs, 'runner', 'run.quiesced', { reason: 'the last phase has ended' }],
    [endedMs, 'runner', 'run.ended', {}],
  ];
}

/** Lines of a fault that was in force from `startMs` to `endMs`. */
export function faultLines(fault: string, on: string, startMs: number, endMs: number): Line[] {
  return [
    [startMs, 'runner', 'fault.started', { fault, kind: fault.split('@')[0] ?? '', on, plannedAtMs: startMs }],
    [endMs, 'runner', 'fault.ended', { fault }],
  ];
}
