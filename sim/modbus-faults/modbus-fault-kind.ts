import { FieldproofError } from '../../hil/runtime/errors.ts';
import { z } from '../../hil/runtime/schema.ts';
import { createSelector, selectionParams, type SelectionParams, type Selector } from './frame-selection.ts';
import type { FaultCounter } from './modbus-fault-events.ts';
import { FRAMINGS, type Framing, type ModbusFault, type ModbusFaultDeps } from './modbus-fault.ts';

/** One row of the fault table. The scenario schema and the documentation are made from these. */
export interface ModbusFaultKind<Kind extends string = string, Params extends z.ZodObject = z.ZodObject> {
  /** As a scenario names it: `modbus.crcError`. */
  readonly kind: Kind;
  readonly counter: FaultCounter;
  /** One sentence for the person who writes a scenario. */
  readonly purpose: string;
  readonly params: Params;
  /** The framings on which the fault exists. */
  readonly framings: readonly Framing[];
  /** Why it does not exist on the others; empty when it exists on all. */
  readonly whyNot: string;
  /**
   * Makes the fault for one line.
   * @throws FieldproofError FP_SCHEMA when the parameters are not what `params` allows, or the line lacks what the fault needs.
   */
  create(params: unknown, deps: ModbusFaultDeps): ModbusFault;
}

interface FaultRow<Kind extends string, Params extends z.ZodObject> {
  readonly kind: Kind;
  readonly counter: FaultCounter;
  readonly purpose: string;
  readonly params: Params;
  readonly framings?: readonly Framing[];
  readonly whyNot?: string;
}

/** Ties a schema to the function that takes what the schema gives. */
export function defineModbusFault<Kind extends string, Params extends z.ZodObject>(
  row: FaultRow<Kind, Params>,
  create: (params: z.infer<Params>, deps: ModbusFaultDeps) => ModbusFault,
): ModbusFaultKind<Kind, Params> {
  const { framings = FRAMINGS, whyNot = '' } = row;
  return {
    ...row,
    framings,
    whyNot,
    create(input, deps) {
      const parsed = row.params.safeParse(input);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim());
        throw new FieldproofError('FP_SCHEMA', `the parameters of fault ${row.kind} are not valid: ${problems.join('; ')}`);
      }
      if (!framings.includes(deps.line.framing)) throw new FieldproofError('FP_SCHEMA', `fault ${row.kind} does not exist on ${deps.line.name}: ${whyNot}`);
      return create(parsed.data, deps);
    },
  };
}

/** The parameters of a fault of frames: its own, then those that say which frames it hits. */
export function frameFaultParams<Own extends z.ZodRawShape>(own: Own): z.ZodObject<Own & typeof selectionParams, z.core.$strict> {
  return z.strictObject({ ...own, ...selectionParams });
}

/** The selector of a fault on one line; its draws are apart from those that say what the fault does. */
export function selectorOf(params: SelectionParams, { random }: Pick<ModbusFaultDeps, 'random'>): Selector {
  return createSelector(params, random.child('selection'));
}

/** Framings of a serial line, for faults that a TCP connection cannot have. */
export const SERIAL_FRAMINGS: readonly Framing[] = ['rtu', 'ascii'];
