import { createInterface } from 'node:readline';
import type { AskOperator } from '../conformance/operator-starter.ts';
import type { ProgramContext } from './program-context.ts';

/**
 * Asks on the terminal: Enter when it is done, `s` to skip. At the end of the input, or at the signal, there is nobody to ask:
 * nothing is waited for any more.
 */
export function terminalOperator({ stdin, stderr }: Pick<ProgramContext, 'stdin' | 'stderr'>, signal: AbortSignal): { readonly ask: AskOperator; close(): void } {
  const lines = createInterface({ input: stdin });
  const read = lines[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  let isAlone = false;
  return {
    ask: async (request) => {
      if (isAlone || signal.aborted) return 'nobody';
      stderr.write(`\n${request}\n  Enter: done   s and Enter: skip > `);
      const line = await Promise.race([read.next(), aborted]);
      if (line?.done === false) return line.value.trim().toLowerCase() === 's' ? 'skipped' : 'done';
      isAlone = true;
      stderr.write(signal.aborted ? '\n' : '\nThe input has ended: what still needs an operator is skipped.\n');
      return 'nobody';
    },
    close: () => lines.close(),
  };
}
