import { createInterface } from 'node:readline';
import type { AskOperator } from '../conformance/device-starter.ts';
import type { ProgramContext } from './program-context.ts';

/** Asks on the terminal: Enter when it is done, `s` to skip. The end of the input skips everything that is still asked. */
export function terminalOperator({ stdin, stderr }: Pick<ProgramContext, 'stdin' | 'stderr'>): { readonly ask: AskOperator; close(): void } {
  const lines = createInterface({ input: stdin });
  const read = lines[Symbol.asyncIterator]();
  return {
    ask: async (request) => {
      stderr.write(`\n${request}\n  Enter: done   s and Enter: skip > `);
      const { value, done } = await read.next();
      return done !== true && value.trim().toLowerCase() !== 's';
    },
    close: () => lines.close(),
  };
}
