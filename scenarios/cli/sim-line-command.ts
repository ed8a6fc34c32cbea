import { Option, type Command } from 'commander';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../hil/runtime/log.ts';
import { randomFromHex, randomFromSeed } from '../../hil/runtime/random.ts';
import { z } from '../../hil/runtime/schema.ts';
import { LINE_NODES_MAX, openEmulatedLine } from '../../sim/line/emulated-line.ts';
import { addCaptureOptions, type CaptureFlags } from './capture-option.ts';
import { parseInteger, parseProbability, parseSeed, parseSeedHex } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface LineFlags extends CaptureFlags {
  readonly id: string;
  readonly nodes: number;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly byteErrors: 'drop' | 'zero';
  readonly bitErrorRate: number;
  readonly echo: boolean;
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

const nodeSchema = z.object({ node: z.string() });
const noiseSchema = z.object({ bitErrorRate: z.number().min(0).max(1) });

/** `fieldproof sim line` */
export function addSimLineCommand(sim: Command, context: ProgramContext, finish: (code: number) => void): void {
  addCaptureOptions(sim.command('line'))
    .summary('a serial line with several nodes, without hardware')
    .description('An RS-485 line between pseudo-terminals: what one node sends, all others hear, when its last bit would have arrived. Each node is a path that any serial program can open. Two that talk at once collide.')
    .option('--nodes <number>', 'pseudo-terminals on the line', parseInteger(1, LINE_NODES_MAX, 'nodes'), 2)
    .option('--baud <rate>', 'bits per second; above 19200 the rate is approximate, see `fieldproof bench serial-line`', parseInteger(300, 921_600, 'baud rate'), 19_200)
    .addOption(new Option('--parity <kind>', 'what receivers check').choices(['none', 'even', 'odd']).default('even'))
    .addOption(new Option('--byte-errors <kind>', 'what becomes of a character with a wrong parity or stop bit').choices(['drop', 'zero']).default('drop'))
    .option('--bit-error-rate <probability>', 'chance of each bit to be inverted, e.g. 1e-4', parseProbability, 0)
    .option('--echo', 'every node hears itself', false)
    .option('--id <name>', 'its name in observations', 'line')
    .option('--seed <number>', 'noise and collisions draw from this seed', parseSeed)
    .addOption(new Option('--seed-hex <digits>').argParser(parseSeedHex).hideHelp())
    .addOption(new Option('--log-level <level>', 'log on stderr').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--supervised').hideHelp())
    .action(async (flags: LineFlags) => finish(await simLine(flags, context)));
}

async function simLine(flags: LineFlags, context: ProgramContext): Promise<number> {
  const { id, nodes, baud: baudRate, parity, byteErrors: onError, bitErrorRate, echo, supervised = false } = flags;
  const log = createLogger(id, flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  return runService(context, { id, supervised, log, capture: flags }, async (channel, wire) => {
    const options = { id, nodes, baudRate, parity, onError, bitErrorRate, echo };
    const line = await openEmulatedLine(options, { clock: context.clock, random, observe: channel.observerFor(id), log, wire });
    channel.handle('line.unplug', async (params) => {
      await line.unplug(nodeSchema.parse(params).node);
      return {};
    });
    channel.handle('line.plug', async (params) => {
      await line.plug(nodeSchema.parse(params).node);
      return {};
    });
    channel.handle('line.noise', (params) => {
      line.setNoise(noiseSchema.parse(params).bitErrorRate);
      return {};
    });
    channel.handle('counters', () => ({ ...line.counters() }));
    const stop = async (): Promise<void> => {
      await line.close();
      log.info('what the line carried', { ...line.counters() });
    };
    return { facts: { line: id, baudRate, parity, nodes: line.nodes.map((node) => ({ ...node })) }, stop };
  });
}
