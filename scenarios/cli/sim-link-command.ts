import { Option, type Command } from 'commander';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../hil/runtime/log.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { randomFromHex, randomFromSeed, type Random } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import { startLinkProxy, type LinkProxy } from '../../sim/link/link-proxy.ts';
import { addCaptureOptions, type CaptureFlags } from './capture-option.ts';
import { parseFaultFlag } from './fault-flag.ts';
import { parseAddress, parseSeed, parseSeedHex } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface LinkFlags extends CaptureFlags {
  readonly id: string;
  readonly listen: string;
  readonly upstream: string;
  readonly fault: readonly string[];
  readonly protocol?: 'mqtt' | 'modbus-tcp';
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

const faultStartSchema = z.object({ fault: z.string(), kind: z.string(), params: z.record(z.string(), z.json()), seedHex: z.string().length(32) });
const faultStopSchema = z.object({ fault: z.string() });

/** `fieldproof sim link` */
export function addSimLinkCommand(sim: Command, context: ProgramContext, finish: (code: number) => void): void {
  addCaptureOptions(sim.command('link'))
    .summary('a TCP proxy that misbehaves')
    .description('A TCP proxy with faults, between any client and any server. Faults are in force until it is ended.')
    .requiredOption('--listen <host:port>', 'where clients connect; port 0 lets the system choose')
    .requiredOption('--upstream <host:port>', 'the server')
    .option('--id <name>', 'its name in observations', 'link')
    .option('--fault <kind:key=value,...>', 'a fault to start with, e.g. latency:ms=200ms,jitter=50ms; may be given again', (text: string, before: string[]) => [...before, text], [])
    .addOption(new Option('--protocol <name>', 'what is spoken, so that a capture shows it').choices(['mqtt', 'modbus-tcp']))
    .option('--seed <number>', 'faults draw from this seed', parseSeed)
    .addOption(new Option('--seed-hex <digits>').argParser(parseSeedHex).hideHelp())
    .addOption(new Option('--log-level <level>', 'log on stderr').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--supervised').hideHelp())
    .action(async (flags: LinkFlags) => finish(await simLink(flags, context)));
}

async function simLink(flags: LinkFlags, context: ProgramContext): Promise<number> {
  const { id, supervised = false } = flags;
  const log = createLogger(id, flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  const faults = flags.fault.map(parseFaultFlag);
  const addresses = { listen: parseAddress(flags.listen), upstream: parseAddress(flags.upstream) };
  return runService(context, { id, supervised, log, capture: flags }, async (channel, wire) => {
    const proxy = await startLinkProxy({ id, ...addresses, protocol: flags.protocol }, { clock: context.clock, random: random.child('proxy'), observe: channel.observerFor(id), log, wire });
    startAll(proxy, faults, random);
    channel.handle('fault.start', (params) => startFault(proxy, params));
    channel.handle('fault.stop', (params) => {
      proxy.stopFault(faultStopSchema.parse(params).fault);
      return { ...proxy.counters() };
    });
    channel.handle('probe', async () => ({ ...(await proxy.probe()) }));
    return { facts: { link: id, ports: { link: proxy.port } }, stop: () => proxy.close() };
  });
}

function startFault(proxy: LinkProxy, params: ObservationData): ObservationData {
  // The counters are taken first: what an instant fault does at once (reset) belongs to the fault.
  const before = proxy.counters();
  proxy.startFault(faultStartSchema.parse(params));
  return { ...before };
}

function startAll(proxy: LinkProxy, faults: readonly ReturnType<typeof parseFaultFlag>[], random: Random): void {
  for (const [index, { kind, params }] of faults.entries()) {
    proxy.startFault({ fault: `${kind}#${index + 1}`, kind, params, seedHex: random.child('fault', index).seedHex });
  }
}
