import { isMap, isNode, isScalar, type Document, type LineCounter, type Node } from 'yaml';
import type { ErrorPlace } from './errors.ts';

/** Finds lines and columns in one parsed file. */
export interface YamlPlaces {
  /** The place of the key (in a map) or entry (in a list) at `path`, or of its nearest ancestor that the file holds. */
  readonly of: (path: readonly PropertyKey[]) => ErrorPlace;
  /** The place of a character, counted from 0. */
  readonly at: (offset: number) => ErrorPlace;
}

/** @param file - The name to show. */
export function yamlPlaces(document: Document, lineCounter: LineCounter, file: string): YamlPlaces {
  const at = (offset: number): ErrorPlace => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  return {
    at,
    of(path) {
      const key = path.map(String).join('.');
      const offset = offsetOf(document, path) ?? 0;
      return { ...at(offset), ...(key === '' ? {} : { key }) };
    },
  };
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const offset = nodeAt(document, path.slice(0, depth))?.range?.[0];
    if (offset !== undefined) return offset;
  }
  return document.contents?.range?.[0];
}

/** The key's node when the last step is a map key (that is what the reader must change), else the value's node. */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
    if (pair !== undefined && isNode(pair.key)) return pair.key;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node : undefined;
}
