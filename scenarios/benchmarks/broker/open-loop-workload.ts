import { build } from 'hdr-histogram-js';
import { sleep } from '../../../hil/runtime/clock.ts';
import { openLoopLoad } from '../../../sim/fleet/load/open-loop-load.ts';
import { openLoadClients } from '../../../sim/fleet/load/load-clients.ts';
import { processUsage } from '../process-usage.ts';
import { HOST, MICROSECONDS_PER_SECOND, PAYLOAD_BYTES, type BrokerWorkload } from './broker-workload.ts';

const WARM_UP_MS = 1_000;
const RUN_MS = 3_000;
const LEAVING_MS = 300;
const MICROSECONDS_PER_MILLISECOND = 1_000;
/** Longest latency that the histogram tells apart, microseconds. */
const LATENCY_US_MAX = 60_000_000;

/** A thousand clients that send at their rate whatever the server does; at the end all of them leave at once. */
export const openLoopWorkload: BrokerWorkload = {
  metrics: [
    { key: 'open.rate', label: '1,000 x 20 msg/s: arrived', unit: 'msg/s', better: 'higher' },
    { key: 'open.lost', label: 'lost', unit: 'messages', better: 'lower' },
    { key: 'open.p50', label: 'latency p50', unit: 'ms', better: 'lower' },
    { key: 'open.p99', label: 'latency p99', unit: 'ms', better: 'lower' },
    { key: 'open.cpu', label: 'server CPU', unit: 'us/msg', better: 'lower' },
    { key: 'open.alive', label: 'serves after all have left at once', unit: '1 = yes', better: 'higher' },
  ],
  measure: async ({ port, pid }, { clock }) => {
    const histogram = build({ highestTrackableValue: LATENCY_US_MAX, numberOfSignificantValueDigits: 3 });
    const onLatency = (latencyMs: number): void => histogram.recordValue(Math.min(LATENCY_US_MAX, Math.max(1, Math.round(latencyMs * MICROSECONDS_PER_MILLISECOND))));
    const load = await openLoopLoad(
      { host: HOST, port, publishers: 1_000, subscribers: 10, qos: 0, payloadBytes: PAYLOAD_BYTES, messagesPerSecond: 20, onLatency },
      clock,
    );
    try {
      await load.run(WARM_UP_MS);
      histogram.reset();
      const cpuBefore = processUsage(pid).cpuSeconds;
      const { sent, lost } = await load.run(RUN_MS);
      const cpuSeconds = processUsage(pid).cpuSeconds - cpuBefore;
      const figures = {
        'open.rate': ((sent - lost) * 1_000) / RUN_MS,
        'open.lost': lost,
        'open.p50': histogram.getValueAtPercentile(50) / MICROSECONDS_PER_MILLISECOND,
        'open.p99': histogram.getValueAtPercentile(99) / MICROSECONDS_PER_MILLISECOND,
        'open.cpu': (cpuSeconds * MICROSECONDS_PER_SECOND) / (sent - lost),
      };
      load.close();
      await sleep(clock, LEAVING_MS);
      return { ...figures, 'open.alive': (await serves(port)) ? 1 : 0 };
    } finally {
      load.close();
    }
  },
};

async function serves(port: number): Promise<boolean> {
  try {
    const late = await openLoadClients({ host: HOST, port, count: 1, clientId: () => 'late', client: () => ({ filter: 'late/+' }) });
    late.destroy();
    return true;
  } catch {
    return false;
  }
}
