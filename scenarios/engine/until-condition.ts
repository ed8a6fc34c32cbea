import type { Observation } from '../../hil/runtime/observation.ts';
import type { RunTopology } from '../../conformance/run-events.ts';
import { numberField } from '../../hil/runtime/observation-fields.ts';

/** What a phase may wait for. */
export const UNTIL_CONDITIONS = ['sync.idle'] as const;
export type UntilCondition = (typeof UNTIL_CONDITIONS)[number];

/** Watches observations and tells whether a condition holds now. Times are those of the observations. */
export interface ConditionWatch {
  see(observation: Observation): void;
  /** True when it has held for at least `settleMs` at `nowMs`. */
  holds(nowMs: number): boolean;
}

/** An idle link must stay idle so long before it counts: a publisher may just be between two messages. */
const SETTLE_MS = 500;
/** A queue that always holds the few messages of the last moments is caught up, not behind. */
const CAUGHT_UP_MESSAGES_MAX = 200;

/**
 * `sync.idle`: every gateway with an uplink has it connected, and its store-and-forward queue has been caught up (idle,
 * or holding no more than what was published in the last moments) for half a second.
 */
export function watchSyncIdle(topology: RunTopology): ConditionWatch {
  const waiting = new Map(topology.gateways.filter(({ uplinkTo }) => uplinkTo !== null).map(({ id }) => [id, { connected: false, caughtUpSinceMs: Infinity }]));
  return {
    see({ t, source, type, data }) {
      const state = waiting.get(source);
      if (state === undefined) return;
      if (type === 'uplink.connected') state.connected = true;
      if (type === 'uplink.lost') Object.assign(state, { connected: false, caughtUpSinceMs: Infinity });
      if (type === 'uplink.idle') state.caughtUpSinceMs = Math.min(state.caughtUpSinceMs, t);
      if (type === 'uplink.backlog') {
        const caughtUp = numberField(data, 'messages') <= CAUGHT_UP_MESSAGES_MAX;
        state.caughtUpSinceMs = caughtUp ? Math.min(state.caughtUpSinceMs, t) : Infinity;
      }
    },
    holds: (nowMs) => [...waiting.values()].every(({ connected, caughtUpSinceMs }) => connected && nowMs - caughtUpSinceMs >= SETTLE_MS),
  };
}
