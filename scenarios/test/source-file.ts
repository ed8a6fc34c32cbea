import { posix } from 'node:path';
import { blankLiterals } from './blank-literals.ts';

/** A file of the repository, its path from the root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A TypeScript file of ours, read once for all rules. */
export interface CodeFile extends SourceFile {
  /** The text without comments and insides of strings; offsets are those of `text`. */
  readonly code: string;
  /** The top folder: hil, sim, ... */
  readonly folder: string;
  /** Not shipped: tests, shared contracts, and everything under scenarios/test. */
  readonly isTest: boolean;
  readonly imports: readonly SourceImport[];
}

export interface SourceImport {
  /** As written: `./clock.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Path from the root for an import of our own, undefined for a package. */
  readonly target: string | undefined;
}

/** The five folders, each of which may import only those to its left. */
export const FOLDERS = ['hil', 'sim', 'conformance', 'reports', 'scenarios'] as const;

/** The TypeScript files under the five folders. */
export function codeFiles(files: readonly SourceFile[]): CodeFile[] {
  return files.flatMap((file) => {
    const folder = file.path.split('/')[0] ?? '';
    if (!FOLDERS.some((known) => known === folder) || !file.path.endsWith('.ts')) return [];
    const code = blankLiterals(file.text);
    const isTest = /\.(?:test|contract)\.ts$/u.test(file.path) || file.path.startsWith('scenarios/test/');
    return [{ ...file, code, folder, isTest, imports: importsOf(file, code) }];
  });
}

/** The one-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Static, re-exporting, side-effect and dynamic imports and requires, with a literal specifier. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])( *)\1/gu;

function importsOf({ path, text }: SourceFile, code: string): SourceImport[] {
  return [...code.matchAll(IMPORT)].map((match) => {
    const end = match.index + match[0].length - 1;
    const specifier = text.slice(end - (match[2]?.length ?? 0), end);
    const isOwn = specifier.startsWith('.');
    return { specifier, target: isOwn ? posix.join(posix.dirname(path), specifier) : undefined };
  });
}
