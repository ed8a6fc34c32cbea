import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { parseHostPort } from '../../hil/rig/dut-address.ts';
import { SCAN_DEFAULTS, type ScanOptions } from '../../hil/rig/scan/scan-plan.ts';
import { scanSnippet } from '../../hil/rig/scan/scan-snippet.ts';
import { formatIdentification } from '../../hil/rig/scan/device-identification.ts';
import { scan, type ScanFind, type ScanProgress } from '../../hil/rig/scan/scan.ts';
import { listSerialPorts } from '../../hil/rig/serial-ports.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { formatLine } from '../../hil/transport/serial-link.ts';
import { EXIT } from '../engine/exit-code.ts';
import { parseDuration } from './duration-option.ts';
import { parseInteger } from './option-parsers.ts';
import { say, type ProgramContext } from './program-context.ts';
import { rigLineDeps } from './rig-environment.ts';
import { mustBeNew, writeNewFile } from './write-new-file.ts';

interface ScanFlags {
  readonly port: readonly string[];
  readonly tcp: readonly string[];
  readonly allPorts: boolean;
  readonly baud: readonly number[];
  readonly parity: readonly ('none' | 'even' | 'odd')[];
  readonly mode: readonly ('modbus-rtu' | 'modbus-ascii')[];
  readonly units: readonly number[];
  readonly probeTimeout: number;
  readonly within: number;
  readonly requests: number;
  readonly out?: string;
  readonly force: boolean;
}

const PARITIES = ['even', 'none', 'odd'] as const;
const MODES = { rtu: 'modbus-rtu', ascii: 'modbus-ascii' } as const;
const DESCRIPTION = [
  'Looks for Modbus units on serial ports and TCP hosts and prints a hardware map of what answers.',
  'It only reads (function codes 1 to 4 and 43/14). Without --port and --tcp it looks at all serial ports of this machine.',
].join(' ');
/** A pipe gets one line for so many probes. */
const PLAIN_STEP = 20;

/** `fieldproof rig scan` */
export function addRigScanCommand(rig: Command, context: ProgramContext, finish: (code: number) => void): void {
  rig
    .command('scan')
    .summary('look for Modbus devices: reads only')
    .description(DESCRIPTION)
    .option('--port <path>', 'a serial port, or host:port of a raw serial server; may be given again', collect, [])
    .option('--tcp <host:port>', 'a Modbus TCP host; may be given again', collect, [])
    .option('--all-ports', 'also every serial port of this machine', false)
    .addOption(new Option('--baud <list>', 'rates to try').argParser(parseRates).default(SCAN_DEFAULTS.baudRates, SCAN_DEFAULTS.baudRates.join(',')))
    .addOption(new Option('--parity <list>', `parities to try: ${PARITIES.join(', ')}`).argParser(parseParities).default(SCAN_DEFAULTS.parities, SCAN_DEFAULTS.parities.join(',')))
    .addOption(new Option('--mode <list>', 'serial modes to try: rtu, ascii').argParser(parseModes).default(SCAN_DEFAULTS.modes, 'rtu'))
    .addOption(new Option('--units <list>', 'unit ids to ask, such as 1-10,20').argParser(parseUnitList).default(SCAN_DEFAULTS.units, '1-10'))
    .option('--probe-timeout <duration>', 'how long one unit is waited for', parseDuration, SCAN_DEFAULTS.probeTimeoutMs)
    .option('--within <duration>', 'the scan ends after so much time', parseDuration, SCAN_DEFAULTS.timeMsMax)
    .option('--requests <number>', 'the scan ends after so many requests', parseInteger(1, 1_000_000, 'requests'), SCAN_DEFAULTS.requestsMax)
    .option('--out <file>', 'write the map there instead of to stdout')
    .option('--force', 'replace an existing file', false)
    .action(async (flags: ScanFlags) => finish(await scanLab(flags, context)));
}

