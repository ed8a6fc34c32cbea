import { randomBytes } from 'node:crypto';
import { Option, type Command } from 'commander';
import { createGateway } from '../../hil/gateway/gateway.ts';
import { defaultGatewayConfig, loadGatewayConfig } from '../../hil/gateway/config/load-gateway-config.ts';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { createLogger } from '../../hil/runtime/log.ts';
import { randomFromHex } from '../../hil/runtime/random.ts';
import { openMqttSession } from '../../hil/transport/mqtt-session.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import { addCaptureOptions, type CaptureFlags } from './capture-option.ts';
import { tappedSouthbound } from './tapped-southbound.ts';
import { dirname, resolve } from 'node:path';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface GatewayFlags extends CaptureFlags {
  readonly config?: string;
  readonly supervised?: boolean;
  readonly holdPolling?: boolean;
  readonly captureOnly?: string;
}

const CONNECT_TIMEOUT_MS = 3_000;
const BOOT_ID_BYTES = 4;

/** `fieldproof gateway` */
export function addGatewayCommand(program: Command, context: ProgramContext, finish: (code: number) => void): void {
  addCaptureOptions(program.command('gateway'))
    .summary('the reference gateway alone')
    .description('Runs the reference gateway until SIGTERM or Ctrl-C. One JSON line on stdout tells the bound ports; the log goes to stderr.')
    .option('--config <file>', 'gateway configuration (YAML); without it, a broker on the default ports of this machine')
    .option('--supervised', 'speak the control protocol on stdin and stdout and end with the parent (used by the scenario runner)')
    .addOption(new Option('--hold-polling', 'poll only after the command "poll" (used by the scenario runner)').hideHelp())
    .addOption(new Option('--capture-only <names>', 'mqtt and ids of lines, comma-separated (used by the scenario runner)').hideHelp())
    .action(async (flags: GatewayFlags) => finish(await gateway(flags, context)));
}

async function gateway(flags: GatewayFlags, context: ProgramContext): Promise<number> {
  const { config: file, supervised = false, holdPolling = false } = flags;
  const isCaptured = (name: string): boolean => flags.captureOnly?.split(',').includes(name) ?? true;
  const { config, sha256 } = file === undefined ? defaultGatewayConfig() : loadGatewayConfig(resolve(file));
  const folder = file === undefined ? '.' : dirname(resolve(file));
  const log = createLogger(config.id, config.log.level);
  return runService(context, { id: config.id, supervised, log, capture: flags }, async (channel, wire) => {
    const openLink = createOpenLink({ clock: context.clock, timeoutMs: CONNECT_TIMEOUT_MS });
    // Backoff jitter and boot id must differ from start to start, so they come from the system, not from a seed.
    const running = createGateway(config, {
      clock: context.clock,
      random: randomFromHex(randomBytes(16).toString('hex')),
      bootId: randomBytes(BOOT_ID_BYTES).toString('hex'),
      openLink: wire === undefined ? openLink : tappedSouthbound(openLink, wire, config.southbound.lines.filter(({ id }) => isCaptured(id))),
      wire: isCaptured('mqtt') ? wire : undefined,
      openSession: openMqttSession,
      observe: channel.observerFor(config.id),
      log,
      loadProfile: (nameOrPath) => loadProfile(nameOrPath, folder),
      configSha256: sha256,
    });
    channel.handle('poll', () => {
      running.startPolling();
      return {};
    });
    const { mqttPort, httpPort, websocketPort } = await running.start({ holdPolling });
    const ports = { mqtt: mqttPort, http: httpPort, ...(websocketPort === undefined ? {} : { websocket: websocketPort }) };
    return { facts: { gateway: config.id, ports }, stop: (reason) => running.stop(reason) };
  });
}
