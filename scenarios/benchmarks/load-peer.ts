import { createRequire } from 'node:module';
import { FieldproofError, systemCodeOf } from '../../hil/runtime/errors.ts';
import { z } from '../../hil/runtime/schema.ts';

const manifestSchema = z.object({ version: z.string() });

/**
 * The version of a peer's npm package.
 * @throws FieldproofError FP_BENCH_PEER_MISSING with the command that installs it.
 */
export function peerVersion(packageName: string): string {
  try {
    return manifestSchema.parse(createRequire(import.meta.url)(`${packageName}/package.json`)).version;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'MODULE_NOT_FOUND') throw missing(packageName, `npm install --no-save ${packageName}`);
    throw thrown;
  }
}

/**
 * Loads a module of a peer's package and checks that it has what the benchmark uses.
 * @param path - Inside the package, such as `dist/tcp-request.js`; the CommonJS exports are under `default`.
 * @throws FieldproofError FP_BENCH_PEER_MISSING when the package is not installed or its module has another shape.
 */
export function loadPeer<Schema extends z.ZodType>(packageName: string, path: string, schema: Schema): z.infer<Schema> {
  const version = peerVersion(packageName);
  // By require and not by import: bundlers and test runners give the exports of CommonJS different shapes when imported.
  const exported: unknown = createRequire(import.meta.url)(`${packageName}/${path}`);
  const { success, data, error } = schema.safeParse({ default: exported });
  if (success) return data;
  const message = `${packageName} ${version} has no ${path} as this benchmark knows it`;
  throw new FieldproofError('FP_BENCH_PEER_MISSING', message, { cause: error });
}

/** The error for a peer that is not there. @param command - What installs it. */
export function missing(name: string, command: string): FieldproofError {
  return new FieldproofError('FP_BENCH_PEER_MISSING', `${name} is not installed; run: ${command}`, { hint: `Run: ${command}` });
}
