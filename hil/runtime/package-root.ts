import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FieldproofError } from './errors.ts';

/**
 * The folder of fieldproof's package.json, from the sources as well as from `dist/`. Data files (catalogue, profiles,
 * schemas) are addressed from here, because the compiler does not copy them.
 */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new FieldproofError('FP_INTERNAL', 'no package.json above the running code');
  }
}
