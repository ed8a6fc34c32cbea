import type { Benchmark } from './benchmark.ts';
import { brokerBenchmarks } from './broker/broker-benchmarks.ts';
import { brokerRecovery } from './broker-recovery/broker-recovery.ts';
import { tenThousandPolled } from './southbound/ten-thousand-polled.ts';
import { endToEndLatency } from './end-to-end/end-to-end-latency.ts';
import { modbusServers } from './modbus-server/modbus-servers.ts';
import { tenThousandPlcs } from './modbus-server/ten-thousand-plcs.ts';
import { serialLine } from './serial-line/serial-line.ts';
import { modbusCodec } from './modbus-codec/modbus-codec.ts';

/** Every benchmark of `fieldproof bench`, in the order they run. */
export const BENCHMARKS: readonly Benchmark[] = [modbusCodec, modbusServers, tenThousandPlcs, tenThousandPolled, serialLine, endToEndLatency, ...brokerBenchmarks, brokerRecovery];
