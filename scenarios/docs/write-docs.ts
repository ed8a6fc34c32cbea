import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { generatedFiles } from './generated-files.ts';

// The program behind `npm run docs`.
for (const { path, text } of generatedFiles()) {
  writeFileSync(join(packageRoot(), path), text);
  process.stdout.write(`${path}\n`);
}
