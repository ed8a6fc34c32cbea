import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../hil/runtime/error-codes.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { blankLiterals } from './blank-literals.ts';
import { HOUSE_RULES, sizeReport, unusedErrorCodes } from './house-rules.ts';
import { importCycles } from './import-cycles.ts';
import type { SourceFile } from './source-file.ts';

/**
 * Codes that nothing throws yet. The gateway's poller reports a failed request as data (`southbound.failed`); these are
 * for a client that asks once and throws.
 */
const RESERVED_CODES: readonly string[] = ['FP_MODBUS_TIMEOUT', 'FP_MODBUS_EXCEPTION', 'FP_MODBUS_CORRUPT_FRAME'];

const REPOSITORY = readRepository();
const SIZES = sizeReport(REPOSITORY);

/** Joined, so that the rules do not find the plants in this very file. */
const LATER = ['TO', 'DO'].join('');

/** For each rule a file that breaks it, and what the rule must say. */
const PLANTS: readonly { readonly rule: string; readonly path: string; readonly text: string; readonly says: RegExp }[] = [
  { rule: 'a folder imports only from its left', path: 'hil/a.ts', text: "import { x } from '../sim/plc/x.ts';", says: /hil\/a\.ts.*imports \.\.\/sim\/plc\/x\.ts of sim\// },
  { rule: 'a folder imports only from its left', path: 'sim/plc/a.ts', text: "import type { X } from '../../conformance/x.ts';", says: /conformance/ },
  { rule: 'a folder imports only from its left', path: 'conformance/a.ts', text: "export { x } from '../reports/x.ts';", says: /reports/ },
  { rule: 'a folder imports only from its left', path: 'reports/a.ts', text: "const x = await import('../scenarios/x.ts');", says: /scenarios/ },
  { rule: 'a folder imports only from its left', path: 'hil/a.test.ts', text: "import '../conformance/x.ts';", says: /conformance/ },
  { rule: 'a folder imports only from its left', path: 'hil/a.ts', text: "import x from '../tools/x.ts';", says: /outside/ },
  { rule: 'shipped code imports no test file', path: 'hil/a.ts', text: "import { x } from './x.contract.ts';", says: /not shipped/ },
  { rule: 'own imports name a .ts file', path: 'hil/a.ts', text: "import { x } from './x';", says: /without the \.ts/ },
  { rule: 'each package has one owner', path: 'hil/gateway/a.ts', text: "import { z } from 'zod';", says: /belongs to hil\/runtime\/schema\.ts/ },
  { rule: 'each package has one owner', path: 'hil/a.ts', text: "import type { Aedes } from 'aedes';", says: /belongs to hil\/gateway\/broker\// },
  { rule: 'each package has one owner', path: 'sim/plc/a.ts', text: "const x = require('serialport');", says: /belongs to hil\/transport\// },
  { rule: 'each package has one owner', path: 'hil/a.ts', text: 'import lodash from "lodash";', says: /lodash, which has no owner/ },
  { rule: 'each package has one owner', path: 'hil/a.ts', text: "import * as fc from 'fast-check';", says: /belongs to tests/ },
  { rule: 'each package has one owner', path: 'reports/a.ts', text: "import { Ajv2020 } from 'ajv/dist/2020.js';", says: /belongs to tests/ },
  { rule: 'each package has one owner', path: 'hil/a.ts', text: "const pty = import('@lydell/node-pty');", says: /belongs to sim\/plc\// },
  { rule: 'each package has one owner', path: 'hil/a.ts', text: "import { readFileSync } from 'fs';", says: /fs, which has no owner/ },
  { rule: 'no file is over 400 lines', path: 'sim/a.ts', text: 'x;\n'.repeat(401), says: /has 401 lines/ },
  { rule: 'no file has a vague name', path: 'hil/runtime/utils.ts', text: '', says: /utils\.ts/ },
  { rule: 'no file has a vague name', path: 'sim/index.ts', text: '', says: /index\.ts/ },
  { rule: 'no file has a vague name', path: 'sim/helpers.test.ts', text: '', says: /helpers/ },
  { rule: 'no export *', path: 'hil/a.ts', text: "\nexport * from './x.ts';", says: /hil\/a\.ts:2/ },
  { rule: 'no export *', path: 'hil/a.ts', text: "export type * as x from './x.ts';", says: /hil\/a\.ts:1/ },
  { rule: 'no default export', path: 'hil/a.ts', text: 'export default 1;', says: /hil\/a\.ts:1/ },
  { rule: 'no default export', path: 'hil/a.ts', text: 'export { x as default };', says: /hil\/a\.ts:1/ },
  { rule: 'no import cycle', path: 'hil/a.ts', text: "import type { A } from './a.ts';", says: /hil\/a\.ts -> hil\/a\.ts/ },
  { rule: 'the top level is fixed', path: 'src/a.ts', text: '', says: /src\// },
  { rule: 'the top level is fixed', path: 'notes.txt', text: '', says: /notes\.txt/ },
  { rule: 'clock, random and ports come as arguments', path: 'hil/a.ts', text: 'setTimeout(() => {}, 1);', says: /hil\/a\.ts:1.*timer/ },
  { rule: 'clock, random and ports come as arguments', path: 'hil/a.ts', text: 'globalThis.setInterval(f, 1);', says: /timer/ },
  { rule: 'clock, random and ports come as arguments', path: 'sim/a.ts', text: "import * as timers from 'node:timers/promises';", says: /node:timers\/promises/ },
  { rule: 'clock, random and ports come as arguments', path: 'sim/a.ts', text: 'const t = Date.now();', says: /clock/ },
  { rule: 'clock, random and ports come as arguments', path: 'sim/a.ts', text: 'const t = new Date();', says: /clock/ },
  { rule: 'clock, random and ports come as arguments', path: 'sim/a.ts', text: 'const t = `at ${performance.now()}`;', says: /clock/ },
  { rule: 'clock, random and ports come as arguments', path: 'reports/a.ts', text: 'const x = Math.random();', says: /randomness/ },
  { rule: 'clock, random and ports come as arguments', path: 'sim/a.ts', text: "import { randomBytes } from 'node:crypto';", says: /randomness/ },
  { rule: 'clock, random and ports come as arguments', path: 'hil/gateway/a.ts', text: 'const port = new SerialPort({});', says: /serial port/ },
  { rule: 'no test is skipped or focused', path: 'hil/a.test.ts', text: "test.only('x', () => {});", says: /hil\/a\.test\.ts:1/ },
  { rule: 'no test is skipped or focused', path: 'hil/a.test.ts', text: "describe\n  .concurrent.skip('x', () => {});", says: /skip/ },
  { rule: 'no test is skipped or focused', path: 'hil/a.contract.ts', text: "it.todo('x');", says: /hil\/a\.contract\.ts:1/ },
  { rule: 'no word of an unfinished thing', path: 'hil/a.ts', text: `\n// ${LATER}: later`, says: /hil\/a\.ts:2/ },
  { rule: 'no word of an unfinished thing', path: 'scenarios/README.md', text: `* ${LATER}`, says: /README\.md:1/ },
];

/** Files that come close to breaking a rule and do not. */
const SOUND: readonly SourceFile[] = [
  { path: 'hil/runtime/schema.ts', text: "export { z } from 'zod';" },
  { path: 'hil/runtime/real-clock.ts', text: 'const t = Date.now(); setTimeout(f, 1); process.hrtime.bigint();' },
  { path: 'hil/a.test.ts', text: "import { x } from '../sim/x.ts';\nimport { test } from 'vitest';\nsetTimeout(f, 1);\ntest.skipIf(true)('x', () => {});" },
  { path: 'hil/transport/serial-link.ts', text: "import { SerialPort } from 'serialport';\nconst port = new SerialPort({});" },
  { path: 'hil/gateway/socket.ts', text: 'socket.setTimeout(5); const d = new Date(wallMs); options.only = [schedule.skip];' },
  { path: 'sim/link/strings.ts', text: "const a = 'setTimeout(1)'; // Date.now() and export * and test.only\nconst b = `Math.random ${a} export default`;\nconst c = /new Date\\(\\) ['\"`]/u; const d = 4 / 2; /* import 'lodash' */" },
  { path: 'conformance/x-table.ts', text: 'x;\n'.repeat(900) },
  { path: 'reports/a.ts', text: "import { x } from '../conformance/x-table.ts';\nimport 'node:fs';" },
  { path: 'scenarios/benchmarks/a.ts', text: "import autocannon from 'autocannon';" },
  { path: 'scenarios/test/a.test.ts', text: "import { x } from '../../reports/a.ts';" },
  { path: '.config/b.ts', text: 'export default {};' },
  { path: 'package.json', text: '{}' },
];

describe('the repository keeps the rules of the house', () => {
  test.each(HOUSE_RULES)('$name', ({ find }) => {
    expect(find(REPOSITORY).map(({ place, detail }) => `${place} ${detail}`)).toEqual([]);
  });

  test(`files are small: ${SIZES.files} files, median ${SIZES.medianLines} lines, ${Math.round(SIZES.shareUnder250 * 100)} % under 250`, () => {
    expect(SIZES.files).toBeGreaterThan(100);
    expect(SIZES.medianLines).toBeLessThan(120);
    expect(SIZES.shareUnder250).toBeGreaterThanOrEqual(0.9);
  });

  test('every error code of the table is used, or reserved', () => {
    expect(unusedErrorCodes(REPOSITORY, Object.keys(ERROR_CODES)).filter((code) => !RESERVED_CODES.includes(code))).toEqual([]);
  });
});

describe('the rules find what is planted', () => {
  test.each(PLANTS)('$rule: $path $text', ({ rule, path, text, says }) => {
    const found = ruleCalled(rule).find([...SOUND.filter((file) => file.path !== path), { path, text }]);
    expect(found.map(({ place, detail }) => `${place} ${detail}`)).toEqual([expect.stringMatching(says)]);
  });

  test('every rule has a plant', () => {
    expect(new Set(PLANTS.map(({ rule }) => rule))).toEqual(new Set(HOUSE_RULES.map(({ name }) => name)));
  });

  test.each(HOUSE_RULES)('nothing is found in sound files: $name', ({ find }) => {
    expect(find(SOUND)).toEqual([]);
  });

  test('a folder that is gone is missed', () => {
    expect(ruleCalled('the top level is fixed').find(SOUND.filter(({ path }) => !path.startsWith('sim/')))).toEqual([{ place: 'sim/', detail: 'is missing' }]);
  });

  test('a code that only the table and a test mention is unused', () => {
    const files = [
      { path: 'hil/runtime/error-codes.ts', text: "const FP_A = 1, FP_B = 2, FP_C = 3;" },
      { path: 'hil/a.test.ts', text: "'FP_B'" },
      { path: 'hil/a.ts', text: "throw new FieldproofError('FP_C', '')" },
    ];
    expect(unusedErrorCodes(files, ['FP_A', 'FP_B', 'FP_C'])).toEqual(['FP_A', 'FP_B']);
  });
});

describe('import cycles', () => {
  test('a chain and a diamond have none', () => {
    expect(importCycles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['outside'] }))).toEqual([]);
  });

  test('the way round is shown, wherever the walk enters it', () => {
    expect(importCycles(graph({ a: ['c'], b: ['c'], c: ['d'], d: ['b'] }))).toEqual([['c', 'd', 'b', 'c']]);
  });

  test('two cycles are both found', () => {
    expect(importCycles(graph({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] })).length).toBe(2);
  });

  test('a chain of 20,000 files does not overflow', () => {
    const chain = new Map(Array.from({ length: 20_000 }, (_one, index) => [`f${index}`, [`f${index + 1}`]]));
    expect(importCycles(chain)).toEqual([]);
  });
});

test.each([
  ["a('b') // c", "a(' ')     "],
  ["'it\\'s' + \"x\"", "'     ' + \" \""],
  ['`a${b + `c${d}`}e` + f', '` ${b + ` ${d}`} ` + f'],
  ['x = /["/]/u; y = 1 / 2 / 3;', 'x = /    /u; y = 1 / 2 / 3;'],
  ['return /\\/"/u', 'return /   /u'],
  ['/* a\nb */ c', '    \n     c'],
  ["open = 'never closed\nnext", "open = '            \nnext"],
  ['`${{ a: 1 }.a}` + "x"', '`${{ a: 1 }.a}` + " "'],
  ["'😀' + a", "'  ' + a"],
])('code without literals: %s', (text, expected) => {
  expect(blankLiterals(text)).toBe(expected);
});

function graph(edges: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> {
  return new Map(Object.entries(edges));
}

function ruleCalled(name: string): (typeof HOUSE_RULES)[number] {
  const rule = HOUSE_RULES.find((known) => known.name === name);
  if (rule === undefined) throw new Error(`no rule is called "${name}"`);
  return rule;
}

/** Every file that git tracks or would add, with its text when it is text that a rule reads. */
function readRepository(): SourceFile[] {
  const root = packageRoot();
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64_000_000 });
  return listed
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)) && statSync(join(root, path)).isFile())
    .map((path) => ({ path, text: /\.(?:ts|mjs|js|md|ya?ml)$/u.test(path) ? readFileSync(join(root, path), 'utf8') : '' }));
}
