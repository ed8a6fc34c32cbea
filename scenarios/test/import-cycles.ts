/**
 * The cycles that a depth-first walk of the import graph closes, each as the files along it, the first repeated at the
 * end. No cycle is missed altogether, but of cycles that share files not every one is listed.
 * @param importsOf - For each file the files it imports; files that are not keys are ignored.
 */
export function importCycles(importsOf: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const cycles: string[][] = [];
  for (const start of [...importsOf.keys()].toSorted()) walk(start);
  return cycles;

  function walk(start: string): void {
    // An own stack instead of recursion: chains of imports may be long.
    const trail: { readonly file: string; readonly rest: string[] }[] = [];
    const enter = (file: string): void => {
      trail.push({ file, rest: (importsOf.get(file) ?? []).filter((target) => importsOf.has(target)) });
    };
    if (!done.has(start)) enter(start);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const target = top.rest.shift();
      if (target === undefined) {
        done.add(top.file);
        trail.pop();
        continue;
      }
      const position = trail.findIndex(({ file }) => file === target);
      if (position >= 0) cycles.push([...trail.slice(position).map(({ file }) => file), target]);
      else if (!done.has(target)) enter(target);
    }
  }
}
