import { readFileSync } from 'node:fs';
import { FieldproofError } from './errors.ts';

/** What a process has open beside its connections: standard streams, event loop, logs, profiles being read. */
const OTHER_FILES = 64;

/**
 * How many files and sockets this process may have open; Node raises its soft limit to the hard one when it starts.
 * @returns undefined where the system does not tell (no /proc) or sets no limit.
 */
export function openFilesMax(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/mu.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    // No /proc: then the limit shows only when it is reached.
    return undefined;
  }
}

/**
 * Says before anything is opened that the system will not let it all be opened.
 * @param needed - Connections and listeners that will be open at once.
 * @param what - Who needs them, for the message.
 * @throws FieldproofError FP_LIMIT with the command that raises the limit.
 */
export function requireOpenFiles(needed: number, what: string, limit: number | undefined = openFilesMax()): void {
  const total = needed + OTHER_FILES;
  if (limit === undefined || total <= limit) return;
  const message = `${what} needs ${total} open files, and this process may have ${limit}; run: ulimit -n ${total}`;
  throw new FieldproofError('FP_LIMIT', message, { hint: `Run in the same shell: ulimit -n ${total} (as root also: ulimit -Hn ${total})` });
}
