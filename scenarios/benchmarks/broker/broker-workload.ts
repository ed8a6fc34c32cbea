import type { Metric, BenchDeps, Sample } from '../benchmark.ts';
import type { RunningBroker } from './running-broker.ts';

/** One kind of work that a broker is given. */
export interface BrokerWorkload {
  readonly metrics: readonly Metric[];
  /** Gives the work to a broker for some seconds. Keys of the sample are those of `metrics`. */
  measure(broker: RunningBroker, deps: BenchDeps): Promise<Sample>;
}

export const HOST = '127.0.0.1';
export const PAYLOAD_BYTES = 64;
export const MICROSECONDS_PER_SECOND = 1_000_000;
export const BYTES_PER_MEGABYTE = 1_000_000;
