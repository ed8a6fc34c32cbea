/** The part of fast-check's parameters that a person sets from outside. */
export interface ReplayParameters {
  readonly seed?: number;
  readonly path?: string;
  readonly numRuns?: number;
}

/**
 * Parameters for `fc.assert(property, replay())`, read from the environment, so that a failure can be run again and the
 * nightly job can try harder:
 * - `FP_SEED`: the seed a failed property printed, an integer.
 * - `FP_PATH`: the path it printed (`12:0:3`); straight to the shrunk counterexample. Set it for one test file only.
 * - `FP_RUNS`: cases for each property, 1 or more; fast-check's default is 100.
 * @throws Error when FP_SEED or FP_RUNS is set to something that is no such number.
 */
export function replay(environment: Readonly<Record<string, string | undefined>> = process.env): ReplayParameters {
  const seed = integer(environment, 'FP_SEED', Number.MIN_SAFE_INTEGER);
  const path = environment['FP_PATH'];
  const numRuns = integer(environment, 'FP_RUNS', 1);
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined || path === '' ? {} : { path }),
    ...(numRuns === undefined ? {} : { numRuns }),
  };
}

function integer(environment: Readonly<Record<string, string | undefined>>, name: string, min: number): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min) throw new Error(`${name}=${text} is not an integer of ${min} or more`);
  return value;
}
