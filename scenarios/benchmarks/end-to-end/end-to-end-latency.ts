import type { Benchmark } from '../benchmark.ts';
import { bridgeContender } from './bridge-contender.ts';
import { gatewayContender } from './gateway-contender.ts';
import { POLL_PERIOD_MS } from './latency-contender.ts';

/**
 * How old a value is when it reaches who asked for it. Waiting for the next poll alone takes half a poll period in the
 * median and a whole one at most: that part nobody can do without.
 */
export const endToEndLatency: Benchmark = {
  name: 'end-to-end-latency',
  purpose: `from a register's change in a PLC, polled each ${POLL_PERIOD_MS} ms over Modbus TCP, to the MQTT subscriber`,
  metrics: [
    { key: 'p50', label: 'latency, half of the changes within', unit: 'ms', better: 'lower' },
    { key: 'p99', label: 'latency, 99 % of the changes within', unit: 'ms', better: 'lower' },
  ],
  contenders: [gatewayContender, bridgeContender],
  warmUpRuns: 1,
  runs: 5,
};
