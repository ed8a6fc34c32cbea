import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { RunTopology } from '../run-events.ts';
import type { History, Window } from './history.ts';

const topologySchema: z.ZodType<RunTopology> = z.object({
  gateways: z.array(z.object({ id: z.string(), uplinkTo: z.string().nullable() })),
  plcs: z.array(z.object({ group: z.string(), gateway: z.string(), transport: z.string(), devices: z.array(z.string()) })),
  devices: z.array(z.object({ group: z.string(), gateway: z.string(), count: z.number() })),
  links: z.array(z.object({ id: z.string(), between: z.tuple([z.string(), z.string()]) })),
  real: z.array(z.object({ dut: z.string(), gateway: z.string() })).exactOptional(),
});

/**
 * Indexes a journal for checkers.
 * @param entries - In order of the journal (`seq`) or of time. Processes write at their own pace, so that instants of
 *   different sources may step back a little from entry to entry of a journal.
 * @returns Phases and faults in order of their start; a phase or fault that never ended lasts to Infinity. The topology is
 *   undefined when no `run.started` entry holds a well-formed one.
 */
export function indexHistory(entries: readonly JournalEntry[]): History {
  const byType = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    const sameType = byType.get(entry.type);
    if (sameType === undefined) byType.set(entry.type, [entry]);
    else sameType.push(entry);
  }
  const ofType = (type: string): readonly JournalEntry[] => byType.get(type) ?? [];
  const faults = windowsOf(ofType('fault.started'), ofType('fault.ended'), 'fault');
  return {
    entries,
    ofType,
    topology: topologySchema.safeParse(ofType('run.started')[0]?.data['topology']).data,
    phases: windowsOf(ofType('phase.started'), ofType('phase.ended'), 'phase'),
    faults,
    faultsAt: (t) => faults.filter((fault) => fault.startMs <= t && t <= fault.endMs).map((fault) => fault.id),
    quiescedMs: ofType('run.quiesced')[0]?.t ?? Infinity,
  };
}

/** Pairs each start with the first end of the same id that comes after it. */
function windowsOf(starts: readonly JournalEntry[], ends: readonly JournalEntry[], key: string): Window[] {
  return starts.flatMap((start) => {
    const id = start.data[key];
    if (typeof id !== 'string') return [];
    const end = ends.find((candidate) => candidate.t >= start.t && candidate.data[key] === id);
    return [{ id, startMs: start.t, endMs: end?.t ?? Infinity }];
  });
}
