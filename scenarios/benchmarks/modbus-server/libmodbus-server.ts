import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing } from '../load-peer.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { serverContender, serverFolder } from './server-contender.ts';

const INSTALL = 'apt-get install gcc pkg-config libmodbus-dev';
const readySchema = z.object({ port: z.number() });

/** libmodbus, in a small C program that is compiled here and now. */
export const libmodbusServer = serverContender('libmodbus', 'peer', async ({ clock }) => {
  const { version, flags } = installed();
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const program = join(folder, 'libmodbus-server');
    const { status } = spawnSync('gcc', ['-O2', '-o', program, join(serverFolder(), 'libmodbus-server.c'), ...flags], { encoding: 'utf8' });
    if (status !== 0) throw missing('a C compiler that can use libmodbus', INSTALL);
    const server = startPeerProcess(program, [], clock);
    const stop = (): Promise<void> => server.stop().finally(removeFolder);
    const { port } = readySchema.parse(JSON.parse(await server.firstLine));
    return { pid: server.pid, port, version, stop };
  } catch (thrown) {
    removeFolder();
    throw thrown;
  }
});

/** @throws FieldproofError FP_BENCH_PEER_MISSING. */
function installed(): { readonly version: string; readonly flags: readonly string[] } {
  return { version: packageConfig('--modversion').trim(), flags: packageConfig('--cflags', '--libs').trim().split(/\s+/u) };
}

function packageConfig(...options: readonly string[]): string {
  const { status, stdout } = spawnSync('pkg-config', [...options, 'libmodbus'], { encoding: 'utf8' });
  if (status !== 0) throw missing('libmodbus with its headers', INSTALL);
  return stdout;
}
