import { posix } from 'node:path';
import { importCycles } from './import-cycles.ts';
import { PACKAGE_OWNERS, packageOf } from './package-owners.ts';
import { codeFiles, FOLDERS, lineOf, type CodeFile, type SourceFile } from './source-file.ts';

/** One place where a rule of the house is broken: `path` or `path:line`, and how. */
export interface Violation {
  readonly place: string;
  readonly detail: string;
}

/** A rule over the whole repository: pure, so that planted violations can be tried on it. */
export interface HouseRule {
  readonly name: string;
  readonly find: (files: readonly SourceFile[]) => Violation[];
}

const LINES_MAX = 400;
const ROOT_FILES = ['README.md', 'LICENSE', 'NOTICE', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'package.json', 'package-lock.json', 'tsconfig.json'];
const VAGUE_NAMES = /^(?:index|utils?|helpers?|common|misc)\./u;
const TEXT_FILE = /\.(?:ts|mjs|js|md|ya?ml)$/u;
/** Written with brackets, so that this file does not break the rule itself. */
const UNFINISHED = /\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK|T[B]D)\b/gu;

/** The machine's clock, and the one moved by hand, which lets the event loop turn between two of its timers. */
const TIMER_FILES = ['hil/runtime/real-clock.ts', 'sim/world/manual-clock.ts'];

/** Ways to a clock, a timer or randomness that bypass the arguments, and the only files that may use each. */
const DIRECT_USES: readonly { readonly what: string; readonly pattern: RegExp; readonly allowed: readonly string[] }[] = [
  { what: 'a timer', pattern: /(?<![.\w])(?:globalThis\s*\.\s*)?(?:setTimeout|setInterval|setImmediate)\b/gu, allowed: TIMER_FILES },
  { what: 'a clock', pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\.\s*now\b|\bprocess\s*\.\s*hrtime\b/gu, allowed: ['hil/runtime/real-clock.ts'] },
  { what: 'randomness', pattern: /\bMath\s*\.\s*random\b|\b(?:randomBytes|randomInt|randomUUID|getRandomValues)\b/gu, allowed: ['scenarios/cli/'] },
  { what: 'a serial port', pattern: /\bnew\s+SerialPort\b/gu, allowed: ['hil/transport/serial-link.ts'] },
];

export const HOUSE_RULES: readonly HouseRule[] = [
  { name: 'a folder imports only from its left', find: overCode(importDirection) },
  { name: 'shipped code imports no test file', find: overCode(shippedImports) },
  { name: 'own imports name a .ts file', find: overCode(importExtensions) },
  { name: 'each package has one owner', find: overCode(packageOwners) },
  { name: 'no file is over 400 lines', find: overCode(fileSizes) },
  { name: 'no file has a vague name', find: vagueNames },
  { name: 'no export *', find: overCode((file) => matches(file, /\bexport\s+(?:type\s+)?\*/gu, 'export * hides who defines a name')) },
  { name: 'no default export', find: overCode((file) => matches(file, /\bexport\s+default\b|\bas\s+default\b/gu, 'a default export has no name')) },
  { name: 'no import cycle', find: cycles },
  { name: 'the top level is fixed', find: topLevel },
  { name: 'clock, random and ports come as arguments', find: overCode(directUses) },
  { name: 'no test is skipped or focused', find: overCode((file) => matches(file, /\b(?:test|it|describe|suite)(?:\s*\.\s*\w+)*\s*\.\s*(?:skip|only|todo)\b/gu, 'skips or focuses')) },
  { name: 'no word of an unfinished thing', find: unfinished },
];

/** Line counts of the TypeScript files, for the report. */
export function sizeReport(files: readonly SourceFile[]): { readonly files: number; readonly medianLines: number; readonly shareUnder250: number } {
  const sizes = codeFiles(files).map(lineCount).toSorted((a, b) => a - b);
  const under = sizes.filter((lines) => lines < 250).length;
  return { files: sizes.length, medianLines: sizes[Math.floor(sizes.length / 2)] ?? 0, shareUnder250: sizes.length === 0 ? 1 : under / sizes.length };
}

/** Codes of the table that no shipped file mentions outside the table itself. */
export function unusedErrorCodes(files: readonly SourceFile[], codes: readonly string[]): string[] {
  const shipped = codeFiles(files).filter(({ path, isTest }) => !isTest && path !== 'hil/runtime/error-codes.ts');
  return codes.filter((code) => !shipped.some(({ text }) => new RegExp(`\\b${code}\\b`, 'u').test(text)));
}

function overCode(findIn: (file: CodeFile) => Violation[]): HouseRule['find'] {
  return (files) => codeFiles(files).flatMap(findIn);
}

