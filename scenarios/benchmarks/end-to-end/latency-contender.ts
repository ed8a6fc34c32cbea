import { join } from 'node:path';
import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { observeNothing } from '../../../hil/runtime/observation.ts';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import { randomFromSeed, type Random } from '../../../hil/runtime/random.ts';
import { startPlcGroup, type PlcGroup } from '../../../sim/plc/virtual-plc-group.ts';
import type { BenchDeps, OpenContender, Sample } from '../benchmark.ts';
import { percentile } from '../statistics.ts';
import { subscribeToChanges, type ChangeSubscriber } from './change-subscriber.ts';

/** How often every contender polls. */
export const POLL_PERIOD_MS = 10;
const CHANGES_PER_RUN = 150;
const PAUSE_MS_MIN = 5;
const SEED = 4_711;
const DEVICE = 'plc-1';
const POINT = 'R0';

/** What stands between the PLC and the subscriber. */
export interface Bridge {
  readonly mqttPort: number;
  /** Where it publishes the changes of register 0, as JSON with the value under `v`. */
  readonly topic: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** The folder of the files this benchmark reads: the compiler does not copy them. */
export function benchmarkFolder(): string {
  return join(packageRoot(), 'scenarios', 'benchmarks', 'end-to-end');
}

/**
 * Puts a bridge between a virtual PLC of its own and a subscriber, both in this process, so that the instants of change
 * and arrival come from one clock.
 * @param startBridge - Gets the port of the PLC (Modbus TCP, unit id 1, ten holding registers from 0 on).
 */
export async function openLatencyContender(deps: BenchDeps, startBridge: (modbusPort: number) => Promise<Bridge>): Promise<OpenContender> {
  const { clock } = deps;
  const random = randomFromSeed(SEED);
  const plcs = await startPlcGroup(
    { group: 'plc', profile: join(benchmarkFolder(), 'ten-registers.yaml'), transport: 'modbus-tcp' },
    { clock, random, observe: observeNothing, log: silentLogger },
  );
  let bridge: Bridge | undefined;
  const close = async (): Promise<void> => {
    await bridge?.stop();
    await plcs.stop();
  };
  try {
    bridge = await startBridge(modbusPortOf(plcs));
    const subscriber = await subscribeToChanges(bridge.mqttPort, bridge.topic, clock);
    const measure = measurement(plcs, subscriber, clock, random.child('pauses'));
    return { version: bridge.version, measure, close: () => subscriber.close().then(close) };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function modbusPortOf(plcs: PlcGroup): number {
  const endpoint = plcs.devices[0]?.endpoint;
  return endpoint?.transport === 'modbus-tcp' ? endpoint.port : 0;
}

/** Changes the register again and again, at instants that have nothing to do with those of the polls. */
function measurement(plcs: PlcGroup, subscriber: ChangeSubscriber, clock: Clock, random: Random): () => Promise<Sample> {
  let value = 0;
  return async () => {
    const latenciesMs: number[] = [];
    while (latenciesMs.length < CHANGES_PER_RUN) {
      await sleep(clock, PAUSE_MS_MIN + random.next() * POLL_PERIOD_MS);
      value = (value % 0xffff) + 1;
      const arrived = subscriber.arrivalOf(value);
      const changedMs = clock.nowMs();
      plcs.set(DEVICE, POINT, value);
      latenciesMs.push((await arrived) - changedMs);
    }
    return { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
  };
}
