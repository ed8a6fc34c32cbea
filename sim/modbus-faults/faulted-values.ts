import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import { decodePoint } from '../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { z } from '../../hil/runtime/schema.ts';
import { addressesOf, overlaps, type SelectionParams } from './frame-selection.ts';
import type { Effect, FaultedLine, ModbusMessage } from './modbus-fault.ts';
import type { RequestFacts } from './request-facts.ts';
import { withWords, wordsOfResponse, type TableWords } from './response-words.ts';

/** The parameter of faults that alter values: which points. */
export const pointsParam = {
  points: z.array(z.string().min(1)).min(1).optional().describe('Points of the profile, by name; by default all, or those that "registers" touches.'),
};

interface ValueParams extends Pick<SelectionParams, 'registers' | 'table'> {
  readonly points?: readonly string[] | undefined;
}

/**
 * The points that a value fault is about; undefined when the line knows no points.
 * @throws FieldproofError FP_SCHEMA for a name that the line does not know, or for names where no profile is known.
 */
export function chosenPoints(kind: string, { points: names, ...selection }: ValueParams, line: FaultedLine): readonly Point[] | undefined {
  const known = line.points;
  if (names === undefined) return known?.filter((point) => isSelected(point.table, { address: point.address, count: point.registerCount }, selection));
  if (known === undefined) throw new FieldproofError('FP_SCHEMA', `fault ${kind}: "points" needs the profile of the devices on ${line.name}; name "registers" instead`);
  return names.map((name) => {
    const point = known.find((candidate) => candidate.name === name);
    if (point !== undefined) return point;
    const words = known.map((candidate) => candidate.name);
    const nearest = nearestWord(name, words);
    throw new FieldproofError('FP_SCHEMA', `fault ${kind}: no point is called "${name}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`} (there are: ${words.join(', ')})`);
  });
}

/** Whether a stretch of a table is what `registers` and `table` name. */
export function isSelected(table: string, span: { readonly address: number; readonly count: number }, params: ValueParams): boolean {
  const wanted = addressesOf(params);
  return (params.table === undefined || params.table === table) && (wanted === undefined || overlaps(span, wanted));
}

/**
 * Applies a change of values to a response.
 * @param alter - Gives the words to tell in place of those that the device told.
 * @returns undefined when nothing was changed. The line is told the points whose values differ.
 */
export function alterResponse(
  message: ModbusMessage,
  facts: RequestFacts,
  line: FaultedLine,
  alter: (told: TableWords) => readonly number[],
): Effect<ModbusMessage> | undefined {
  const told = wordsOfResponse(facts, message.pdu);
  if (told === undefined) return undefined;
  const words = alter(told);
  const changed = words.flatMap((word, index) => (word === told.words[index] ? [] : [told.address + index]));
  const [first] = changed;
  if (first === undefined) return undefined;
  const values = valuesAt({ ...told, words }, changed, line.points ?? []);
  line.told(message.unit, values);
  const names = Object.entries(values).map(([name, value]) => `${name} = ${String(value)}`);
  const what = names.length > 0 ? names.join(', ') : `${changed.length} of ${words.length} values from address ${first} on`;
  return { outcome: { ...message, pdu: withWords(message.pdu, words) }, what };
}

/** The values of the points that lie whole in the words and touch a changed address. */
function valuesAt({ table, address, words }: TableWords, changed: readonly number[], points: readonly Point[]): Record<string, PointValue> {
  const values: Record<string, PointValue> = {};
  for (const point of points) {
    const start = point.address - address;
    const isWhole = point.table === table && start >= 0 && start + point.registerCount <= words.length;
    if (!isWhole || !changed.some((at) => at >= point.address && at < point.address + point.registerCount)) continue;
    values[point.name] = decodePoint(point, words.slice(start, start + point.registerCount));
  }
  return values;
}
