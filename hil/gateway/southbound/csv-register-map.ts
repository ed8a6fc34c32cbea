import { nearestWord } from '../../runtime/nearest-word.ts';
import { CSV_COLUMNS, headerKey, knownHeader, type CsvColumnName } from './csv-columns.ts';
import { resourceOfRow, type RowOptions } from './csv-register-row.ts';
import { readCsvTable, type CsvRow } from './csv-table.ts';
import { deviceProfileSchema, type DeviceProfile } from './device-profile.ts';
import { profileProblems } from './profile-problems.ts';

export interface RegisterMapOptions extends RowOptions {
  /** Name of the profile to make. */
  readonly name: string;
}

/** Something wrong in a map, with the line (one-based) and the header of the column where it is known. */
export interface RegisterMapProblem {
  readonly line: number;
  readonly column: string | undefined;
  readonly message: string;
}

export type RegisterMap =
  | { readonly kind: 'profile'; readonly profile: DeviceProfile; /** What a reader should know: columns left out, names changed. */ readonly notes: readonly string[] }
  | { readonly kind: 'wrong'; readonly code: 'FP_CSV_SYNTAX' | 'FP_SCHEMA'; readonly problems: readonly RegisterMapProblem[] };

/** Which cell of a row holds which column. */
interface Header {
  readonly line: number;
  /** Position by column. */
  readonly positions: ReadonlyMap<CsvColumnName, number>;
  /** The headers as the file writes them. */
  readonly written: readonly string[];
}

const ROWS_MAX = 4_096;
const REQUIRED: readonly CsvColumnName[] = ['name', 'address'];
/** Which column a key of a profile comes from; a problem found in the profile is told at that column. */
const COLUMN_OF_KEY: Readonly<Record<string, CsvColumnName>> = {
  primaryTable: 'table',
  startingAddress: 'address',
  rawType: 'type',
  valueType: 'type',
  stringRegisterSize: 'size',
  isByteSwap: 'order',
  isWordSwap: 'order',
  readWrite: 'access',
  maxSilenceMs: 'max silence',
};

/**
 * Makes a profile of a vendor's register map (`CSV_COLUMNS` says what a map may hold). Total: any text gives a sound
 * profile, or every problem that was found, in the order of the file.
 */
export function readRegisterMap(text: string, options: RegisterMapOptions): RegisterMap {
  const table = readCsvTable(text);
  if (table.kind === 'malformed') return { kind: 'wrong', code: 'FP_CSV_SYNTAX', problems: [{ line: table.line, column: undefined, message: table.message }] };
  const [first, ...rows] = table.rows;
  if (first === undefined || rows.length === 0) return wrong([{ line: 1, column: undefined, message: 'the file holds no rows; the first line names the columns' }]);
  if (rows.length > ROWS_MAX) return wrong([{ line: rows[ROWS_MAX]?.line ?? 1, column: undefined, message: `the map has ${rows.length} rows; at most ${ROWS_MAX} are read` }]);
  const header = headerOf(first);
  if (header.problems.length > 0) return wrong(header.problems);
  return profileOf(rows, header, { ...options, decimalComma: table.delimiter !== ',' }, header.notes);
}

function headerOf({ line, cells }: CsvRow): Header & { readonly problems: readonly RegisterMapProblem[]; readonly notes: readonly string[] } {
  const positions = new Map<CsvColumnName, number>();
  const problems: RegisterMapProblem[] = [];
  const notes: string[] = [];
  const strangers: string[] = [];
  const told: string[] = [];
  for (const [position, written] of cells.entries()) {
    const known = knownHeader(written);
    if (known.kind === 'column') {
      const other = positions.get(known.column);
      if (other === undefined) positions.set(known.column, position);
      else problems.push({ line, column: written, message: `"${written}" and "${cells[other]}" both mean the column ${known.column}` });
    } else if (written !== '') {
      strangers.push(written);
      told.push(`"${written}"${known.nearest === undefined ? '' : ` (did you mean "${known.nearest}"?)`}`);
    }
  }
  for (const column of REQUIRED.filter((name) => !positions.has(name))) {
    const words = [column, ...aliasesOf(column)];
    const meant = strangers.find((stranger) => nearestWord(headerKey(stranger), words) !== undefined);
    const suggestion = meant === undefined ? '' : `; did you mean "${column}" by "${meant}"?`;
    problems.push({ line, column: meant, message: `no column ${column} (it may also be called ${aliasesOf(column).slice(0, 4).join(', ')})${suggestion}` });
  }
  if (told.length > 0) notes.push(`columns left out: ${told.join(', ')}`);
  return { line, positions, written: cells, problems, notes };
}

function profileOf(rows: readonly CsvRow[], header: Header, options: RegisterMapOptions & { readonly decimalComma: boolean }, notes: readonly string[]): RegisterMap {
  const problems: RegisterMapProblem[] = [];
  const renamed: string[] = [];
  const resources: unknown[] = [];
  const places: CsvRow[] = [];
  for (const row of rows) {
    const made = resourceOfRow((column) => cellOf(row, header, column), options);
    problems.push(...made.problems.map(({ column, message }) => ({ line: row.line, column: writtenAs(header, column), message })));
    if (made.resource === undefined) continue;
    if (made.resource.name !== cellOf(row, header, 'name')) renamed.push(`line ${row.line}: "${cellOf(row, header, 'name')}" becomes "${made.resource.name}"`);
    resources.push(made.resource);
    places.push(row);
  }
  const at = (path: readonly PropertyKey[], message: string): RegisterMapProblem => placeOf(path, message, places, header);
  const parsed = deviceProfileSchema.safeParse({ apiVersion: 'v3', name: options.name, deviceResources: resources.length === 0 ? [{}] : resources });
  if (!parsed.success && resources.length > 0) problems.push(...parsed.error.issues.map(({ path, message }) => at(path, message)));
  if (parsed.success) problems.push(...profileProblems(parsed.data).map(({ path, message }) => at(path, message)));
  if (problems.length > 0 || !parsed.success) return wrong(problems.toSorted((a, b) => a.line - b.line));
  return { kind: 'profile', profile: parsed.data, notes: [...notes, ...renamed] };
}

function cellOf({ cells }: CsvRow, { positions }: Header, column: CsvColumnName): string {
  return cells[positions.get(column) ?? -1] ?? '';
}

function writtenAs({ positions, written }: Header, column: CsvColumnName): string {
  return written[positions.get(column) ?? -1] ?? column;
}

function placeOf(path: readonly PropertyKey[], message: string, rows: readonly CsvRow[], header: Header): RegisterMapProblem {
  const [list, index] = path;
  const key = String(path.at(-1));
  if (list !== 'deviceResources' || typeof index !== 'number') return { line: header.line, column: undefined, message: `${key}: ${message}` };
  const column = COLUMN_OF_KEY[key] ?? CSV_COLUMNS.find(({ name }) => name === key)?.name;
  return { line: rows[index]?.line ?? header.line, column: column === undefined ? undefined : writtenAs(header, column), message };
}

function aliasesOf(column: CsvColumnName): readonly string[] {
  return CSV_COLUMNS.find(({ name }) => name === column)?.aliases ?? [];
}

function wrong(problems: readonly RegisterMapProblem[]): RegisterMap {
  return { kind: 'wrong', code: 'FP_SCHEMA', problems };
}
