import type { Clock, FineClock } from '../../../runtime/clock.ts';
import type { EndOfTurn } from './turn-gate.ts';

/**
 * The end of the event loop's turn, as a clock with a fine timer gives it: everything that came from all sockets in between
 * leaves together. With another clock (a virtual one) the next microtask ends the turn.
 */
export function endOfTurnOf(clock: Clock | FineClock): EndOfTurn {
  return 'setFineTimer' in clock ? (callback) => void clock.setFineTimer(0, callback) : queueMicrotask;
}
