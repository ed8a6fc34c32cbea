import { FieldproofError } from '../../hil/runtime/errors.ts';
import { durationMs, sizeBytes } from '../../hil/runtime/quantities.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { FaultDeps, LinkFault } from './link-fault.ts';

/** One row of the fault table. The scenario schema and the documentation are made from these. */
export interface LinkFaultKind<Kind extends string = string, Params extends z.ZodObject = z.ZodObject> {
  readonly kind: Kind;
  /** One sentence for the person who writes a scenario. */
  readonly purpose: string;
  /** The parameters as a scenario states them. Parsing what was parsed already gives the same again. */
  readonly params: Params;
  /**
   * Makes the fault from parameters in either form.
   * @throws FieldproofError FP_SCHEMA when the parameters are not what `params` allows.
   */
  create(params: unknown, deps: FaultDeps): LinkFault;
}

/** Ties a schema to the function that takes what the schema gives. */
export function defineLinkFault<Kind extends string, Params extends z.ZodObject>(
  row: { readonly kind: Kind; readonly purpose: string; readonly params: Params },
  create: (params: z.infer<Params>, deps: FaultDeps) => LinkFault,
): LinkFaultKind<Kind, Params> {
  return {
    ...row,
    create(input, deps) {
      const parsed = row.params.safeParse(input);
      if (parsed.success) return create(parsed.data, deps);
      const problems = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim());
      throw new FieldproofError('FP_SCHEMA', `the parameters of fault ${row.kind} are not valid: ${problems.join('; ')}`);
    },
  };
}

/** Longest time a fault parameter may state: one day. */
const FAULT_MS_MAX = 86_400_000;
const milliseconds = z.number('expected milliseconds or a duration such as 100ms').min(0).max(FAULT_MS_MAX);
const bytes = z.number('expected bytes or a size such as 64KiB').min(1).max(Number.MAX_SAFE_INTEGER);

/** A duration with its unit (`100ms`), or a plain number of milliseconds; 0 to one day. */
export const faultMs = z.union([milliseconds, durationMs.pipe(milliseconds)], 'expected a duration such as 100ms, or a number of milliseconds');

/** A size with its unit (`64KiB`), or a plain number of bytes; 1 or more. */
export const faultBytes = z.union([bytes, sizeBytes.pipe(bytes)], 'expected a size such as 64KiB, or a number of bytes');
