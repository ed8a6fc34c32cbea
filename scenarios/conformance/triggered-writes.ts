import { spawn } from 'node:child_process';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { CLIENT_WRITES, type ClientWrite } from '../../conformance/modbus/client/declared-client.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';

/** Writes that commands of the PIXIT make the client do. */
export interface TriggeredWrites {
  /** @throws FieldproofError FP_PICS_INVALID when the PIXIT has no command for it. */
  begin(what: string): void;
  /** What the client says of the last one; null while it is not over. */
  outcome(what: string): 'done' | 'failed' | null;
}

export function triggeredWrites({ values }: Pixit): TriggeredWrites {
  const outcomes = new Map<string, { result: 'done' | 'failed' | null }>();
  return {
    begin: (what) => {
      const command = CLIENT_WRITES.some((name: ClientWrite) => name === what) ? values[what] : undefined;
      if (typeof command !== 'string') throw new FieldproofError('FP_PICS_INVALID', `the declaration gives no ${what} (PIXIT values)`);
      const outcome: { result: 'done' | 'failed' | null } = { result: null };
      outcomes.set(what, outcome);
      const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'ignore'] });
      child.once('error', () => (outcome.result = 'failed'));
      child.once('exit', (code) => (outcome.result = code === 0 ? 'done' : 'failed'));
    },
    outcome: (what) => outcomes.get(what)?.result ?? null,
  };
}
