import { existsSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { ADDRESS_BASES, type AddressBase } from '../../hil/gateway/southbound/csv-address.ts';
import type { DeviceProfile } from '../../hil/gateway/southbound/device-profile.ts';
import { keptKeys } from '../../hil/gateway/southbound/edgex-key-table.ts';
import { edgexProfileText } from '../../hil/gateway/southbound/edgex-profile-out.ts';
import { loadProfile, shippedProfiles } from '../../hil/gateway/southbound/load-profile.ts';
import { loadRegisterMap } from '../../hil/gateway/southbound/load-register-map.ts';
import { pointsOf } from '../../hil/gateway/southbound/point.ts';
import { planReads } from '../../hil/gateway/southbound/read-plan.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';

interface ImportFlags {
  readonly name: string;
  readonly addressBase: AddressBase;
  readonly out?: string;
  readonly force?: boolean;
}

const ADDRESS_BASE_HELP = 'what the first register of a table is called: 0 (as on the wire), 1, or 4xxxx (40001, the first digit names the table)';
const IMPORT_HELP =
  'Makes a device profile of a register map in CSV: columns name, table, address, type, order, scale, offset, units, access and more, in any order and under their usual names.';

/** `fieldproof profile import|check|list|export` */
export function addProfileCommands(program: Command, context: ProgramContext, finish: (code: number) => void): Command {
  const profile = program
    .command('profile')
    .summary('device profiles: import, check, list, export')
    .description('Device profiles (EdgeX YAML) say what lies where in a device. The same file drives the gateway and a virtual PLC.');
  profile
    .command('import')
    .summary('a profile of a register map in CSV')
    .description(IMPORT_HELP)
    .argument('<map.csv>', 'the register map')
    .requiredOption('--name <name>', 'name of the profile')
    .addOption(new Option('--address-base <base>', ADDRESS_BASE_HELP).choices(ADDRESS_BASES).default('0'))
    .option('--out <file>', 'where to write it; stdout when left out')
    .option('--force', 'write over a file that is there')
    .action((file: string, flags: ImportFlags) => finish(importMap(file, flags, context)));
  profile
    .command('check')
    .summary('is a profile sound, and what of it has no effect here')
    .argument('<file>', 'a profile, or the name of a shipped one')
    .action((file: string) => finish(checkProfile(file, context)));
  profile
    .command('list')
    .summary('the profiles that ship')
    .action(() => finish(listProfiles(context)));
  profile
    .command('export')
    .summary('a profile as EdgeX YAML')
    .argument('<name>', 'a shipped profile, or a file')
    .option('--out <file>', 'where to write it; stdout when left out')
    .option('--force', 'write over a file that is there')
    .action((name: string, flags: Pick<ImportFlags, 'out' | 'force'>) => finish(write(edgexProfileText(loadProfile(name)), flags, context)));
  return profile;
}

function importMap(file: string, flags: ImportFlags, context: ProgramContext): number {
  const { profile, notes } = loadRegisterMap(file, { name: flags.name, addressBase: flags.addressBase });
  for (const note of notes) say(context, `note: ${note}`);
  say(context, summaryOf(profile));
  return write(edgexProfileText(profile, `Made of ${basename(file)} with address base ${flags.addressBase}. Addresses here are zero-based PDU addresses.`), flags, context);
}

function checkProfile(file: string, context: ProgramContext): number {
  const profile = loadProfile(file);
  say(context, summaryOf(profile));
  const { files, fifoQueues } = profile;
  if (files !== undefined) say(context, `for a virtual PLC: ${files.length} files (FC 20, 21)`);
  if (fifoQueues !== undefined) say(context, `for a virtual PLC: ${fifoQueues.length} FIFO queues (FC 24)`);
  const kept = [...keptKeys(profile)].map(([key, times]) => (times === 1 ? key : `${key} (${times})`));
  if (kept.length > 0) say(context, `kept, but without effect here: ${kept.join(', ')}`);
  return EXIT.pass;
}

function listProfiles(context: ProgramContext): number {
  for (const name of shippedProfiles()) {
    const profile = loadProfile(name);
    context.stdout.write(`${name.padEnd(14)} ${String(profile.deviceResources.length).padStart(3)} points  ${profile.description}\n`);
  }
  return EXIT.pass;
}

/** `boiler: 12 points (10 read in 3 requests, 4 written)`. */
function summaryOf(profile: DeviceProfile): string {
  const points = pointsOf(profile);
  const readable = points.filter((point) => point.readable).length;
  const writable = points.filter((point) => point.writable).length;
  return `${profile.name}: ${points.length} points (${readable} can be read, in ${planReads(points).length} requests; ${writable} can be written)`;
}

function write(text: string, { out, force }: Pick<ImportFlags, 'out' | 'force'>, context: ProgramContext): number {
  if (out === undefined) {
    context.stdout.write(text);
    return EXIT.pass;
  }
  if (existsSync(out) && force !== true) throw new FieldproofError('FP_USAGE', `${out} is there already; --force writes over it`);
  try {
    writeFileSync(out, text);
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot write ${out}: ${messageOf(cause)}`, { place: { file: out }, cause });
  }
  say(context, `written: ${out}`);
  return EXIT.pass;
}
