import type { z } from '../../hil/runtime/schema.ts';
import { startCli, type CliProcess, type Finished } from './cli-process.ts';

/** Parts of the testbed that run as a user runs them, until they are stopped. */
export interface CliServices {
  /** Starts one and waits for its ready line. @returns The process, and what the line says. */
  start<Facts>(words: readonly string[], facts: z.ZodType<Facts>): Promise<{ readonly process: CliProcess; readonly facts: Facts }>;
  /** Ends all that were started, the last one first, by SIGTERM, and by force what does not go. @returns How each ended. */
  stop(): Promise<Finished[]>;
}

const PATIENCE_MS = 10_000;

export function createCliServices(): CliServices {
  const started: CliProcess[] = [];
  // When the test run itself ends early, no hook is called any more.
  const killAll = (): void => {
    for (const { child } of started) child.kill('SIGKILL');
  };
  process.once('exit', killAll);
  return {
    async start(words, facts) {
      const service = startCli(words);
      started.push(service);
      const [, line = ''] = await service.seen(/^(\{"event":"ready".*\})\n/mu);
      return { process: service, facts: facts.parse(JSON.parse(line)) };
    },
    async stop() {
      const ended: Finished[] = [];
      for (const service of started.splice(0).toReversed()) ended.push(await end(service));
      process.removeListener('exit', killAll);
      return ended;
    },
  };
}

async function end({ child, finished }: CliProcess): Promise<Finished> {
  child.kill('SIGTERM');
  const giveUp = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const how = await finished;
  clearTimeout(giveUp);
  return how;
}
