import { nearestWord } from '../../hil/runtime/nearest-word.ts';

/** Something that the schema allows but the rest of the file contradicts. */
export interface ReferenceProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The problem of a name that leads nowhere, with the nearest and all that exist; none for a name that exists. */
export function unknownName(name: string, names: readonly string[], path: readonly (string | number)[], what: string): ReferenceProblem[] {
  if (names.includes(name)) return [];
  const nearest = nearestWord(name, names);
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  return [{ path, message: `no ${what} is called "${name}"${suggestion} (there are: ${names.join(', ') || 'none'})` }];
}
