import { Document, isCollection, isScalar, visit } from 'yaml';

export interface YamlTextOptions {
  /** Maps and lists under these keys take one line each: `attributes: { primaryTable: COILS, startingAddress: 0 }`. */
  readonly flowKeys?: ReadonlySet<string>;
  /** Lines before the first key, without their #. */
  readonly comment?: string;
}

/**
 * A value as YAML 1.2 text, keys in the order of the value; members that are undefined are left out. Reading it gives an
 * equal value.
 * @param value - What JSON can hold.
 */
export function yamlText(value: unknown, { flowKeys, comment }: YamlTextOptions = {}): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  if (comment !== undefined) document.commentBefore = comment.replaceAll(/^/gmu, ' ');
  visit(document, {
    Pair(_index, { key, value: held }) {
      if (isCollection(held) && isScalar(key) && flowKeys?.has(String(key.value)) === true) held.flow = true;
    },
  });
  // Folding would break long descriptions and one-line maps over several lines.
  return document.toString({ lineWidth: 0 });
}
