import { join } from 'node:path';
import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import type { BenchDeps, Benchmark, Contender, OpenContender, Sample } from '../benchmark.ts';
import { requireOpenFiles } from '../../../hil/runtime/open-files-limit.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { peerVersion } from '../load-peer.ts';
import { answerBytes } from '../modbus-server/load-connection.ts';
import { PLCS, REGISTERS, startPlcFarm } from '../modbus-server/ten-thousand-plcs.ts';
import { ownVersion } from '../own-version.ts';
import { processUsage } from '../process-usage.ts';
import type { Poller } from './poller.ts';
import { startPollingGateway } from './polling-gateway.ts';

/** From the start of the poller until all are connected and code and heap have settled. */
const SETTLING_MS = 10_000;
const WINDOW_MS = 10_000;
const POLL_PERIOD_MS = 1_000;
const MICROSECONDS_PER_SECOND = 1_000_000;
const BYTES_PER_MEGABYTE = 1_000_000;

function pollerContender(name: string, role: Contender['role'], version: () => string, start: (port: number, deps: BenchDeps) => Promise<Poller>): Contender {
  return {
    name,
    role,
    open: async (deps) => {
      requireOpenFiles(PLCS, 'a poller of this benchmark');
      return { version: version(), measure: () => measure(start, deps), close: async () => undefined } satisfies OpenContender;
    },
  };
}

/** Poller and PLCs live only while they are measured: one that polls on would take the time of the others. */
async function measure(start: (port: number, deps: BenchDeps) => Promise<Poller>, deps: BenchDeps): Promise<Sample> {
  const farm = await startPlcFarm(deps);
  let poller: Poller | undefined;
  try {
    poller = await start(farm.port, deps);
    await sleep(deps.clock, SETTLING_MS);
    return await measureWindow(poller, farm.pid, deps.clock);
  } finally {
    // The farm first: it resets its connections, where a poller that is killed leaves ten thousand ports in TIME_WAIT.
    await farm.stop();
    await poller?.stop();
  }
}

/** The answers are counted by what the kernel says the PLCs have written, so nobody counts for himself. */
async function measureWindow(poller: Poller, farmPid: number, clock: Clock): Promise<Sample> {
  const failuresBefore = await poller.failures?.();
  // What it took to ask is not part of the window.
  await sleep(clock, 2 * POLL_PERIOD_MS);
  const [before, farmBefore, beginMs] = [processUsage(poller.pid), processUsage(farmPid), clock.nowMs()];
  await sleep(clock, WINDOW_MS);
  const [after, farmAfter, endMs] = [processUsage(poller.pid), processUsage(farmPid), clock.nowMs()];
  const failuresAfter = await poller.failures?.();
  const seconds = (endMs - beginMs) / 1_000;
  const answers = Math.floor((farmAfter.writtenBytes - farmBefore.writtenBytes) / answerBytes(REGISTERS));
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const counted =
    failuresBefore === undefined || failuresAfter === undefined
      ? {}
      : { overruns: failuresAfter.overruns - failuresBefore.overruns, failed: failuresAfter.failed - failuresBefore.failed };
  return {
    rate: answers / seconds,
    cpu: (cpuSeconds * MICROSECONDS_PER_SECOND) / answers,
    cores: cpuSeconds / seconds,
    rss: after.rssBytes / BYTES_PER_MEGABYTE,
    ...counted,
  };
}

/** A script of this folder that polls the farm: its arguments are port, number of PLCs and registers. */
async function startScript(script: string, port: number, { clock }: BenchDeps): Promise<Poller> {
  const path = join(packageRoot(), 'scenarios', 'benchmarks', 'southbound', script);
  const poller = startPeerProcess(process.execPath, [path, String(port), String(PLCS), String(REGISTERS)], clock);
  try {
    await poller.firstLine;
    return { pid: poller.pid, stop: () => poller.stop() };
  } catch (thrown) {
    await poller.stop();
    throw thrown;
  }
}

/** Whether one gateway can poll a whole plant, and what that costs beside the least that Node can do it with. */
export const tenThousandPolled: Benchmark = {
  name: 'southbound-10k',
  purpose: `one process polls ${PLCS} virtual PLCs once a second over Modbus TCP (FC 03, ${REGISTERS} registers); the gateway also decodes every point and reports changes`,
  metrics: [
    { key: 'rate', label: 'answers', unit: '1/s', better: 'higher' },
    { key: 'overruns', label: 'turns skipped', unit: 'in 10 s', better: 'lower' },
    { key: 'failed', label: 'requests failed', unit: 'in 10 s', better: 'lower' },
    { key: 'cores', label: 'poller CPU', unit: 'cores', better: 'lower' },
    { key: 'cpu', label: 'poller CPU', unit: 'us/transaction', better: 'lower' },
    { key: 'rss', label: 'poller memory (RSS)', unit: 'MB', better: 'lower' },
  ],
  contenders: [
    pollerContender('fieldproof', 'ours', ownVersion, startPollingGateway),
    pollerContender('modbus-serial', 'peer', () => peerVersion('modbus-serial'), (port, deps) => startScript('modbus-serial-poller.mjs', port, deps)),
    pollerContender('bare socket', 'peer', () => `node ${process.versions.node}`, (port, deps) => startScript('bare-socket-poller.mjs', port, deps)),
  ],
  warmUpRuns: 0,
  runs: 3,
};
