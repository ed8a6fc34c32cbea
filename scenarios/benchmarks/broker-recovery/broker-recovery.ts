import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfigInput } from '../../../hil/gateway/config/gateway-config.ts';
import { z } from '../../../hil/runtime/schema.ts';
import type { BenchDeps, Benchmark, Contender, Sample } from '../benchmark.ts';
import { requireBuild } from '../built-command-line.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { ownVersion } from '../own-version.ts';
import { processUsage } from '../process-usage.ts';
import { fillStore, type StoreFilling } from './fill-store.ts';

const FULL: StoreFilling = { sessions: 100_000, messages: 1_000_000, payloadBytes: 64 };
const readySchema = z.object({ ports: z.object({ http: z.number() }) });
const BYTES_PER_MEGABYTE = 1_000_000;
const FIRST_SAMPLE = /^fieldproof_gateway_broker_store_recovery_seconds (\S+)/mu;

/** The built gateway on a store that is full, or on none. */
function gatewayStart(name: string, role: Contender['role'], filling: StoreFilling | undefined): Contender {
  return {
    name,
    role,
    open: async (deps) => {
      requireBuild(deps.cliEntry);
      const folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
      if (filling !== undefined) await fillStore(join(folder, 'store'), filling, deps.clock);
      const config: GatewayConfigInput = {
        id: 'bench',
        mqtt: { port: 0 },
        http: { port: 0 },
        broker: { engine: 'core', connectionsMax: 200_000, store: { path: 'store' } },
        log: { level: 'warn' },
      };
      writeFileSync(join(folder, 'gateway.yaml'), JSON.stringify(config));
      return { version: ownVersion(), measure: () => measure(join(folder, 'gateway.yaml'), deps), close: async () => rmSync(folder, { recursive: true, force: true }) };
    },
  };
}

async function measure(config: string, { clock, cliEntry }: BenchDeps): Promise<Sample> {
  const startMs = clock.nowMs();
  const gateway = startPeerProcess(process.execPath, [cliEntry, 'gateway', '--config', config], clock);
  try {
    const { ports } = readySchema.parse(JSON.parse(await gateway.firstLine));
    const readyMs = clock.nowMs();
    const { rssBytes, cpuSeconds } = processUsage(gateway.pid);
    const metrics = await (await fetch(`http://127.0.0.1:${ports.http}/metrics`)).text();
    const recovery = Number(FIRST_SAMPLE.exec(metrics)?.[1] ?? Number.NaN);
    return { ready: (readyMs - startMs) / 1_000, recovery, cpu: cpuSeconds, rss: rssBytes / BYTES_PER_MEGABYTE };
  } finally {
    await gateway.stop();
  }
}

/** What waits for absent clients must cost little when the gateway starts. */
export const brokerRecovery: Benchmark = {
  name: 'broker-recovery',
  purpose: 'Start of the gateway on a store of 100,000 sessions with a subscription each and 1,000,000 queued messages of 64 bytes, beside an empty store.',
  metrics: [
    { key: 'ready', label: 'from the start of the process to its ready line', unit: 's', better: 'lower' },
    { key: 'recovery', label: 'of that, reading the store', unit: 's', better: 'lower' },
    { key: 'cpu', label: 'CPU time until ready', unit: 's', better: 'lower' },
    { key: 'rss', label: 'resident memory when ready', unit: 'MB', better: 'lower' },
  ],
  contenders: [gatewayStart('1,000,000 queued', 'ours', FULL), gatewayStart('empty store', 'peer', undefined)],
  warmUpRuns: 1,
  runs: 3,
};
