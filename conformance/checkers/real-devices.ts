import type { RunEvents } from '../run-events.ts';
import type { History } from './history.ts';
import { rigDevice, seen, southboundConnected, southboundFailed, southboundLost } from './journal-events.ts';
import { counted, seconds } from './wording.ts';

/** What is looked at of a stream of telemetry: when its gateway reported. */
interface ReportedStream {
  readonly device: string;
  readonly publications: readonly { readonly t: number }[];
}

/** The devices of the lab that took part, by name. Nobody but their gateway knows what they told. */
export function realDevices(history: History): ReadonlyMap<string, RunEvents['rig.device']> {
  return new Map(seen(history, rigDevice).map(({ data }) => [data.device, data]));
}

/**
 * Real devices of which nobody can say that they answered until the end, each in words: the line was lost and stayed so, or a
 * request failed for good and no report came after it. An exception is an answer. A simulated PLC that is lost has served what
 * it served; of a real one nothing tells what was missed.
 */
export function fellSilent(history: History, streams: readonly ReportedStream[]): string[] {
  const untilMs = history.quiescedMs;
  return [...realDevices(history).values()].flatMap(({ device, line, gateway }) => {
    const lastMs = Math.max(0, ...streams.filter((stream) => stream.device === device).flatMap(({ publications }) => publications.map(({ t }) => t)));
    const failed = seen(history, southboundFailed).filter(({ t, data }) => data.device === device && data.kind !== 'exception' && t > lastMs && t <= untilMs);
    const ofLine = (seenThere: { source: string; t: number; data: { line: string } }): boolean =>
      seenThere.source === gateway && seenThere.data.line === line && seenThere.t <= untilMs;
    const lostMs = seen(history, southboundLost).findLast(ofLine)?.t;
    const connectedMs = seen(history, southboundConnected).findLast(ofLine)?.t ?? 0;
    if (lostMs !== undefined && lostMs > connectedMs) return [`the line of real device ${device} was lost at ${seconds(lostMs)} and stayed so`];
    return failed.length === 0 ? [] : [`real device ${device} stopped answering: ${counted(failed.length, 'request')} failed after its last report at ${seconds(lastMs)}`];
  });
}
