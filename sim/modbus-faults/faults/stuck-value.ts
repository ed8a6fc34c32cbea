import { chosenPoints, alterResponse, isSelected, pointsParam } from '../faulted-values.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';
import type { TableWords } from '../response-words.ts';

const params = frameFaultParams(pointsParam);

/** Values that a line remembers at most: four tables of 247 units would be more than any test needs. */
const WORDS_HELD_MAX = 262_144;

/** Each register keeps the value that it told first after the fault began, whatever the process does. */
export const stuckValue = defineModbusFault(
  { kind: 'modbus.stuckValue', counter: 'stuckValue', purpose: 'Registers keep telling the value they had when the fault began.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const points = chosenPoints('modbus.stuckValue', chosen, deps.line);
    const held = new Map<string, number>();
    const isStuck = (table: string, address: number): boolean =>
      points === undefined
        ? isSelected(table, { address, count: 1 }, chosen)
        : points.some((point) => point.table === table && address >= point.address && address < point.address + point.registerCount);
    const hold = (unit: number, { table, address, words }: TableWords): number[] =>
      words.map((word, index) => {
        if (!isStuck(table, address + index)) return word;
        const key = `${unit}/${table}/${address + index}`;
        const first = held.get(key);
        if (first === undefined && held.size < WORDS_HELD_MAX) held.set(key, word);
        return first ?? word;
      });
    return {
      onResponse: (message, facts) => (isHit(facts) ? alterResponse(message, facts, deps.line, (told) => hold(message.unit, told)) : undefined),
    };
  },
);
