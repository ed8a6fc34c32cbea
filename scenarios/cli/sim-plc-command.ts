import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { shippedProfiles } from '../../hil/gateway/southbound/load-profile.ts';
import type { FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import { readRecording } from '../../hil/rig/recording/read-recording.ts';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../hil/runtime/log.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { randomFromHex, randomFromSeed } from '../../hil/runtime/random.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import {
  DEVICE_CONNECTIONS_MAX,
  GROUP_DEVICES_MAX,
  PER_PORT_DEVICES_MAX,
  type AddressMode,
  type AsciiGroupOptions,
  type PlcGroupOptions,
  type RtuGroupOptions,
  type RtuTcpGroupOptions,
  type TcpGroupOptions,
} from '../../sim/plc/plc-group-options.ts';
import { CONNECTIONS_MAX } from '../../sim/plc/tcp-server.ts';
import { AT_END, type AtEnd } from '../../sim/plc/recording/recorded-timeline.ts';
import { createActiveModbusFaults } from '../../sim/modbus-faults/active-modbus-faults.ts';
import { startPlcGroup, type PlcGroupDevice } from '../../sim/plc/virtual-plc-group.ts';
import { addCaptureOptions, type CaptureFlags } from './capture-option.ts';
import { parseModbusFaultFlag } from './fault-flag.ts';
import { handleModbusFaults, startFlaggedFaults } from './modbus-fault-commands.ts';
import { parseFunctionCodes, parseInteger, parseSeed, parseSeedHex, parseUnits } from './option-parsers.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

