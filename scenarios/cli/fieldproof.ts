#!/usr/bin/env node
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { z } from '../../hil/runtime/schema.ts';
import { runProgram } from './create-program.ts';
import type { ProgramContext } from './program-context.ts';

const SEED_LIMIT = 2 ** 32;
/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')));

const context: ProgramContext = {
  clock: realClock,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  pid: process.pid,
  cliEntry: fileURLToPath(import.meta.url),
  version,
  // The one random number that no seed gives: the seed itself.
  drawSeed: () => randomInt(SEED_LIMIT),
  onSignal(listener) {
    for (const signal of SIGNALS) process.on(signal, listener);
    return () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    };
  },
  colours: process.stderr.isTTY && process.env['NO_COLOR'] === undefined,
};

// A closed pipe (`fieldproof ... | head`) is the reader's wish, not an error of ours.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await runProgram(process.argv.slice(2), context);
// Whatever a library still holds open must not keep a finished command alive; what we hold was closed above.
process.exit();
