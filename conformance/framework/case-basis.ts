/** What a case rests on, for people: the statements that it judges, then the source that it names beside them. */
export function caseBasis({ statements, source }: { readonly statements: readonly string[]; readonly source?: string | undefined }): string[] {
  return source === undefined ? [...statements] : [...statements, source];
}
