import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { generatedFiles } from './generated-files.ts';

test.each(generatedFiles())('$path is what the code says (else: npm run docs)', ({ path, text }) => {
  expect(readFileSync(join(packageRoot(), path), 'utf8')).toBe(text);
});

test('a change of a schema would be seen: another text is not what the file holds', () => {
  const [first] = generatedFiles();
  expect(readFileSync(join(packageRoot(), first?.path ?? ''), 'utf8')).not.toBe(`${first?.text ?? ''} `);
});
