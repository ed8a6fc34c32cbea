import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { nearestWord } from '../../../hil/runtime/nearest-word.ts';
import type { FaultDeps, LinkFault } from '../link-fault.ts';
import type { LinkFaultKind } from '../link-fault-kind.ts';
import { bandwidth } from './bandwidth.ts';
import { latency } from './latency.ts';
import { partition } from './partition.ts';
import { reset } from './reset.ts';
import { slice } from './slice.ts';

/**
 * Every fault of a byte link. The order is the order of composition: bytes meet the latency of the path first, then its
 * narrowest place, then what cuts them up, and the partition last, so that bytes under way do not slip through it.
 * Of two faults of one kind the one started first comes first.
 */
export const LINK_FAULTS = [latency, bandwidth, slice, partition, reset] as const;

/**
 * Makes a fault from its kind and parameters.
 * @returns The fault, and its place in the order of composition.
 * @throws FieldproofError FP_SCHEMA for a kind that does not exist or parameters that the kind does not allow.
 */
export function createLinkFault(kind: string, params: unknown, deps: FaultDeps): { readonly fault: LinkFault; readonly rank: number } {
  const rows: readonly LinkFaultKind[] = LINK_FAULTS;
  const rank = rows.findIndex((row) => row.kind === kind);
  const row = rows[rank];
  if (row === undefined) throw new FieldproofError('FP_SCHEMA', unknownKindMessage(kind, rows.map((known) => known.kind)));
  return { fault: row.create(params, deps), rank };
}

function unknownKindMessage(kind: string, known: readonly string[]): string {
  const nearest = nearestWord(kind, known);
  return `unknown link fault "${kind}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`} (known: ${known.join(', ')})`;
}
