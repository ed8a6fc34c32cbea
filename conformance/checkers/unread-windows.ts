import type { History } from './history.ts';
import { faultStarted, seen, southboundFailed } from './journal-events.ts';
import type { PointStream } from './telemetry-streams.ts';

/** A fault on the device's line takes and loses its effect some time around the instants at which the runner saw it. */
const FAULT_MARGIN_MS = 1_000;
/** A request that failed for good was answered by the PLC no longer ago than this (timeout x tries). */
const FAILED_REQUEST_MS_MAX = 5_000;

/** Tells of an instant whether an answer that the PLC gave then may not have reached the gateway. */
export type MayBeUnread = (t: number) => boolean;

/** From when to when answers of a device may not have reached its gateway, milliseconds since the start of the run. */
export type UnreadSpan = readonly [startMs: number, endMs: number];

/**
 * When answers of a device may not have reached its gateway: under faults on its PLC group, on its gateway or on a link
 * of its group, and before a request that the gateway gave up. What was served then may be reported but need not be.
 */
export function unreadWindows(history: History): (stream: PointStream) => MayBeUnread {
  const spansOf = unreadSpans(history);
  return (stream) => {
    const spans = spansOf(stream);
    return (t) => spans.some(([startMs, endMs]) => startMs <= t && t <= endMs);
  };
}

/** The same as spans of time, in no order. */
export function unreadSpans(history: History): (stream: Pick<PointStream, 'device' | 'gateway'>) => readonly UnreadSpan[] {
  const faulted = seen(history, faultStarted).map(({ data }) => data);
  const failed = seen(history, southboundFailed);
  return ({ device, gateway }) => {
    const places = placesOf(history, device, gateway);
    const ids = new Set(faulted.filter(({ on }) => places.has(on)).map(({ fault }) => fault));
    const faults = history.faults.filter(({ id }) => ids.has(id));
    const spans = faults.map(({ startMs, endMs }): UnreadSpan => [startMs - FAULT_MARGIN_MS, endMs + FAULT_MARGIN_MS]);
    for (const { t, data } of failed) {
      if (data.device === device) spans.push([t - FAILED_REQUEST_MS_MAX, t]);
    }
    return spans;
  };
}

function placesOf(history: History, device: string, gateway: string | undefined): ReadonlySet<string> {
  const groups = (history.topology?.plcs ?? []).filter(({ devices }) => devices.includes(device)).map(({ group }) => group);
  const links = (history.topology?.links ?? []).filter(({ between }) => between.some((end) => groups.includes(end))).map(({ id }) => id);
  return new Set([device, ...groups, ...links, ...(gateway === undefined ? [] : [gateway])]);
}