function matches({ path, code, text }: CodeFile, pattern: RegExp, detail: string): Violation[] {
  return [...code.matchAll(pattern)].map((match) => ({ place: `${path}:${lineOf(text, match.index)}`, detail: `${match[0]}: ${detail}` }));
}

function importDirection({ path, folder, isTest, imports }: CodeFile): Violation[] {
  const reach = isTest ? Math.max(FOLDERS.indexOf('sim'), positionOf(folder)) : positionOf(folder);
  return imports.flatMap(({ specifier, target }) => {
    const targetFolder = target?.split('/')[0];
    if (targetFolder === undefined || positionOf(targetFolder) <= reach) return [];
    return [{ place: path, detail: `imports ${specifier} of ${targetFolder}/, which is to its right or outside` }];
  });
}

/** A folder that is none of ours stands to the right of all. */
function positionOf(folder: string): number {
  const position = FOLDERS.findIndex((known) => known === folder);
  return position === -1 ? FOLDERS.length : position;
}

function shippedImports({ path, isTest, imports }: CodeFile): Violation[] {
  if (isTest) return [];
  return imports
    .filter(({ target }) => target !== undefined && (/\.(?:test|contract)\.ts$/u.test(target) || target.startsWith('scenarios/test/')))
    .map(({ specifier }) => ({ place: path, detail: `imports ${specifier}, which is not shipped` }));
}

function importExtensions({ path, imports }: CodeFile): Violation[] {
  return imports
    .filter(({ target }) => target !== undefined && !/\.(?:ts|json)$/u.test(target))
    .map(({ specifier }) => ({ place: path, detail: `imports ${specifier} without the .ts of the file that defines the name` }));
}

function packageOwners({ path, isTest, imports }: CodeFile): Violation[] {
  return imports.flatMap(({ specifier, target }) => {
    if (target !== undefined || specifier.startsWith('node:') || path.startsWith('scenarios/benchmarks/')) return [];
    const owner = PACKAGE_OWNERS.find(({ name }) => name === packageOf(specifier))?.owner;
    if (owner === undefined) return [{ place: path, detail: `imports ${specifier}, which has no owner` }];
    const isOwner = owner === 'tests' ? isTest : isWithin(path, owner);
    return isOwner ? [] : [{ place: path, detail: `imports ${specifier}, which belongs to ${owner}` }];
  });
}

function isWithin(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}

function lineCount({ text }: SourceFile): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function fileSizes(file: CodeFile): Violation[] {
  const lines = lineCount(file);
  return lines > LINES_MAX && !file.path.endsWith('-table.ts') ? [{ place: file.path, detail: `has ${lines} lines; the bound is ${LINES_MAX}` }] : [];
}

function vagueNames(files: readonly SourceFile[]): Violation[] {
  return codeFiles(files)
    .filter(({ path }) => VAGUE_NAMES.test(posix.basename(path)))
    .map(({ path }) => ({ place: path, detail: 'says nothing about what is in it' }));
}

function cycles(files: readonly SourceFile[]): Violation[] {
  const graph = codeFiles(files).map(({ path, imports }) => [path, imports.flatMap(({ target }) => (target === undefined ? [] : [target]))] as const);
  return importCycles(new Map(graph)).map((cycle) => ({ place: cycle[0] ?? '', detail: cycle.join(' -> ') }));
}

function topLevel(files: readonly SourceFile[]): Violation[] {
  const names = new Set(files.map(({ path }) => (path.includes('/') ? `${path.split('/')[0]}/` : path)));
  const allowed = new Set([...FOLDERS.map((folder) => `${folder}/`), ...ROOT_FILES]);
  const strange = [...names].filter((name) => !allowed.has(name) && !name.startsWith('.')).map((name) => ({ place: name, detail: 'has no place at the top level' }));
  const missing = FOLDERS.filter((folder) => !names.has(`${folder}/`)).map((folder) => ({ place: `${folder}/`, detail: 'is missing' }));
  return [...strange, ...missing];
}

function directUses(file: CodeFile): Violation[] {
  if (file.isTest) return [];
  const uses = DIRECT_USES.filter(({ allowed }) => !allowed.some((place) => isWithin(file.path, place))).flatMap(({ what, pattern }) =>
    matches(file, pattern, `${what} comes in as an argument`),
  );
  const timers = file.imports
    .filter(({ specifier }) => specifier.startsWith('node:timers') && !TIMER_FILES.includes(file.path))
    .map(({ specifier }) => ({ place: file.path, detail: `imports ${specifier}: a timer comes in as an argument` }));
  return [...uses, ...timers];
}

function unfinished(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => TEXT_FILE.test(path))
    .flatMap(({ path, text }) => [...text.matchAll(UNFINISHED)].map((match) => ({ place: `${path}:${lineOf(text, match.index)}`, detail: match[0] })));
}
