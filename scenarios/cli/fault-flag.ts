import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import type { z } from '../../hil/runtime/schema.ts';
import { LINK_FAULTS } from '../../sim/link/faults/fault-table.ts';
import { MODBUS_FAULTS } from '../../sim/modbus-faults/faults/fault-table.ts';

/** A row of a table of faults, as far as a flag needs it. */
interface FaultRow {
  readonly kind: string;
  readonly params: z.ZodObject;
}

/** A fault as a flag states it. */
export interface FlaggedFault {
  readonly kind: string;
  readonly params: Record<string, JsonValue>;
}

/**
 * `latency:ms=200ms,jitter=50ms` as a fault. Numbers and true/false become what they look like, the rest stays text.
 * @throws FieldproofError FP_USAGE for an unknown kind or parameter, naming the nearest.
 */
export function parseFaultFlag(text: string): FlaggedFault {
  return parseFault(text, LINK_FAULTS);
}

/** `crcError:probability=0.1` as a Modbus fault; `modbus.` may stand before the kind. @throws FieldproofError FP_USAGE as `parseFaultFlag`. */
export function parseModbusFaultFlag(text: string): FlaggedFault {
  const full = new Map(MODBUS_FAULTS.map(({ kind }): [string, string] => [shortKind(kind), kind]));
  const { kind, params } = parseFault(shortKind(text), MODBUS_FAULTS.map((row) => ({ kind: shortKind(row.kind), params: row.params })));
  return { kind: full.get(kind) ?? kind, params };
}

function shortKind(kind: string): string {
  return kind.replace(/^modbus\./u, '');
}

function parseFault(text: string, rows: readonly FaultRow[]): FlaggedFault {
  const [kind = '', ...rest] = text.split(':');
  const fault = rows.find((entry) => entry.kind === kind);
  const kinds = rows.map((entry) => entry.kind);
  if (fault === undefined) throw new FieldproofError('FP_USAGE', `--fault ${text}: no fault is called "${kind}"${suggest(kind, kinds)} (there are: ${kinds.join(', ')})`);
  const pairs = rest.join(':').split(',').filter((pair) => pair !== '').map((pair) => pairOf(pair, text));
  const parsed = fault.params.safeParse(Object.fromEntries(pairs));
  if (parsed.success) return { kind, params: Object.fromEntries(Object.entries(parsed.data).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)) };
  const names = Object.keys(fault.params.shape);
  const [issue] = parsed.error.issues;
  throw new FieldproofError('FP_USAGE', `--fault ${text}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'} (parameters of ${kind}: ${names.join(', ') || 'none'})`);
}

function pairOf(pair: string, text: string): [string, JsonValue] {
  const [, key, value] = /^([A-Za-z]+)=(.*)$/u.exec(pair) ?? [];
  if (key === undefined || value === undefined) throw new FieldproofError('FP_USAGE', `--fault ${text}: "${pair}" is not key=value`);
  return [key, /^-?\d+(\.\d+)?(e-?\d+)?$/u.test(value) ? Number(value) : value === 'true' ? true : value === 'false' ? false : value];
}

function suggest(word: string, words: readonly string[]): string {
  const nearest = nearestWord(word, words);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
