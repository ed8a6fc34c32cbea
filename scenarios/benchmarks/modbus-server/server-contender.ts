import { join } from 'node:path';
import type { Clock } from '../../../hil/runtime/clock.ts';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import type { BenchDeps, Contender, OpenContender, Sample } from '../benchmark.ts';
import { processUsage } from '../process-usage.ts';
import { closedLoop } from './closed-loop.ts';

/** A Modbus TCP server in a process of its own: unit id 1, at least 125 holding registers from address 0 on. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  stop(): Promise<void>;
}

/** One kind of load. */
export interface Workload {
  /** Prefix of the metric keys. */
  readonly key: string;
  readonly label: string;
  readonly registers: number;
  readonly connections: number;
}

export const WORKLOADS: readonly Workload[] = [
  { key: '10x1', label: '10 registers, 1 connection', registers: 10, connections: 1 },
  { key: '10x100', label: '10 registers, 100 connections', registers: 10, connections: 100 },
  { key: '125x100', label: '125 registers, 100 connections', registers: 125, connections: 100 },
];

const RUN_MS = 1_000;
const MICROSECONDS_PER_SECOND = 1_000_000;

/** The folder of the files this benchmark reads or runs: the compiler does not copy them. */
export function serverFolder(): string {
  return join(packageRoot(), 'scenarios', 'benchmarks', 'modbus-server');
}

/** Measures a server under every workload, with the load generator in this process. */
export function serverContender(name: string, role: Contender['role'], start: (deps: BenchDeps) => Promise<RunningServer>): Contender {
  return { name, role, open: async (deps) => openServer(await start(deps), deps.clock) };
}

function openServer(server: RunningServer, clock: Clock): OpenContender {
  return { version: server.version, measure: () => measureAll(server, clock), close: () => server.stop() };
}

async function measureAll(server: RunningServer, clock: Clock): Promise<Sample> {
  const sample: Record<string, number> = {};
  for (const workload of WORKLOADS) Object.assign(sample, await measureOne(server, workload, clock));
  return sample;
}

async function measureOne({ pid, port }: RunningServer, { key, registers, connections }: Workload, clock: Clock): Promise<Sample> {
  const before = processUsage(pid).cpuSeconds;
  const { transactions, elapsedMs, p50Ms } = await closedLoop({ port, connections, registers, durationMs: RUN_MS }, clock);
  const cpuSeconds = processUsage(pid).cpuSeconds - before;
  const figures = { [`${key}.tps`]: (transactions * 1_000) / elapsedMs, [`${key}.cpu`]: (cpuSeconds * MICROSECONDS_PER_SECOND) / transactions };
  return connections === 1 ? { ...figures, [`${key}.p50`]: p50Ms } : figures;
}
