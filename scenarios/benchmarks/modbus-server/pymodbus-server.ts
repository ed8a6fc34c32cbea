import { spawnSync } from 'node:child_process';
import { missing } from '../load-peer.ts';
import { startScript } from './node-servers.ts';
import { serverContender } from './server-contender.ts';

/** Debian installs its package for its own Python, which need not be the first one on PATH. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** pymodbus with its asyncio server. */
export const pymodbusServer = serverContender('pymodbus', 'peer', (deps) => {
  for (const python of PYTHONS) {
    const { status, stdout } = spawnSync(python, ['-c', 'import pymodbus.version as v; print(v.version.short())'], { encoding: 'utf8' });
    if (status === 0) return startScript(python, ['pymodbus-server.py'], stdout.trim(), deps);
  }
  throw missing('pymodbus', 'apt-get install python3-pymodbus');
});
