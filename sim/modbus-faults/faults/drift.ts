import type { PrimaryTable } from '../../../hil/gateway/southbound/device-profile.ts';
import { decodePoint, encodePoint } from '../../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../../hil/gateway/southbound/point.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { alterResponse, chosenPoints, isSelected, pointsParam } from '../faulted-values.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';
import type { TableWords } from '../response-words.ts';

const WORD_MAX = 0xffff;
const MS_PER_SECOND = 1_000;
const BIT_TABLES: readonly PrimaryTable[] = ['COILS', 'DISCRETES_INPUT'];
const params = frameFaultParams({
  perSecond: z.number().refine((rate) => rate !== 0, 'expected a number other than 0').describe('How fast values run away: engineering units a second for points, counts for registers of no known point.'),
  ...pointsParam,
});

/**
 * Values run away from the true ones, from no error at the beginning of the fault on. A value that its registers can no
 * longer hold is told unaltered; a register of no known point stops at its bounds.
 */
export const drift = defineModbusFault(
  { kind: 'modbus.drift', counter: 'drift', purpose: 'Values run away from the true ones, slowly and steadily, as a sensor out of calibration does.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const points = chosenPoints('modbus.drift', chosen, deps.line)?.filter(isNumeric);
    const beganMs = deps.clock.nowMs();
    const alter = (told: TableWords): readonly number[] => {
      if (BIT_TABLES.includes(told.table)) return told.words;
      const error = (chosen.perSecond * (deps.clock.nowMs() - beganMs)) / MS_PER_SECOND;
      if (points !== undefined) return points.reduce<readonly number[]>((words, point) => withPointAt(words, point, told, error), told.words);
      return told.words.map((word, index) =>
        isSelected(told.table, { address: told.address + index, count: 1 }, chosen) ? Math.min(WORD_MAX, Math.max(0, word + Math.round(error))) : word,
      );
    };
    return { onResponse: (message, facts) => (isHit(facts) ? alterResponse(message, facts, deps.line, alter) : undefined) };
  },
);

function isNumeric({ rawType, table }: Point): boolean {
  return rawType !== 'Bool' && rawType !== 'String' && !BIT_TABLES.includes(table);
}

/** The words with `error` added to one point; unchanged when the point does not lie whole in them, or cannot hold the sum. */
function withPointAt(words: readonly number[], point: Point, { table, address }: TableWords, error: number): readonly number[] {
  const start = point.address - address;
  const end = start + point.registerCount;
  if (point.table !== table || start < 0 || end > words.length) return words;
  const value = decodePoint(point, words.slice(start, end));
  if (typeof value !== 'number') return words;
  try {
    return [...words.slice(0, start), ...encodePoint(point, value + error, words.slice(start, end)), ...words.slice(end)];
  } catch (cause) {
    if (cause instanceof FieldproofError) return words;
    throw cause;
  }
}
