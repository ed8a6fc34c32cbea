import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { foreign, pathOf } from './foreign-program.contract.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-programs-'));
  vi.stubEnv('PATH', ['', join(folder, 'nowhere'), folder].join(delimiter));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function install(name: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

test('a program is found on PATH, under the first of its names that is there', () => {
  const path = install('fp-judge-2', 0o755);
  expect(foreign(['fp-judge', 'fp-judge-2'], 'judge')).toEqual({ name: 'fp-judge', aptPackage: 'judge', path });
});

test('neither a folder nor a file that nobody may run is a program', () => {
  install('fp-text', 0o644);
  mkdirSync(join(folder, 'fp-folder'));
  expect([foreign('fp-text', 'a').path, foreign('fp-folder', 'a').path]).toEqual([undefined, undefined]);
});

test('one that is missing says what to install', () => {
  expect(() => pathOf(foreign('fp-judge', 'judge'))).toThrow('fp-judge is not installed: apt-get install judge');
});
