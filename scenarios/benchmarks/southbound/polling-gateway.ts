import type { GatewayConfigInput } from '../../../hil/gateway/config/gateway-config.ts';
import { z } from '../../../hil/runtime/schema.ts';
import type { BenchDeps } from '../benchmark.ts';
import { requireBuild } from '../built-command-line.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { writeRegisterProfile, writeTemporary } from '../modbus-server/register-profile.ts';
import { farmHosts, REGISTERS } from '../modbus-server/ten-thousand-plcs.ts';
import type { PollFailures, Poller } from './poller.ts';

const readySchema = z.object({ ports: z.object({ http: z.number() }) });
const FAILURES = ['timeouts', 'corrupt', 'exceptions'] as const;

/** `fieldproof gateway` with a line for each PLC. */
export async function startPollingGateway(port: number, { clock, cliEntry }: BenchDeps): Promise<Poller> {
  requireBuild(cliEntry);
  const profile = writeRegisterProfile(REGISTERS);
  // JSON is YAML.
  const config = writeTemporary('gateway.yaml', JSON.stringify(gatewayConfig(port, profile.path)));
  const gateway = startPeerProcess(process.execPath, [cliEntry, 'gateway', '--config', config.path], clock);
  const stop = async (): Promise<void> => {
    await gateway.stop();
    profile.remove();
    config.remove();
  };
  try {
    const { ports } = readySchema.parse(JSON.parse(await gateway.firstLine));
    return { pid: gateway.pid, failures: () => failures(ports.http), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

function gatewayConfig(port: number, profile: string): GatewayConfigInput {
  const lines = farmHosts().map((host, index) => ({
    id: `line-${index}`,
    transport: 'modbus-tcp' as const,
    host,
    port,
    devices: [{ id: `plc-${index}`, unit: 1, profile, pollEvery: '1s' }],
  }));
  return { id: 'bench', mqtt: { port: 0 }, http: { port: 0 }, southbound: { lines }, log: { level: 'warn' } };
}

/** What the gateway's own metrics say. */
async function failures(httpPort: number): Promise<PollFailures> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const total = (name: string): number => Number(new RegExp(`^fieldproof_gateway_southbound_${name}_total (\\d+)`, 'mu').exec(text)?.[1] ?? Number.NaN);
  return { overruns: total('overruns'), failed: FAILURES.map(total).reduce((sum, count) => sum + count) };
}
