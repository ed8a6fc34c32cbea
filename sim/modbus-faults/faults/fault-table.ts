import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { nearestWord } from '../../../hil/runtime/nearest-word.ts';
import type { ModbusFault, ModbusFaultDeps } from '../modbus-fault.ts';
import type { ModbusFaultKind } from '../modbus-fault-kind.ts';
import { collision } from './collision.ts';
import { crcError } from './crc-error.ts';
import { drift } from './drift.ts';
import { echo } from './echo.ts';
import { exception } from './exception.ts';
import { gap } from './gap.ts';
import { noReply } from './no-reply.ts';
import { noise } from './noise.ts';
import { partialFrame } from './partial-frame.ts';
import { serialDisconnect } from './serial-disconnect.ts';
import { slowReply } from './slow-reply.ts';
import { stuckValue } from './stuck-value.ts';
import { wrongTransactionId } from './wrong-transaction-id.ts';
import { wrongUnit } from './wrong-unit.ts';

/**
 * Every fault of a Modbus device and its line. The order is the order of composition: first what becomes of the request,
 * then what the device tells, then what the line makes of its bytes; the pauses last, because the others see whole frames.
 * Of two faults of one kind the one started first comes first.
 */
export const MODBUS_FAULTS = [
  exception,
  noReply,
  stuckValue,
  drift,
  wrongUnit,
  wrongTransactionId,
  slowReply,
  crcError,
  collision,
  noise,
  partialFrame,
  gap,
  echo,
  serialDisconnect,
] as const;

/**
 * The row of a kind, and its place in the order of composition.
 * @throws FieldproofError FP_SCHEMA for a kind that does not exist.
 */
export function modbusFaultKind(kind: string): { readonly row: ModbusFaultKind; readonly rank: number } {
  const rows: readonly ModbusFaultKind[] = MODBUS_FAULTS;
  const rank = rows.findIndex((row) => row.kind === kind);
  const row = rows[rank];
  if (row !== undefined) return { row, rank };
  const known = rows.map((candidate) => candidate.kind);
  const nearest = nearestWord(kind, known);
  throw new FieldproofError('FP_SCHEMA', `unknown Modbus fault "${kind}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`} (known: ${known.join(', ')})`);
}

/** Makes a fault for one line. @throws FieldproofError FP_SCHEMA as `ModbusFaultKind.create`. */
export function createModbusFault(kind: string, params: unknown, deps: ModbusFaultDeps): ModbusFault {
  return modbusFaultKind(kind).row.create(params, deps);
}
