// Proves every case of every conformance suite able to fail: `npm run selftest`. The gate proves a sample.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', 'dist', 'scenarios', 'cli', 'fieldproof.js');
const { stdout } = spawnSync(process.execPath, [cli, 'conformance', 'list', '--json'], { encoding: 'utf8' });
let failed = false;
for (const { name } of JSON.parse(stdout)) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [cli, 'conformance', 'selftest', name, ...process.argv.slice(2)], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
