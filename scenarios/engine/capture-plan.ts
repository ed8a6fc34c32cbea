import { join } from 'node:path';
import type { CaptureLimits } from '../../reports/pcapng/capture-file.ts';
import type { CaptureMode } from './capture-mode.ts';
import type { Scenario } from './scenario-schema.ts';

/** What a run captures. */
export interface CaptureOptions {
  readonly mode: CaptureMode;
  /** Of the whole capture. */
  readonly limits: CaptureLimits;
}

/** Which processes capture, and how they are told to. */
export interface CapturePlan {
  readonly mode: CaptureMode;
  /** The part of each process that captures, by its id. */
  readonly parts: ReadonlyMap<string, string>;
  /** More arguments of a process's command line; none for one that captures nothing. */
  argsFor(id: string): readonly string[];
}

/** Kept for what happens, so that the parts together never fill the whole. */
const SHARE_OF_PARTS = 0.9;

/**
 * Each process writes a part of its own, below `folder`, so that no packet goes through the control channel; each gets an
 * equal share of the limits.
 * @param wallOffsetMs - Wall-clock minus monotonic time at the start: one for all, so that parts and journal are in step.
 */
export function planCapture({ topology }: Scenario, { mode, limits }: CaptureOptions, folder: string, wallOffsetMs: number): CapturePlan {
  const only = whatIsCaptured(topology, mode);
  const share = (limit: number): number => Math.max(1, Math.floor((limit * SHARE_OF_PARTS) / Math.max(1, only.size)));
  const parts = new Map([...only.keys()].map((id) => [id, join(folder, `${id}.pcapng`)]));
  return {
    mode,
    parts,
    argsFor(id) {
      const [file, what] = [parts.get(id), only.get(id)];
      if (file === undefined || what === undefined) return [];
      const bounds = ['--capture-limit', `${share(limits.bytesMax)}B`, '--capture-packets', String(share(limits.packetsMax))];
      return ['--capture', file, ...bounds, '--capture-offset', String(wallOffsetMs), ...what];
    },
  };
}

/** By process: the arguments that say what of it, beside `--capture`. */
function whatIsCaptured({ links, plcs, gateways, real }: Scenario['topology'], mode: CaptureMode): ReadonlyMap<string, readonly string[]> {
  if (mode === 'off') return new Map();
  const taken = plcs.filter(({ transport }) => mode === 'all' || transport !== 'modbus-tcp');
  const ofGateways = gateways.flatMap(({ id }): [string, string[]][] => {
    const names = [...(mode === 'all' ? ['mqtt'] : []), ...real.filter(({ gateway }) => gateway === id).map(({ dut }) => dut)];
    return names.length === 0 ? [] : [[id, ['--capture-only', names.join(',')]]];
  });
  return new Map([...links.map(({ id }): [string, string[]] => [id, ['--protocol', 'mqtt']]), ...taken.map(({ group }): [string, string[]] => [group, []]), ...ofGateways]);
}
