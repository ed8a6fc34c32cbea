import { durationMs } from '../../hil/runtime/quantities.ts';
import { z } from '../../hil/runtime/schema.ts';

/** An instant relative to the beginning of a phase. */
export interface PhaseInstant {
  readonly phase: string;
  readonly offsetMs: number;
}

const PATTERN = /^([a-z][a-z0-9-]*)(?:\+(\d+(?:\.\d+)?(?:us|ms|s|m|h|d)))?$/u;

/** `disrupt` or `disrupt+5s`: an instant from the beginning of a phase. */
export const phaseInstant = z
  .string({ error: 'expected a phase and an offset, such as disrupt+5s' })
  .regex(PATTERN, 'expected a phase and an offset, such as disrupt+5s')
  .transform((text): PhaseInstant => {
    const [, phase = '', offset = '0s'] = PATTERN.exec(text) ?? [];
    return { phase, offsetMs: durationMs.parse(offset) };
  })
  .meta({ description: 'An instant from the beginning of a phase.', examples: ['disrupt', 'disrupt+5s'] });
