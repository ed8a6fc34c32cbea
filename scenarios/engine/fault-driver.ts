import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Observation, ObservationData } from '../../hil/runtime/observation.ts';
import { textField } from '../../hil/runtime/observation-fields.ts';
import type { RunLog } from './run-log.ts';
import type { PlannedFault, Schedule } from './schedule.ts';
import type { TestbedChild } from './testbed-child.ts';

/** Starts and ends the faults of a schedule at their instants. What it started, it undoes, whatever happens. */
export interface FaultDriver {
  /** Arms the faults that belong to this phase. */
  phaseStarted(phase: string): void;
  /** Lets faults that wait for an event see it. */
  see(observation: Observation): void;
  /** Ends what is in force, starts nothing more, waits for commands under way. Throws what went wrong with one, first first. */
  undoAll(): Promise<void>;
}

const VERIFY_ATTEMPTS = 10;

/** @param places - The children that faults act on, by what a fault names with `on`: links and PLC groups. */
export function createFaultDriver(schedule: Schedule, places: ReadonlyMap<string, TestbedChild>, log: RunLog, clock: Clock): FaultDriver {
  const timers = new Set<Timer>();
  const active = new Map<string, PlannedFault>();
  const seen = new Map<PlannedFault, number>();
  const failures: unknown[] = [];
  let closed = false;
  let queue: Promise<void> = Promise.resolve();

  /** Commands go one after another, so that a fault's end cannot overtake its start. */
  const enqueue = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work).catch((thrown: unknown) => void failures.push(thrown));
    return queue;
  };
  const after = (delayMs: number, work: () => Promise<void>): void => {
    const timer = clock.setTimer(delayMs, () => {
      timers.delete(timer);
      void enqueue(work);
    });
    timers.add(timer);
  };
  const begin = async (fault: PlannedFault, plannedAtMs: number): Promise<void> => {
    if (closed) return;
    const counters = await placeOf(places, fault).command('fault.start', { fault: fault.id, kind: fault.kind, params: fault.params, seedHex: fault.seedHex });
    active.set(fault.id, fault);
    log.note('fault.started', { fault: fault.id, kind: fault.kind, on: fault.on, plannedAtMs, counters: numbersOf(counters) });
    if (fault.forMs !== null) after(Math.max(0, plannedAtMs + fault.forMs - log.nowMs()), () => end(fault));
  };
  const end = async (fault: PlannedFault): Promise<void> => {
    if (!active.delete(fault.id)) return;
    const place = placeOf(places, fault);
    const counters = await place.command('fault.stop', { fault: fault.id });
    log.note('fault.ended', { fault: fault.id, counters: numbersOf(counters) });
    if ([...active.values()].every(({ on }) => on !== fault.on)) await verify(place, log);
  };
  return {
    phaseStarted(phase) {
      const startMs = log.nowMs();
      for (const fault of schedule.faults) {
        if (!('phase' in fault.start) || fault.start.phase !== phase) continue;
        const { offsetMs } = fault.start;
        after(offsetMs, () => begin(fault, startMs + offsetMs));
      }
    },
    see(observation) {
      for (const fault of schedule.faults) {
        if (!('event' in fault.start) || fault.start.event !== observation.type) continue;
        if (fault.start.source !== null && fault.start.source !== observation.source) continue;
        const count = (seen.get(fault) ?? 0) + 1;
        seen.set(fault, count);
        if (count === fault.start.nth) void enqueue(() => begin(fault, observation.t));
      }
    },
    async undoAll() {
      for (const timer of timers) timer.cancel();
      timers.clear();
      await enqueue(async () => {
        closed = true;
      });
      for (const fault of active.values()) await enqueue(() => end(fault));
      if (failures.length > 0) throw failures[0];
    },
  };
}

/**
 * Without faults a link must carry a new connection to its upstream, and a PLC must answer a read; otherwise nothing after
 * it can be believed.
 */
async function verify(place: TestbedChild, log: RunLog): Promise<void> {
  let detail = '';
  for (let attempt = 0; attempt < VERIFY_ATTEMPTS; attempt += 1) {
    const answer = await place.command('probe', {});
    detail = textField(answer, 'detail');
    if (answer['ok'] === true) {
      log.note('link.verified', { link: place.id, ok: true, detail });
      return;
    }
  }
  log.note('link.verified', { link: place.id, ok: false, detail });
  throw new FieldproofError('FP_FAULT_RESTORE', `${place.id} does not work after its faults were undone: ${detail}`);
}

function placeOf(places: ReadonlyMap<string, TestbedChild>, fault: PlannedFault): TestbedChild {
  const place = places.get(fault.on);
  if (place === undefined) throw new FieldproofError('FP_INTERNAL', `fault ${fault.id}: no link or PLC group "${fault.on}" was started`);
  return place;
}

function numbersOf(data: ObservationData): Record<string, number> {
  return Object.fromEntries(Object.entries(data).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
