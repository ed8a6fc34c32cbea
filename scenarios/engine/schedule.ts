import { randomFromSeed, type Random } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { Scenario, ScenarioFault } from './scenario-schema.ts';

const plannedFaultSchema = z.strictObject({
  /** `<kind>@<on>#<n>`, n counting from 1 over the schedule. */
  id: z.string(),
  kind: z.string(),
  on: z.string(),
  params: z.record(z.string(), z.json()),
  /** Either an instant in a phase, or the n-th observation of a type. */
  start: z.union([
    z.strictObject({ phase: z.string(), offsetMs: z.number() }),
    z.strictObject({ event: z.string(), source: z.string().nullable(), nth: z.number().int() }),
  ]),
  /** Null: until the end of the last phase. */
  forMs: z.number().nullable(),
  /** The fault's part of the seed tree. */
  seedHex: z.string(),
});

/** Everything random about a run, drawn before anything starts; `schedule.json` holds it and `replay` runs it again. */
export const scheduleSchema = z.strictObject({
  seed: z.number().int(),
  phases: z.array(z.strictObject({ name: z.string(), forMs: z.number().nullable(), until: z.string().nullable(), timeoutMs: z.number().nullable() })),
  faults: z.array(plannedFaultSchema),
});

export type Schedule = z.infer<typeof scheduleSchema>;
export type PlannedFault = Schedule['faults'][number];

/** Draws the schedule of a scenario: a pure function of the scenario and the seed. */
export function drawSchedule(scenario: Scenario, seed: number): Schedule {
  const random = randomFromSeed(seed).child('schedule');
  const phases = scenario.phases.map((phase) =>
    'for' in phase
      ? { name: phase.name, forMs: phase.for, until: null, timeoutMs: null }
      : { name: phase.name, forMs: null, until: phase.until, timeoutMs: phase.timeout },
  );
  const drawn = scenario.faults.flatMap((fault, index) =>
    Array.from({ length: fault.times }, (_one, time) => drawFault(fault, random.child(`fault-${index}`, time))),
  );
  return { seed, phases, faults: drawn.map((fault, index) => ({ id: `${fault.kind}@${fault.on}#${index + 1}`, ...fault })) };
}

function drawFault(fault: ScenarioFault, random: Random): Omit<PlannedFault, 'id'> {
  const { at, when, for: lasting, times: _times, on, kind, ...params } = fault;
  const start =
    when === undefined
      ? drawInstant(at, random.child('at'))
      : { event: when.event, source: when.source ?? null, nth: when.nth };
  const forMs = lasting === undefined ? null : typeof lasting === 'number' ? lasting : drawBetween(lasting.between, random.child('for'));
  return { kind, on, params: jsonParams(params), start, forMs, seedHex: random.child('fault').seedHex };
}

function drawInstant(at: ScenarioFault['at'], random: Random): { phase: string; offsetMs: number } {
  if (at === undefined) return { phase: '', offsetMs: 0 };
  if (!('between' in at)) return at;
  const [from, to] = at.between;
  return { phase: from.phase, offsetMs: drawBetween([from.offsetMs, to.offsetMs], random) };
}

/** Whole milliseconds, both ends included. */
function drawBetween([from, to]: readonly [number, number], random: Random): number {
  return Math.round(random.integer(Math.min(from, to), Math.max(from, to)));
}

function jsonParams(params: Readonly<Record<string, unknown>>): PlannedFault['params'] {
  return z.record(z.string(), z.json()).parse(Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)));
}
