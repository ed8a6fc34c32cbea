import type { Point } from '../../../hil/gateway/southbound/point.ts';
import type { ProcessModel } from '../process-model.ts';
import type { RecordedTimeline } from './recorded-timeline.ts';

/**
 * The process behind a replayed device: each point is one recorded address. Writes change nothing: nobody recorded what
 * they would do.
 * @param originMs - `Clock.nowMs()` at which the replay begins.
 */
export function recordedProcess(points: readonly Point[], timeline: RecordedTimeline, originMs: number): ProcessModel {
  const byName = new Map(points.map((point) => [point.name, point]));
  return {
    read: (name, nowMs) => {
      const point = byName.get(name);
      const word = point === undefined ? undefined : timeline.wordAt(point.table, point.address, Math.max(0, nowMs - originMs));
      return point?.rawType === 'Bool' && word !== undefined ? word !== 0 : word;
    },
    write: () => undefined,
  };
}
