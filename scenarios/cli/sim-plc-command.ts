import { Option, type Command } from 'commander';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../hil/runtime/log.ts';
import { randomFromHex, randomFromSeed } from '../../hil/runtime/random.ts';
import { startPlcGroup } from '../../sim/plc/virtual-plc-group.ts';
import { parseInteger, parseSeed, parseSeedHex, parseUnits } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface PlcFlags {
  readonly group: string;
  readonly profile: string;
  readonly transport: 'modbus-tcp' | 'modbus-rtu';
  readonly count: number;
  readonly units: number[];
  readonly host: string;
  readonly port: number;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

/** `fieldproof sim plc` */
export function addSimPlcCommand(sim: Command, context: ProgramContext, finish: (code: number) => void): void {
  sim
    .command('plc')
    .summary('virtual PLCs')
    .description('Virtual PLCs that run a process of their own: on Modbus TCP, a port each; on Modbus RTU, all on one pseudo-terminal that any serial program can open.')
    .requiredOption('--profile <name>', 'shipped device profile (pump-station, motor-drive) or a path to one')
    .option('--group <name>', 'devices are called <name>-1, <name>-2, ...', 'plc')
    .addOption(new Option('--transport <name>', 'how they speak').choices(['modbus-tcp', 'modbus-rtu']).default('modbus-tcp'))
    .option('--count <number>', 'how many; modbus-tcp only', parseInteger(1, 1_000, 'count'), 1)
    .option('--units <list>', 'unit ids on the line; modbus-rtu only', parseUnits, [1])
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port of the first, the next ones follow; 0 lets the system choose', parseInteger(0, 65_535, 'port'), 0)
    .option('--baud <rate>', 'bits per second', parseInteger(300, 921_600, 'baud rate'), 19_200)
    .addOption(new Option('--parity <kind>', 'parity').choices(['none', 'even', 'odd']).default('even'))
    .option('--seed <number>', 'the process models draw from this seed', parseSeed)
    .addOption(new Option('--seed-hex <digits>').argParser(parseSeedHex).hideHelp())
    .addOption(new Option('--log-level <level>', 'log on stderr').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--supervised').hideHelp())
    .action(async (flags: PlcFlags) => finish(await simPlc(flags, context)));
}

async function simPlc(flags: PlcFlags, context: ProgramContext): Promise<number> {
  const { group, profile, transport, count, units, host, port, baud, parity } = flags;
  if (new Set(units).size !== units.length) throw new FieldproofError('FP_USAGE', `--units ${units.join(',')}: a unit id is given twice`);
  const log = createLogger(group, flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  return runService(context, { id: group, supervised: flags.supervised ?? false, log }, async (channel) => {
    const plcs = await startPlcGroup(
      transport === 'modbus-tcp'
        ? { group, profile, transport, count, host, port }
        : { group, profile, transport, units, baudRate: baud, parity, stopBits: 1 },
      { clock: context.clock, random, observe: channel.observerFor(group), log },
    );
    return { facts: { group, devices: plcs.devices.map((device) => ({ ...device, endpoint: { ...device.endpoint } })) }, stop: () => plcs.stop() };
  });
}
