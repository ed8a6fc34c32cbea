import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, TSHARK } from '../../hil/runtime/foreign-program.contract.ts';

export interface Dissection {
  /** What the packets are to be taken for: `-o`, `-d`. */
  readonly options: readonly string[];
  /** A display filter: only packets that it matches. */
  readonly filter: string;
  readonly fields: readonly string[];
}

/**
 * Lets tshark, with no settings of a user, take a capture apart.
 * @returns For each packet the value of each field; several are joined by a comma.
 */
export function dissect(capture: Uint8Array, { options, filter, fields }: Dissection): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-capture-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const words = ['-r', file, '-2', ...options, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder };
    const out = execFileSync(pathOf(TSHARK), words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env });
    return out.split('\n').slice(0, -1).map((line) => line.split('\t'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What tshark calls malformed, broken off, wrongly summed, or worth a warning or an error. */
export const COMPLAINTS = '_ws.malformed || _ws.short || tcp.analysis.flags || _ws.expert.severity >= 6291456';
