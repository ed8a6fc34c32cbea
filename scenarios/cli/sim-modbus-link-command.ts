import { Option, type Command } from 'commander';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { pointsOf } from '../../hil/gateway/southbound/point.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../hil/runtime/log.ts';
import { randomFromHex, randomFromSeed } from '../../hil/runtime/random.ts';
import type { LinkAddress, SerialLine } from '../../hil/transport/byte-link.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import { tappedOpenLink } from '../../hil/transport/tapped-open-link.ts';
import { createActiveModbusFaults } from '../../sim/modbus-faults/active-modbus-faults.ts';
import { parseClientSide, startModbusLink } from '../../sim/modbus-faults/modbus-link.ts';
import { addCaptureOptions, type CaptureFlags } from './capture-option.ts';
import { parseModbusFaultFlag } from './fault-flag.ts';
import { handleModbusFaults, startFlaggedFaults } from './modbus-fault-commands.ts';
import { parseInteger, parseSeed, parseSeedHex } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface ModbusLinkFlags extends CaptureFlags {
  readonly id: string;
  readonly client: string;
  readonly device: string;
  readonly framing: 'rtu' | 'ascii';
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly timeout: number;
  readonly profile?: string;
  readonly fault: readonly string[];
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

const CONNECT_TIMEOUT_MS = 3_000;

/** `fieldproof sim modbus-link` */
export function addSimModbusLinkCommand(sim: Command, context: ProgramContext, finish: (code: number) => void): void {
  addCaptureOptions(sim.command('modbus-link'))
    .summary('Modbus faults between a gateway and a real device')
    .description('Stands between a Modbus client and a device, real or not, and carries their frames, with faults. Between two serial ports, two TCP sides, or as a gateway from one to the other. Faults are in force until it is ended.')
    .requiredOption('--client <side>', 'where the client comes in: tcp:host:port (port 0: the system chooses), serial:/dev/path, or pty (a pseudo-terminal whose path is printed)')
    .requiredOption('--device <side>', 'where the device is: tcp:host:port or serial:/dev/path')
    .addOption(new Option('--framing <name>', 'on serial sides').choices(['rtu', 'ascii']).default('rtu'))
    .option('--baud <rate>', 'of serial sides', parseInteger(300, 921_600, 'baud rate'), 19_200)
    .addOption(new Option('--parity <kind>', 'of serial sides').choices(['none', 'even', 'odd']).default('even'))
    .option('--timeout <ms>', 'how long the device may take where a TCP client asks a serial device, or the reverse', parseInteger(10, 60_000, 'timeout'), 1_000)
    .option('--profile <name>', 'device profile, for faults that name points')
    .option('--id <name>', 'its name in observations', 'modbus-link')
    .option('--fault <kind:key=value,...>', 'a fault to start with, e.g. crcError:probability=0.1; may be given again', (text: string, before: string[]) => [...before, text], [])
    .option('--seed <number>', 'faults draw from this seed', parseSeed)
    .addOption(new Option('--seed-hex <digits>').argParser(parseSeedHex).hideHelp())
    .addOption(new Option('--log-level <level>', 'log on stderr').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--supervised').hideHelp())
    .action(async (flags: ModbusLinkFlags) => finish(await simModbusLink(flags, context)));
}

async function simModbusLink(flags: ModbusLinkFlags, context: ProgramContext): Promise<number> {
  const { id, supervised = false, baud, parity, framing, profile } = flags;
  const log = createLogger(id, flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  const flagged = flags.fault.map(parseModbusFaultFlag);
  const client = parseClientSide(flags.client);
  const serial: SerialLine = { baudRate: baud, parity, stopBits: parity === 'none' ? 2 : 1 };
  const device = deviceAddress(flags.device, serial);
  const points = profile === undefined ? undefined : pointsOf(loadProfile(profile));
  return runService(context, { id, supervised, log, capture: flags }, async (channel, wire) => {
    const { clock } = context;
    const observe = channel.observerFor(id);
    const faults = createActiveModbusFaults({ clock, random: random.child('faults'), observe });
    const plain = createOpenLink({ clock, timeoutMs: CONNECT_TIMEOUT_MS });
    const sideOf = (address: LinkAddress): string => (address.kind === 'serial' && client.kind === 'serial' && address.path === client.path ? 'client side' : 'device side');
    const framingOf = (address: LinkAddress): 'tcp' | 'rtu' | 'ascii' => (address.kind === 'tcp' ? 'tcp' : framing);
    const openLink = wire === undefined ? plain : tappedOpenLink(plain, wire, (address) => ({ place: `${id} ${sideOf(address)}`, framing: framingOf(address) }));
    const told = (unit: number, values: Record<string, number | boolean | string>): void => observe('plc.served', { device: id, unit, values });
    const link = await startModbusLink({ id, client, device, serial, framing, timeoutMs: flags.timeout, points }, { clock, log, openLink, faults, told, wire });
    handleModbusFaults(channel, faults);
    await startFlaggedFaults(flagged, faults, random);
    const stop = async (): Promise<void> => {
      await faults.close();
      await link.close();
      log.info('what the faults did', { ...faults.counters() });
    };
    return { facts: { link: id, client: { ...link.client } }, stop };
  });
}

function deviceAddress(text: string, line: SerialLine): LinkAddress {
  const side = parseClientSide(text);
  if (side.kind === 'pty') throw new FieldproofError('FP_USAGE', '--device pty: a device is at tcp:host:port or serial:/dev/path');
  return side.kind === 'tcp' ? side : { kind: 'serial', path: side.path, line };
}
