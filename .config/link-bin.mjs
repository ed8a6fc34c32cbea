// After a build: makes `npx fieldproof` work in this folder, as npm does it where the package is installed.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../dist/scenarios/cli/fieldproof.js', import.meta.url));
const folder = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));
chmodSync(entry, 0o755);
mkdirSync(folder, { recursive: true });
rmSync(`${folder}fieldproof`, { force: true });
symlinkSync('../../dist/scenarios/cli/fieldproof.js', `${folder}fieldproof`);
