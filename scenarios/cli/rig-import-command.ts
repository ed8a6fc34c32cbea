import { resolve } from 'node:path';
import type { Command } from 'commander';
import { hardwareMapText } from '../../hil/rig/hardware-map-text.ts';
import { importMaps } from '../../hil/rig/imports/import-map.ts';
import { EXIT } from '../engine/exit-code.ts';
import { say, type ProgramContext } from './program-context.ts';
import { writeNewFile } from './write-new-file.ts';

interface ImportFlags {
  readonly out?: string;
  readonly force: boolean;
}

/** `fieldproof rig import <file...>` */
export function addRigImportCommand(rig: Command, context: ProgramContext, finish: (code: number) => void): void {
  rig
    .command('import')
    .summary("make a hardware map from twister's or labgrid's")
    .description("Converts Zephyr twister's hardware map, or labgrid's exporter or environment file (with its places). What has no counterpart is listed.")
    .argument('<file...>', 'one twister map, or labgrid files')
    .option('--out <file>', 'write the map there instead of to stdout')
    .option('--force', 'replace an existing file', false)
    .action((files: string[], flags: ImportFlags) => finish(importAll(files, flags, context)));
}

function importAll(files: readonly string[], { out, force }: ImportFlags, context: ProgramContext): number {
  const { format, duts, notes } = importMaps(files.map((file) => resolve(file)));
  for (const note of notes) say(context, `  ${note}`);
  if (duts.length === 0) {
    say(context, `nothing of this ${format} map can be reached by the rig`);
    return EXIT.inconclusive;
  }
  const text = hardwareMapText(duts, [`Imported from ${format}: ${files.join(', ')}.`, ...notes]);
  if (out === undefined) context.stdout.write(text);
  else writeNewFile(resolve(out), text, force);
  say(context, `${duts.length} DUTs${out === undefined ? '' : ` written to ${out}`}`);
  return EXIT.pass;
}
