import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import type { ConditionWatch } from './until-condition.ts';
import type { RunLog } from './run-log.ts';
import type { Schedule } from './schedule.ts';

const CONDITION_PERIOD_MS = 50;

export interface PhaseDeps {
  readonly clock: Clock;
  readonly log: RunLog;
  /** Ends the phases early: interruption, or a child that died. */
  readonly signal: AbortSignal;
  readonly idle: ConditionWatch;
  readonly onPhase: (phase: Schedule['phases'][number], index: number) => void;
}

/** Goes through the phases; returns when the last has ended or the signal has come. */
export async function runPhases(phases: Schedule['phases'], { clock, log, signal, idle, onPhase }: PhaseDeps): Promise<void> {
  for (const [index, phase] of phases.entries()) {
    if (signal.aborted) return;
    log.note('phase.started', { phase: phase.name });
    onPhase(phase, index);
    if (phase.forMs !== null) await sleep(clock, phase.forMs, signal);
    else if (!(await waitFor(idle, phase.timeoutMs ?? 0, clock, log, signal)) && !signal.aborted) {
      log.note('phase.timeout', { phase: phase.name, until: phase.until ?? '', timeoutMs: phase.timeoutMs ?? 0 });
    }
    log.note('phase.ended', { phase: phase.name });
  }
}

/** Waits until the condition holds. @returns false when the time ran out or the signal came first. */
export async function waitFor(condition: ConditionWatch, timeoutMs: number, clock: Clock, log: RunLog, signal: AbortSignal): Promise<boolean> {
  const deadlineMs = log.nowMs() + timeoutMs;
  while (!signal.aborted) {
    if (condition.holds(log.nowMs())) return true;
    if (log.nowMs() >= deadlineMs) return false;
    await sleep(clock, CONDITION_PERIOD_MS, signal);
  }
  return false;
}
