import { join } from 'node:path';

/**
 * The folder of one run: `<out>/<scenario>/<UTC time>-<seed>`, for example
 * `reports/runs/offline-partition-30s/20261122T121804.123Z-4711`. Milliseconds keep apart two runs of one second.
 * @param scenario - The name of the scenario; `/` and whatever file systems dislike become `-`.
 * @param startedWallMs - Wall-clock milliseconds since 1970 (`Clock.wallMs`).
 */
export function runFolder(out: string, scenario: string, startedWallMs: number, seed: number): string {
  const time = new Date(startedWallMs).toISOString().replace(/[-:]/gu, '');
  return join(out, folderName(scenario), `${time}-${seed}`);
}

/** Never empty, never hidden, never a step up (`..`), at most 100 characters. */
function folderName(scenario: string): string {
  const name = scenario.replace(/[^\w.-]+/gu, '-').replace(/^[.-]+|[.-]+$/gu, '');
  return name === '' ? 'scenario' : name.slice(0, 100);
}
