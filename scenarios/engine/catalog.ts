import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { packageRoot } from '../../hil/runtime/package-root.ts';

/** Folders of the catalogue that hold what scenarios use, not scenarios. */
const SUPPORT_FOLDERS = new Set(['gateways']);

function catalogFolder(): string {
  return join(packageRoot(), 'scenarios', 'catalog');
}

/** The names of all scenarios that ship, sorted: paths below the catalogue without `.yaml`. */
export function catalogNames(): string[] {
  return readdirSync(catalogFolder(), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !SUPPORT_FOLDERS.has(path.split(sep)[0] ?? ''))
    .map((path) => path.slice(0, -'.yaml'.length).split(sep).join('/'))
    .toSorted();
}

/** The file of a catalogue scenario, or undefined when there is none of that name. */
export function catalogFile(name: string): string | undefined {
  if (!/^[a-z0-9][a-z0-9./-]*$/u.test(name) || name.includes('..')) return undefined;
  const file = join(catalogFolder(), `${name}.yaml`);
  return existsSync(file) ? file : undefined;
}
