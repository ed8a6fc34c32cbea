import type { Random } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import { PRIMARY_TABLES } from '../../hil/gateway/southbound/device-profile.ts';
import type { AddressRange, RequestFacts } from './request-facts.ts';

const ADDRESSES = /^(\d{1,5})(?:-(\d{1,5}))?$/u;
const ADDRESS_MAX = 65_535;
const unit = z.number().int().min(0).max(255);
const functionCode = z.number().int().min(1).max(127);

/** Parameters that every fault of a frame has: which frames it hits. */
export const selectionParams = {
  probability: z.number().min(0).max(1).default(1).describe('Chance of each frame that fits the other keys to be hit.'),
  units: z
    .union([unit, z.array(unit).min(1)])
    .optional()
    .describe('Unit ids, one or a list; by default all.'),
  functionCodes: z
    .union([functionCode, z.array(functionCode).min(1)])
    .optional()
    .describe('Function codes of the request, one or a list; by default all.'),
  table: z.enum(PRIMARY_TABLES).optional().describe('Only requests to this table.'),
  registers: z
    .union([z.number().int().min(0).max(ADDRESS_MAX), z.string().regex(ADDRESSES, 'expected an address such as 7, or a range such as 0-9')])
    .optional()
    .describe('Only requests that touch these zero-based addresses: 7, or a range such as 0-9.'),
  nth: z.number().int().min(1).optional().describe('Only the n-th frame on each line that fits, counted from 1 since the fault began.'),
  everyNth: z.number().int().min(1).optional().describe('Each n-th frame on each line that fits.'),
};

const selectionSchema = z.object(selectionParams);
export type SelectionParams = z.infer<typeof selectionSchema>;

/** Decides frame by frame whether a fault hits it, from the request that the frame is or answers. */
export type Selector = (facts: RequestFacts) => boolean;

/** A selector for one line; it counts, and draws once for each frame that fits, so that equal seeds hit equal frames. */
export function createSelector(params: SelectionParams, random: Random): Selector {
  const units = listOf(params.units);
  const functionCodes = listOf(params.functionCodes);
  const wanted = addressesOf(params);
  let count = 0;
  return ({ unit: asked, functionCode: code, range }) => {
    if (units !== undefined && !units.includes(asked)) return false;
    if (functionCodes !== undefined && !functionCodes.includes(code)) return false;
    if (params.table !== undefined && range?.table !== params.table) return false;
    if (wanted !== undefined && (range === undefined || !overlaps(range, wanted))) return false;
    count += 1;
    if (params.nth !== undefined && count !== params.nth) return false;
    if (params.everyNth !== undefined && count % params.everyNth !== 0) return false;
    return random.chance(params.probability);
  };
}

/** The addresses that `registers` names; undefined when it is left out. */
export function addressesOf({ registers }: Pick<SelectionParams, 'registers'>): Pick<AddressRange, 'address' | 'count'> | undefined {
  if (registers === undefined) return undefined;
  const [, from = '0', to = from] = ADDRESSES.exec(String(registers)) ?? [];
  const [low, high] = [Math.min(Number(from), Number(to)), Math.max(Number(from), Number(to))];
  return { address: low, count: high - low + 1 };
}

type Span = Pick<AddressRange, 'address' | 'count'>;

/** Whether two stretches of addresses have one in common. */
export function overlaps(a: Span, b: Span): boolean {
  return a.address < b.address + b.count && b.address < a.address + a.count;
}

function listOf(value: number | readonly number[] | undefined): readonly number[] | undefined {
  return typeof value === 'number' ? [value] : value;
}
