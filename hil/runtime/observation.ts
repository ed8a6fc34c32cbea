/** A value that JSON holds exactly; no undefined, no NaN, no Date. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The data of an observation: a flat or nested JSON object. */
export type ObservationData = { readonly [key: string]: JsonValue };

/**
 * One thing that was seen, at the place where it was seen. `type` is `area.event` (`uplink.lost`, `mqtt.received`);
 * each area lists its events in a file of its own (`hil/gateway/gateway-events.ts`, `sim/plc/plc-events.ts`, ...).
 */
export interface Observation {
  /** Monotonic milliseconds of the machine (`Clock.nowMs`), in the journal milliseconds since the start of the run. */
  readonly t: number;
  /** Who saw it: the id of a gateway, group or link, or `runner`. */
  readonly source: string;
  readonly type: string;
  readonly data: ObservationData;
}

/** What a part of the testbed is given to say what it saw. Must never throw and never block. */
export type Observe = (type: string, data: ObservationData) => void;

/** For parts that run alone: nobody listens. */
export const observeNothing: Observe = () => {};
