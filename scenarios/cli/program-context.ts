import type { Readable, Writable } from 'node:stream';
import type { FineClock } from '../../hil/runtime/clock.ts';

/** What the commands get from the process they run in; `fieldproof.ts` fills it, tests fill their own. */
export interface ProgramContext {
  readonly clock: FineClock;
  readonly stdin: Readable;
  /** Ready lines, records and whatever `--json` asks for; nothing else. */
  readonly stdout: Writable;
  /** Everything for people. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly pid: number;
  /** The built entry that child processes are started with. */
  readonly cliEntry: string;
  readonly version: string;
  /** A seed for runs that were given none: 0 to 2^32 - 1. */
  readonly drawSeed: () => number;
  /** Calls back at SIGINT or SIGTERM with the name of the signal. @returns how to stop listening. */
  readonly onSignal: (listener: (signal: string) => void) => () => void;
  /** False when colours are unwanted (NO_COLOR) or the output is no terminal. */
  readonly colours: boolean;
}

export function say(context: ProgramContext, text: string): void {
  context.stderr.write(`${text}\n`);
}
