import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfigInput } from '../../../hil/gateway/config/gateway-config.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { startChild } from '../../engine/testbed-child.ts';
import type { BenchDeps, Contender } from '../benchmark.ts';
import { ownVersion } from '../own-version.ts';
import { benchmarkFolder, openLatencyContender, POLL_PERIOD_MS, type Bridge } from './latency-contender.ts';

const factsSchema = z.object({ ports: z.object({ mqtt: z.number() }) });

/** The reference gateway as a process of its own, as `fieldproof gateway` starts it. */
export const gatewayContender: Contender = {
  name: 'fieldproof',
  role: 'ours',
  open: (deps) => openLatencyContender(deps, (modbusPort) => startGateway(modbusPort, deps)),
};

async function startGateway(modbusPort: number, { clock, cliEntry }: BenchDeps): Promise<Bridge> {
  if (!existsSync(cliEntry)) {
    const message = `this benchmark starts the built gateway, and ${cliEntry} is not there`;
    throw new FieldproofError('FP_USAGE', message, { hint: 'Run: npm run build' });
  }
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
  const config = join(folder, 'gateway.yaml');
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(gatewayConfig(modbusPort)));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const spec = { id: 'bench', role: 'gateway', args: ['gateway', '--config', config], logFile: join(folder, 'gateway.log') } as const;
    const child = await startChild(spec, { clock, cliEntry, onObservation: () => {}, signal: new AbortController().signal });
    const { ports } = factsSchema.parse(child.facts);
    return { mqttPort: ports.mqtt, topic: 'telemetry/plc/R0', version: ownVersion(), stop: () => child.stop().then(removeFolder) };
  } catch (thrown) {
    removeFolder();
    throw thrown;
  }
}

function gatewayConfig(modbusPort: number): GatewayConfigInput {
  const device = { id: 'plc', unit: 1, profile: join(benchmarkFolder(), 'ten-registers.yaml'), pollEvery: `${POLL_PERIOD_MS}ms` };
  return {
    id: 'bench',
    mqtt: { port: 0 },
    http: { port: 0 },
    southbound: { lines: [{ id: 'line', transport: 'modbus-tcp', host: '127.0.0.1', port: modbusPort, devices: [device] }] },
    log: { level: 'warn' },
  };
}
