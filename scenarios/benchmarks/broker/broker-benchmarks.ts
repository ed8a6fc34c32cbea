import type { BenchDeps, Benchmark, Contender, OpenContender, Sample } from '../benchmark.ts';
import type { BrokerWorkload } from './broker-workload.ts';
import { closedLoopWorkload } from './closed-loop-workload.ts';
import { connectionsWorkload } from './connections-workload.ts';
import { openLoopWorkload } from './open-loop-workload.ts';
import { BROKER_KINDS, type BrokerKind } from './running-broker.ts';

const FAN_IN = { topics: 1, publishers: 10, subscribers: 1 } as const;

/** All broker benchmarks: `fieldproof bench broker` runs them together. */
export const brokerBenchmarks: readonly Benchmark[] = [
  brokerBenchmark('broker-fan-in', '10 publishers to 1 subscriber, 64-byte payloads, closed loop', [
    closedLoopWorkload({ key: 'in.qos0', label: 'QoS 0, 10 -> 1', ...FAN_IN, qos: 0, window: 400 }),
    closedLoopWorkload({ key: 'in.qos1', label: 'QoS 1, 10 -> 1', ...FAN_IN, qos: 1, window: 100 }),
    closedLoopWorkload({ key: 'in.qos2', label: 'QoS 2, 10 -> 1', ...FAN_IN, qos: 2, window: 100 }),
  ]),
  brokerBenchmark('broker-fan-out', '1 publisher to 1,000 subscribers, QoS 0, 64-byte payloads, closed loop; a message is one delivery', [
    closedLoopWorkload({ key: 'out', label: 'QoS 0, 1 -> 1,000', topics: 1, publishers: 1, subscribers: 1_000, qos: 0, window: 8 }),
  ]),
  brokerBenchmark('broker-many', '1,000 publishers to 10 subscribers (each message to one), QoS 0, one message of each publisher under way', [
    closedLoopWorkload({ key: 'many', label: 'QoS 0, 1,000 -> 10', topics: 10, publishers: 1_000, subscribers: 10, qos: 0, window: 1 }),
  ]),
  brokerBenchmark('broker-open-loop', '1,000 clients x 20 msg/s to 10 subscribers, QoS 0, open loop, latency from the instant a message was due', [openLoopWorkload]),
  brokerBenchmark('broker-connections', 'connecting 9,900 clients to a fresh process, and its memory while they are idle', [connectionsWorkload]),
];

function brokerBenchmark(name: string, purpose: string, workloads: readonly BrokerWorkload[]): Benchmark {
  return {
    name,
    purpose,
    metrics: workloads.flatMap(({ metrics }) => metrics),
    contenders: BROKER_KINDS.map((kind) => brokerContender(kind, workloads)),
    warmUpRuns: 0,
    runs: 3,
  };
}

/** A process of its own for each workload and run: what one left in memory would count for the next. */
function brokerContender(kind: BrokerKind, workloads: readonly BrokerWorkload[]): Contender {
  return {
    name: kind.name,
    role: kind.role,
    open: async (deps) => ({ version: kind.version(), measure: () => measureAll(kind, workloads, deps), close: async () => undefined }) satisfies OpenContender,
  };
}

async function measureAll(kind: BrokerKind, workloads: readonly BrokerWorkload[], deps: BenchDeps): Promise<Sample> {
  const sample: Record<string, number> = {};
  for (const workload of workloads) {
    const broker = await kind.start(deps);
    try {
      Object.assign(sample, await workload.measure(broker, deps));
    } finally {
      await broker.stop();
    }
  }
  return sample;
}
