import { Option, type Command } from 'commander';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../hil/runtime/log.ts';
import { randomFromHex, randomFromSeed } from '../../hil/runtime/random.ts';
import { openMqttSession } from '../../hil/transport/mqtt-session.ts';
import { readCheckedYaml } from '../../hil/runtime/checked-yaml.ts';
import { fleetOptionsSchema } from '../../sim/fleet/fleet-options.ts';
import { startFleet } from '../../sim/fleet/fleet.ts';
import { parseSeed, parseSeedHex } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface FleetFlags {
  readonly options: string;
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

/** `fieldproof sim fleet` */
export function addSimFleetCommand(sim: Command, context: ProgramContext, finish: (code: number) => void): void {
  sim
    .command('fleet')
    .summary('MQTT clients: devices that publish, observers that subscribe')
    .description('MQTT clients after an options file (YAML or JSON): publishers with count, rate and QoS, observers with filters.')
    .requiredOption('--options <file>', 'what to simulate')
    .option('--seed <number>', 'the clients draw from this seed', parseSeed)
    .addOption(new Option('--seed-hex <digits>').argParser(parseSeedHex).hideHelp())
    .addOption(new Option('--log-level <level>', 'log on stderr').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--supervised').hideHelp())
    .action(async (flags: FleetFlags) => finish(await simFleet(flags, context)));
}

async function simFleet(flags: FleetFlags, context: ProgramContext): Promise<number> {
  const { value: options } = readCheckedYaml(flags.options, fleetOptionsSchema);
  const log = createLogger('fleet', flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  return runService(context, { id: 'fleet', supervised: flags.supervised ?? false, log }, async (channel) => {
    const fleet = await startFleet(options, { clock: context.clock, random, observerFor: (source) => channel.observerFor(source), log, openSession: openMqttSession });
    channel.handle('observe', async ({ observers = [] }) => {
      await fleet.observe(fleetOptionsSchema.parse({ observers }).observers);
      return {};
    });
    channel.handle('populate', ({ publishers = [] }) => {
      fleet.populate(fleetOptionsSchema.parse({ publishers }).publishers);
      return {};
    });
    channel.handle('quiesce', async () => ({ ...(await fleet.quiesce()) }));
    return { facts: { observers: options.observers.length, publishers: options.publishers.length }, stop: () => fleet.stop() };
  });
}
