import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { CaseWire, WireEvent } from './case-wire.ts';
import { fromHex, toHex, type EvidenceStep } from './evidence.ts';

/**
 * A wire that answers from evidence: what the case asks for, it is given as it was recorded; what it does must be what
 * was done. Steps are matched connection by connection, in order, so that a case may wait on two connections at once.
 */
export interface ReplayWire extends CaseWire {
  /** Throws FP_EVIDENCE_MISMATCH when the case asked for less than the evidence holds. */
  finish(): void;
}

type Lane = EvidenceStep[];

/** @throws FieldproofError FP_EVIDENCE_MISMATCH from any call that the evidence does not hold at that place. */
export function replayWire(steps: readonly EvidenceStep[]): ReplayWire {
  const lanes = new Map<string, Lane>();
  for (const step of steps) if (step.op !== 'unread') laneFor(lanes, laneOf(step)).push(step);
  const take = <Op extends EvidenceStep['op']>(lane: string, ...ops: readonly Op[]): Extract<EvidenceStep, { op: Op }> => {
    const step = lanes.get(lane)?.shift();
    if (step === undefined) throw mismatch(`the case goes on with ${ops.join(' or ')} on ${lane} where the evidence ends`);
    if (isOneOf(step, ops)) return step;
    throw mismatch(`the case does ${ops.join(' or ')} on ${lane} at ${step.tMs} ms, the evidence says ${step.op}`);
  };
  const wire: ReplayWire = {
    open: async (on, target) => {
      const step = take(on, 'open');
      same(`the target of ${on}`, target ?? '', step.target);
      return step.result;
    },
    accept: async (on) => take(on, 'accept').result,
    send: async (on, bytes) => {
      const step = take(on, 'send');
      same(`what ${on} sends`, toHex(bytes), step.hex);
      return step.result;
    },
    next: async (on) => eventOf(take(on, 'frame', 'closed', 'silence')),
    close: async (on, how) => same(`the end of ${on}`, how, take(on, 'close').how),
    pause: async (ms) => same('a pause', ms, take(OTHERS, 'pause').ms),
    act: async (action) => {
      const step = take(OTHERS, 'act');
      same('an action', action, step.action);
      return step.result;
    },
    shared: (_name, script) => script(wire),
    nowMs: () => take(OTHERS, 'now').tMs,
    note: (text) => same('a note', text, take(NOTES, 'note').text),
    finish: () => {
      for (const [lane, rest] of lanes) {
        if (rest.length > 0) throw mismatch(`the evidence holds ${rest.length} more steps of ${lane} than the case takes`);
      }
    },
  };
  return wire;
}

/** No connection has these names: connections are named by words. */
const OTHERS = '(beside the connections)';
const NOTES = '(notes)';

function laneOf(step: EvidenceStep): string {
  if ('on' in step) return step.on;
  return step.op === 'note' ? NOTES : OTHERS;
}

function laneFor(lanes: Map<string, Lane>, name: string): Lane {
  const lane = lanes.get(name) ?? [];
  lanes.set(name, lane);
  return lane;
}

function isOneOf<Op extends EvidenceStep['op']>(step: EvidenceStep, ops: readonly Op[]): step is Extract<EvidenceStep, { op: Op }> {
  return ops.some((op) => op === step.op);
}

function eventOf(step: Extract<EvidenceStep, { op: 'frame' | 'closed' | 'silence' }>): WireEvent {
  const { tMs } = step;
  if (step.op === 'frame') return { kind: 'frame', bytes: fromHex(step.hex), tMs };
  if (step.op === 'closed') return { kind: 'closed', how: step.how, rest: fromHex(step.hex), tMs };
  return { kind: 'silence', waitedMs: step.waitedMs, tMs };
}

/** @throws FieldproofError FP_EVIDENCE_MISMATCH. */
function same(what: string, now: string | number, recorded: string | number): void {
  if (now !== recorded) throw mismatch(`${what} differs: now ${now}, in the evidence ${recorded}`);
}

function mismatch(because: string): FieldproofError {
  return new FieldproofError('FP_EVIDENCE_MISMATCH', because);
}
