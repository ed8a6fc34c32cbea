import { join } from 'node:path';
import type { Clock } from '../../../hil/runtime/clock.ts';
import { requireOpenFiles } from '../../../hil/runtime/open-files-limit.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { loopbackRange } from '../../../sim/plc/loopback-range.ts';
import type { BenchDeps, Benchmark, Contender, OpenContender, Sample } from '../benchmark.ts';
import { requireBuild } from '../built-command-line.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { ownVersion } from '../own-version.ts';
import { processUsage } from '../process-usage.ts';
import { openLoop } from './open-loop.ts';
import { writeRegisterProfile } from './register-profile.ts';
import { serverFolder } from './server-contender.ts';

export const PLCS = 10_000;
export const REGISTERS = 10;
const FIRST_HOST = '127.0.0.1';
const PERIOD_MS = 1_000;
const WARM_UP_MS = 3_000;
const RUN_MS = 10_000;
const BYTES_PER_MEGABYTE = 1_000_000;

/** Ten thousand devices in one process, each at an address of its own. */
export interface PlcFarm {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process until it listened. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const farmSchema = z.object({ range: z.object({ firstPort: z.number() }) });
const scriptSchema = z.object({ port: z.number() });

/** `fieldproof sim plc --count 10000`. */
export async function startPlcFarm({ clock, cliEntry }: Pick<BenchDeps, 'clock' | 'cliEntry'>): Promise<PlcFarm> {
  requireBuild(cliEntry);
  const profile = writeRegisterProfile(REGISTERS);
  const args = [cliEntry, 'sim', 'plc', '--profile', profile.path, '--count', String(PLCS), '--host', FIRST_HOST, '--log-level', 'warn'];
  const farm = await startFarm(args, clock).finally(() => profile.remove());
  return { ...farm, port: farmSchema.parse(farm.ready).range.firstPort };
}

/** The bare socket server on every address. */
async function startBareFarm({ clock }: BenchDeps): Promise<PlcFarm> {
  const farm = await startFarm([join(serverFolder(), 'bare-socket-server.mjs'), '0.0.0.0'], clock);
  return { ...farm, port: scriptSchema.parse(farm.ready).port };
}

async function startFarm(args: readonly string[], clock: Clock): Promise<Pick<PlcFarm, 'pid' | 'startMs' | 'stop'> & { readonly ready: unknown }> {
  const beginMs = clock.nowMs();
  const farm = startPeerProcess(process.execPath, args, clock);
  try {
    const ready: unknown = JSON.parse(await farm.firstLine);
    return { pid: farm.pid, startMs: clock.nowMs() - beginMs, stop: () => farm.stop(), ready };
  } catch (thrown) {
    await farm.stop();
    throw thrown;
  }
}

/** The addresses of the devices, in order. */
export function farmHosts(): string[] {
  const range = loopbackRange(FIRST_HOST, PLCS);
  return Array.from({ length: PLCS }, (_plc, index) => range.hostOf(index));
}

function farmContender(name: string, role: Contender['role'], version: () => string, start: (deps: BenchDeps) => Promise<PlcFarm>): Contender {
  return {
    name,
    role,
    open: async (deps) => {
      requireOpenFiles(PLCS, 'the load generator of this benchmark');
      return { version: version(), measure: () => measure(start, deps), close: async () => undefined } satisfies OpenContender;
    },
  };
}

/** A process of its own for each run: memory that grew in the run before would count for this one. */
async function measure(start: (deps: BenchDeps) => Promise<PlcFarm>, deps: BenchDeps): Promise<Sample> {
  const farm = await start(deps);
  try {
    return await measureFarm(farm, deps.clock);
  } finally {
    await farm.stop();
  }
}

async function measureFarm({ pid, port, startMs }: PlcFarm, clock: Clock): Promise<Sample> {
  const load = await openLoop({ hosts: farmHosts(), port, registers: REGISTERS, periodMs: PERIOD_MS }, clock);
  try {
    await load.run(WARM_UP_MS);
    const before = processUsage(pid);
    const beginMs = clock.nowMs();
    const { sent, lost, p50Ms, p99Ms } = await load.run(RUN_MS);
    const elapsedSeconds = (clock.nowMs() - beginMs) / 1_000;
    const { cpuSeconds, rssBytes } = processUsage(pid);
    const cores = (cpuSeconds - before.cpuSeconds) / elapsedSeconds;
    return { tps: (sent - lost) / elapsedSeconds, lost, p50: p50Ms, p99: p99Ms, cores, rss: rssBytes / BYTES_PER_MEGABYTE, start: startMs };
  } finally {
    load.close();
  }
}

/** The figure that says whether one process can stand for a whole plant. */
export const tenThousandPlcs: Benchmark = {
  name: 'modbus-10k',
  purpose: `${PLCS} virtual PLCs in one process, each read once a second (FC 03, ${REGISTERS} registers, open loop, latency from the instant a request was due)`,
  metrics: [
    { key: 'tps', label: 'answered', unit: '1/s', better: 'higher' },
    { key: 'lost', label: 'lost', unit: 'requests', better: 'lower' },
    { key: 'p50', label: 'latency p50', unit: 'ms', better: 'lower' },
    { key: 'p99', label: 'latency p99', unit: 'ms', better: 'lower' },
    { key: 'cores', label: 'server CPU', unit: 'cores', better: 'lower' },
    { key: 'rss', label: 'server memory (RSS)', unit: 'MB', better: 'lower' },
    { key: 'start', label: 'start until it listens', unit: 'ms', better: 'lower' },
  ],
  contenders: [
    farmContender('fieldproof', 'ours', ownVersion, startPlcFarm),
    farmContender('bare socket', 'peer', () => `node ${process.versions.node}`, startBareFarm),
  ],
  warmUpRuns: 0,
  runs: 3,
};