async function scanLab(flags: ScanFlags, context: ProgramContext): Promise<number> {
  if (flags.out !== undefined) mustBeNew(resolve(flags.out), flags.force);
  const options = optionsOf(flags, context);
  if (options.ports.length + options.tcp.length === 0) {
    say(context, 'no serial port is attached to this machine; name others with --port, hosts with --tcp host:port');
    return EXIT.inconclusive;
  }
  const abort = new AbortController();
  const stopListening = context.onSignal((signal) => abort.abort(signal));
  const progress = progressLine(context);
  const result = await scan(options, { ...rigLineDeps(context), signal: abort.signal, onProgress: progress.show });
  stopListening();
  progress.end();
  for (const find of result.found) say(context, `  found ${describeFind(find)}`);
  for (const note of result.notes) say(context, `  note  ${note}`);
  const units = `${result.found.length} unit${result.found.length === 1 ? '' : 's'}`;
  say(context, `${units} answered, ${result.requests} reads sent${result.incomplete === undefined ? '' : `; NOT complete: ${result.incomplete}`}`);
  const snippet = scanSnippet(result);
  if (snippet === undefined) return abort.signal.aborted ? EXIT.interrupted : EXIT.inconclusive;
  if (flags.out === undefined) context.stdout.write(snippet);
  else {
    writeNewFile(resolve(flags.out), snippet, flags.force);
    say(context, `written to ${flags.out}; next: name the DUTs there, then fieldproof rig list --map ${flags.out}`);
  }
  return abort.signal.aborted ? EXIT.interrupted : EXIT.pass;
}

function optionsOf(flags: ScanFlags, context: ProgramContext): ScanOptions {
  for (const host of flags.tcp) if (parseHostPort(host) === undefined) throw new FieldproofError('FP_USAGE', `--tcp ${host}: expected host:port, such as 192.168.0.10:502`);
  const attached = flags.allPorts || flags.port.length + flags.tcp.length === 0 ? listSerialPorts() : [];
  for (const { stablePath, devicePath, description } of attached) {
    say(context, `  port  ${stablePath}${stablePath === devicePath ? '' : ` (${devicePath})`}${description === '' ? '' : `  ${description}`}`);
  }
  return {
    ports: [...flags.port, ...attached.map(({ stablePath }) => stablePath).filter((path) => !flags.port.includes(path))],
    tcp: flags.tcp,
    baudRates: flags.baud,
    parities: flags.parity,
    modes: flags.mode,
    units: flags.units,
    probeTimeoutMs: flags.probeTimeout,
    timeMsMax: flags.within,
    requestsMax: flags.requests,
  };
}

function describeFind({ place, way, unit, identification }: ScanFind): string {
  const line = way.address.kind === 'serial' ? ` ${formatLine(way.address.line)}` : '';
  const who = identification === undefined ? 'does not identify itself' : formatIdentification(identification);
  return `${way.transport} ${place}${line} unit ${unit}: ${who}`;
}

function progressLine(context: ProgramContext): { readonly show: (progress: ScanProgress) => void; readonly end: () => void } {
  const isTerminal = context.stderr.isTTY === true;
  return {
    show: ({ done, total, text }) => {
      if (isTerminal) context.stderr.write(`\r\u001b[K  ${done}/${total}  ${text}`);
      else if (done % PLAIN_STEP === 1) say(context, `  ${done}/${total}  ${text}`);
    },
    end: () => void (isTerminal && context.stderr.write('\r\u001b[K')),
  };
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

function parseRates(text: string): number[] {
  return text.split(',').map((word) => parseInteger(300, 921_600, 'baud rate')(word.trim()));
}

function parseParities(text: string): (typeof PARITIES)[number][] {
  return text.split(',').map((word) => oneOf(word.trim(), PARITIES, 'parity'));
}

function parseModes(text: string): ('modbus-rtu' | 'modbus-ascii')[] {
  return text.split(',').map((word) => MODES[oneOf(word.trim(), ['rtu', 'ascii'] as const, 'mode')]);
}

/** `1-10,20` as unit ids. @throws FieldproofError FP_USAGE. */
export function parseUnitList(text: string): number[] {
  const unit = parseInteger(1, 247, 'unit id');
  const units = text.split(',').flatMap((word) => {
    const [from = '', to] = word.trim().split('-');
    const first = unit(from);
    const last = to === undefined ? first : unit(to);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_one, index) => first + index);
  });
  if (units.length === 0) throw new FieldproofError('FP_USAGE', `unit ids "${text}": expected a list such as 1-10,20`);
  return [...new Set(units)];
}

function oneOf<Word extends string>(text: string, words: readonly Word[], what: string): Word {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new FieldproofError('FP_USAGE', `${what} "${text}": expected one of ${words.join(', ')}`);
  return found;
}
