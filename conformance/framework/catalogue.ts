import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';

/** The files of `conformance/catalogue/`, by name without `.tsv`. */
export const CATALOGUES = ['mqtt-3.1.1', 'mqtt-5.0', 'modbus', 'mqtt-sn-1.2', 'shadow', 'ota'] as const;
export type CatalogueName = (typeof CATALOGUES)[number];

/** Must, should or info: what a violation means. Only a must makes a SUT non-conforming. */
export const LEVELS = ['must', 'should', 'info'] as const;
export type Level = (typeof LEVELS)[number];

/** One normative statement of a standard. */
export interface Statement {
  readonly id: string;
  readonly catalogue: CatalogueName;
  /** `client`, `server`, `both`, `gateway`, ...: whom the statement binds, in the catalogue's words. */
  readonly binds: string;
  /** `wire-broker`, `wire-client`, `wire-both`, `none`; empty where the catalogue has no such column. */
  readonly observable: string;
  readonly level: Level;
  /** Document and clause, where the catalogue has them. */
  readonly source: string;
  readonly summary: string;
}

/** The same id may stand in two catalogues (MQTT-3.1.0-1), so statements are named by both. */
export function statementKey(catalogue: CatalogueName, id: string): string {
  return `${catalogue}/${id}`;
}

/**
 * Reads one catalogue.
 * @returns Its statements by id, in the order of the file.
 * @throws FieldproofError FP_CATALOGUE_INVALID: a row without id or summary, or an id twice; the line is named.
 */
export function loadCatalogue(name: CatalogueName): ReadonlyMap<string, Statement> {
  const file = join(packageRoot(), 'conformance', 'catalogue', `${name}.tsv`);
  return parseCatalogue(name, readFileSync(file, 'utf8'), file);
}

/** As `loadCatalogue`, from text. @param file - Named in errors. */
export function parseCatalogue(name: CatalogueName, text: string, file: string): ReadonlyMap<string, Statement> {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const columns = header.split('\t');
  const statements = new Map<string, Statement>();
  lines.forEach((line, index) => {
    const statement = readRow(name, columns, line.split('\t'));
    const wrong = problemOf(statement, statements);
    if (wrong !== undefined) throw new FieldproofError('FP_CATALOGUE_INVALID', wrong, { place: { file, line: index + 2 } });
    statements.set(statement.id, statement);
  });
  return statements;
}

function readRow(catalogue: CatalogueName, columns: readonly string[], cells: readonly string[]): Statement {
  const cell = (column: string): string => cells[columns.indexOf(column)] ?? '';
  const summary = cell('summary');
  return {
    id: cell('id'),
    catalogue,
    binds: cell('binds'),
    observable: cell('observable'),
    level: LEVELS.find((level) => summary.startsWith(`${level}:`)) ?? 'must',
    source: [cell('document'), cell('section') || cell('source')].filter((part) => part !== '').join(' ') || documentOf(catalogue),
    summary: summary.replace(/^(?:must|should|info): /u, ''),
  };
}

/** OASIS statements carry their clause in their id. */
function documentOf(catalogue: CatalogueName): string {
  return catalogue.startsWith('mqtt-') ? `MQTT ${catalogue.slice('mqtt-'.length)}` : catalogue;
}

function problemOf({ id, summary }: Statement, known: ReadonlyMap<string, Statement>): string | undefined {
  if (id === '' || summary === '') return 'a row without an id or a summary';
  return known.has(id) ? `the id ${id} stands here a second time` : undefined;
}
