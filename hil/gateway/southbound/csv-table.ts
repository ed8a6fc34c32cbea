import { CsvError, parse } from 'csv-parse/sync';
import { messageOf } from '../../runtime/errors.ts';

/** One row of a table: where it begins, and its cells without the blanks around them. */
export interface CsvRow {
  /** One-based line of the file. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvTable =
  | { readonly kind: 'table'; readonly rows: readonly CsvRow[]; readonly delimiter: string }
  /** Not RFC 4180: a quote that is never closed, or stands inside a field. */
  | { readonly kind: 'malformed'; readonly line: number; readonly message: string };

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads RFC 4180 text (quotes, doubled quotes, line breaks inside quotes, a byte order mark); what separates the cells is
 * the one of comma, semicolon and tab that the first line has most of. Empty lines and lines that begin with # are left
 * out, rows of any length are taken. Total: any text gives one of the two cases.
 */
export function readCsvTable(text: string): CsvTable {
  const delimiter = delimiterOf(text);
  try {
    const records: unknown = parse(text, { bom: true, delimiter, trim: true, comment: '#', comment_no_infix: true, skip_empty_lines: true, relax_column_count: true, info: true });
    return { kind: 'table', delimiter, rows: Array.isArray(records) ? records.flatMap(rowOf) : [] };
  } catch (cause) {
    const line = cause instanceof CsvError && typeof cause['lines'] === 'number' ? cause['lines'] : 1;
    // The parser's words end in its own position, which stands in the place.
    return { kind: 'malformed', line, message: messageOf(cause).replace(/ (?:at|on) line \d+.*$/su, '') };
  }
}

function delimiterOf(text: string): string {
  const header = text.split(/\r?\n/u).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, times: header.split(delimiter).length }));
  return counted.toSorted((a, b) => b.times - a.times)[0]?.delimiter ?? ',';
}

/** The parser counts the lines up to the end of a record; a cell with line breaks begins that many lines earlier. */
function rowOf(entry: unknown): CsvRow[] {
  const { record, info } = Object(entry);
  if (!Array.isArray(record)) return [];
  const cells = record.map(String);
  const breaks = cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
  const lines = Number(Object(info).lines);
  return cells.every((cell) => cell === '') ? [] : [{ line: lines - breaks, cells }];
}
