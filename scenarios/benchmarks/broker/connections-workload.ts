import { sleep } from '../../../hil/runtime/clock.ts';
import { requireOpenFiles } from '../../../hil/runtime/open-files-limit.ts';
import { openLoadClients } from '../../../sim/fleet/load/load-clients.ts';
import { processUsage } from '../process-usage.ts';
import { BYTES_PER_MEGABYTE, HOST, MICROSECONDS_PER_SECOND, type BrokerWorkload } from './broker-workload.ts';

const CONNECTIONS = 9_900;
const SETTLE_MS = 500;

/** How fast clients are let in, and what they cost while they say nothing. */
export const connectionsWorkload: BrokerWorkload = {
  metrics: [
    { key: 'connect.rate', label: 'connects (TCP and MQTT, 100 at once)', unit: '1/s', better: 'higher' },
    { key: 'connect.cpu', label: 'connect: server CPU', unit: 'us', better: 'lower' },
    { key: 'idle.rss', label: `${CONNECTIONS.toLocaleString('en-US')} idle connections: server memory (RSS)`, unit: 'MB', better: 'lower' },
    { key: 'idle.each', label: 'each of them', unit: 'kB', better: 'lower' },
  ],
  measure: async ({ port, pid }, { clock }) => {
    requireOpenFiles(CONNECTIONS, 'the load generator of this benchmark');
    const before = processUsage(pid);
    const startMs = clock.nowMs();
    const load = await openLoadClients({ host: HOST, port, count: CONNECTIONS, clientId: (index) => `idle-${index}` });
    try {
      const elapsedMs = clock.nowMs() - startMs;
      const cpuSeconds = processUsage(pid).cpuSeconds - before.cpuSeconds;
      await sleep(clock, SETTLE_MS);
      const { rssBytes } = processUsage(pid);
      return {
        'connect.rate': (CONNECTIONS * 1_000) / elapsedMs,
        'connect.cpu': (cpuSeconds * MICROSECONDS_PER_SECOND) / CONNECTIONS,
        'idle.rss': rssBytes / BYTES_PER_MEGABYTE,
        'idle.each': (rssBytes - before.rssBytes) / CONNECTIONS / 1_000,
      };
    } finally {
      load.destroy();
    }
  },
};
