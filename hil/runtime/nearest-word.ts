/** Letters compared; what is longer is no slip of the pen, and the comparison costs the product of both lengths. */
const LETTERS_MAX = 100;

/**
 * The word of `words` closest to `typed` by edits (insert, delete, replace, swap of neighbours), for "did you mean".
 * @returns undefined when nothing is close: more than a third of the letters (two are always allowed), or more than half
 * of a short word, would have to change.
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  if (typed.length > LETTERS_MAX) return undefined;
  const allowed = Math.max(2, Math.floor(typed.length / 3));
  const ranked = words
    .filter((word) => word.length <= LETTERS_MAX)
    .map((word) => ({ word, edits: editDistance(typed.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  return ranked.find(({ word, edits }) => edits <= allowed && edits * 2 <= Math.max(typed.length, word.length))?.word;
}

/** Optimal string alignment distance; both words are short, so the full table is kept. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_row, i) => Array.from({ length: b.length + 1 }, (_cell, j) => (i === 0 ? j : j === 0 ? i : 0)));
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const replace = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      const row = rows[i];
      if (row !== undefined) row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replace, swap);
    }
  }
  return at(a.length, b.length);
}
