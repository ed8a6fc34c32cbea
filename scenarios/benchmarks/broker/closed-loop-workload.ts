import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { sleep } from '../../../hil/runtime/clock.ts';
import { closedLoopLoad } from '../../../sim/fleet/load/closed-loop-load.ts';
import { processUsage } from '../process-usage.ts';
import { HOST, MICROSECONDS_PER_SECOND, PAYLOAD_BYTES, type BrokerWorkload } from './broker-workload.ts';

export interface ClosedLoopWorkload {
  /** Prefix of the metric keys. */
  readonly key: string;
  readonly label: string;
  readonly topics: number;
  readonly publishers: number;
  readonly subscribers: number;
  readonly qos: Qos;
  readonly window: number;
}

const WARM_UP_MS = 500;
const RUN_MS = 1_500;

/** Publishers that go on when their messages have arrived: deliveries a second, and what one costs the server. */
export function closedLoopWorkload({ key, label, ...load }: ClosedLoopWorkload): BrokerWorkload {
  return {
    metrics: [
      { key: `${key}.rate`, label, unit: 'msg/s', better: 'higher' },
      { key: `${key}.cpu`, label: `${label}: server CPU`, unit: 'us/msg', better: 'lower' },
    ],
    measure: async ({ port, pid }, { clock }) => {
      const running = await closedLoopLoad({ host: HOST, port, payloadBytes: PAYLOAD_BYTES, ...load }, clock);
      try {
        running.start();
        await sleep(clock, WARM_UP_MS);
        const [startMs, firstCount, firstCpu] = [clock.nowMs(), running.delivered(), processUsage(pid).cpuSeconds];
        await sleep(clock, RUN_MS);
        const [count, cpuSeconds] = [running.delivered() - firstCount, processUsage(pid).cpuSeconds - firstCpu];
        const elapsedMs = clock.nowMs() - startMs;
        await running.stop();
        return { [`${key}.rate`]: (count * 1_000) / elapsedMs, [`${key}.cpu`]: (cpuSeconds * MICROSECONDS_PER_SECOND) / count };
      } finally {
        running.close();
      }
    },
  };
}