interface PlcFlags extends CaptureFlags {
  readonly group: string;
  readonly profile?: string;
  readonly recording?: string;
  readonly atEnd: AtEnd;
  readonly transport: 'modbus-tcp' | 'modbus-rtu' | 'modbus-ascii' | 'modbus-rtu-tcp';
  readonly count: number;
  readonly units?: number[];
  readonly functionCodes?: FunctionCode[];
  readonly serialPath?: string;
  readonly addressMode?: AddressMode;
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly fault: readonly string[];
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

/** Longest wait for a serial port, milliseconds. */
const OPEN_TIMEOUT_MS = 3_000;

/** `fieldproof sim plc` */
export function addSimPlcCommand(sim: Command, context: ProgramContext, finish: (code: number) => void): void {
  addCaptureOptions(sim.command('plc'))
    .summary('virtual PLCs')
    .description('Virtual PLCs that run a process of their own: on Modbus TCP, a port each; on Modbus RTU or ASCII, all on one pseudo-terminal that any serial program can open, or on a serial port that is there; modbus-rtu-tcp puts that line behind a raw serial server.')
    .option('--profile <name>', `shipped device profile (${shippedProfiles().join(', ')}) or a path to one`)
    .option('--recording <file>', 'answer like the device that `rig record` recorded, its exceptions and silences too, in place of a profile')
    .addOption(new Option('--at-end <what>', 'when the recording ends').choices(AT_END).default('loop'))
    .option('--group <name>', 'devices are called <name>-1, <name>-2, ...', 'plc')
    .addOption(new Option('--transport <name>', 'how they speak').choices(['modbus-tcp', 'modbus-rtu', 'modbus-ascii', 'modbus-rtu-tcp']).default('modbus-tcp'))
    .option('--count <number>', 'how many; modbus-tcp only', parseInteger(1, GROUP_DEVICES_MAX, 'count'), 1)
    .addOption(new Option('--address-mode <mode>', `per-port: a port each; loopback-range: one port, an address of 127.0.0.0/8 each, reached from this machine only (Linux); default: per-port up to ${PER_PORT_DEVICES_MAX} devices, else loopback-range`).choices(['per-port', 'loopback-range']))
    .option('--units <list>', 'unit ids on the line (default: 1, or that of the recorded device); not with modbus-tcp', parseUnits)
    .option('--function-codes <list>', 'the public function codes they serve, e.g. 3,4,6,16; any other is refused with exception 01 (default: all 19)', parseFunctionCodes)
    .option('--serial-path <path>', 'serve on a serial port that exists, e.g. /dev/ttyUSB0 or an end made by socat, instead of a pseudo-terminal; modbus-rtu and modbus-ascii only')
    .option('--host <address>', 'address to listen on; in a loopback range that of the first device', '127.0.0.1')
    .option('--port <number>', 'port of the first, the next ones follow (in a loopback range that of all); 0 lets the system choose', parseInteger(0, 65_535, 'port'), 0)
    .option('--connections <number>', 'connections that one device serves at once; one more closes the quietest', parseInteger(1, DEVICE_CONNECTIONS_MAX, 'connections'), CONNECTIONS_MAX)
    .option('--baud <rate>', 'bits per second', parseInteger(300, 921_600, 'baud rate'), 19_200)
    .addOption(new Option('--parity <kind>', 'parity').choices(['none', 'even', 'odd']).default('even'))
    .option('--fault <kind:key=value,...>', 'a fault to start with, e.g. crcError:probability=0.1; may be given again', (text: string, before: string[]) => [...before, text], [])
    .option('--seed <number>', 'the process models and the faults draw from this seed', parseSeed)
    .addOption(new Option('--seed-hex <digits>').argParser(parseSeedHex).hideHelp())
    .addOption(new Option('--log-level <level>', 'log on stderr').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--supervised').hideHelp())
    .action(async (flags: PlcFlags) => finish(await simPlc(flags, context)));
}

/**
 * Where the devices are: each by name, or, where they are too many for a line, the run from the first to the last, of addresses on
 * one port or of ports on one address.
 */
function placesOf(devices: readonly PlcGroupDevice[]): ObservationData {
  const [first, last] = [devices[0]?.endpoint, devices.at(-1)?.endpoint];
  if (devices.length > PER_PORT_DEVICES_MAX && first?.transport === 'modbus-tcp' && last?.transport === 'modbus-tcp') {
    return { count: devices.length, range: { firstHost: first.host, lastHost: last.host, firstPort: first.port, lastPort: last.port } };
  }
  return { devices: devices.map((device) => ({ ...device, endpoint: { ...device.endpoint } })) };
}

async function simPlc(flags: PlcFlags, context: ProgramContext): Promise<number> {
  const { group, addressMode, supervised = false } = flags;
  const line = lineOf(flags);
  const source = sourceOf(flags);
  const log = createLogger(group, flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  const flagged = flags.fault.map(parseModbusFaultFlag);
  return runService(context, { id: group, supervised, log, capture: flags }, async (channel, wire) => {
    const { clock } = context;
    const observe = channel.observerFor(group);
    // Without a runner and without faults nothing stands between the server and its clients.
    const faults = supervised || flagged.length > 0 ? createActiveModbusFaults({ clock, random: random.child('faults'), observe }) : undefined;
    const plcs = await startPlcGroup(
      { group, ...source, ...line, ...(addressMode === undefined ? {} : { addressMode }) },
      { clock, random, observe, log, wire, openLink: createOpenLink({ clock, timeoutMs: OPEN_TIMEOUT_MS }), ...(faults === undefined ? {} : { faults }) },
    );
    if (faults !== undefined) {
      handleModbusFaults(channel, faults);
      channel.handle('probe', async () => ({ ...(await plcs.probe()) }));
      await startFlaggedFaults(flagged, faults, random);
    }
    const { devices, lengthMs } = plcs;
    return { facts: { group, ...(lengthMs === undefined ? {} : { lengthMs }), ...placesOf(devices) }, stop: () => plcs.stop() };
  });
}

/** What the devices are: a profile, or a recording. */
function sourceOf({ profile, recording, atEnd, functionCodes }: PlcFlags): Pick<PlcGroupOptions, 'profile' | 'replay' | 'functionCodes'> {
  if (recording === undefined) {
    if (profile === undefined) throw new FieldproofError('FP_USAGE', 'sim plc needs --profile or --recording');
    return { profile, ...(functionCodes === undefined ? {} : { functionCodes }) };
  }
  if (profile !== undefined) throw new FieldproofError('FP_USAGE', '--profile and --recording exclude each other: a recording says what the device holds');
  if (functionCodes !== undefined) throw new FieldproofError('FP_USAGE', '--function-codes goes with --profile: a recording says what the device offers');
  return { profile: recording, replay: { recording: readRecording(resolve(recording)), atEnd } };
}

type LineOptions = Pick<TcpGroupOptions, 'transport' | 'count' | 'host' | 'port' | 'connectionsMax'> | Pick<RtuGroupOptions | AsciiGroupOptions, 'transport' | 'units' | 'baudRate' | 'parity' | 'serialPath'> | Pick<RtuTcpGroupOptions, 'transport' | 'units' | 'baudRate' | 'parity' | 'host' | 'port'>;

function lineOf({ transport, count, units, host, port, connections, baud, parity, serialPath }: PlcFlags): LineOptions {
  if (units !== undefined && new Set(units).size !== units.length) throw new FieldproofError('FP_USAGE', `--units ${units.join(',')}: a unit id is given twice`);
  if (serialPath !== undefined && (transport === 'modbus-tcp' || transport === 'modbus-rtu-tcp')) throw new FieldproofError('FP_USAGE', '--serial-path goes with --transport modbus-rtu or modbus-ascii');
  if (transport === 'modbus-tcp') return { transport, count, host, port, connectionsMax: connections };
  const onLine = { baudRate: baud, parity, ...(units === undefined ? {} : { units }) };
  if (transport === 'modbus-rtu-tcp') return { transport, host, port, ...onLine };
  return { transport, ...onLine, ...(serialPath === undefined ? {} : { serialPath }) };
}
