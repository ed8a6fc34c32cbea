import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { z } from '../../hil/runtime/schema.ts';

/** The version of fieldproof, from its package.json. */
export function ownVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))).version;
}
