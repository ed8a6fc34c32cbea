// Runs every scenario of the catalogue and compares how each ends with what it says it gives (`expect`).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/scenarios/cli/fieldproof.js', import.meta.url));
const fieldproof = (words, stdio) => spawnSync(process.execPath, ['--enable-source-maps', cli, ...words], { encoding: 'utf8', stdio });

const { stdout } = fieldproof(['run', '--list', '--json'], ['ignore', 'pipe', 'inherit']);
const outcomes = JSON.parse(stdout).map(({ name, expect }) => {
  const { status } = fieldproof(['run', name], 'inherit');
  return { name, expect, status, isAsExpected: status === (expect === 'fail' ? 1 : 0) };
});
for (const { name, expect, status, isAsExpected } of outcomes) process.stdout.write(`${isAsExpected ? 'as expected' : 'UNEXPECTED '}  ${name}: expected ${expect}, exit ${status}\n`);
const wrong = outcomes.filter(({ isAsExpected }) => !isAsExpected).length;
process.stdout.write(`${outcomes.length - wrong} passed, ${wrong} failed\n`);
process.exitCode = wrong === 0 ? 0 : 1;
