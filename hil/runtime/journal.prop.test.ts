import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FieldproofError } from './errors.ts';
import { chainHash, createJournal, JOURNAL_ROOT_HASH } from './journal.ts';
import { readJournal } from './journal-reader.ts';
import { jsonValues } from './json-values.contract.ts';
import type { Observation } from './observation.ts';
import { replay } from './replay-seed.contract.ts';

let folder = '';
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const observations = fc.record({
  t: fc.double({ min: 0, max: 1e9, noNaN: true }),
  source: fc.string(),
  type: fc.string(),
  data: fc.dictionary(fc.string(), jsonValues, { maxKeys: 8 }),
});

/** Writes a journal and gives its path and lines. */
function written(entries: readonly Observation[]): { readonly path: string; readonly lines: string[]; readonly headHash: string } {
  files += 1;
  const path = join(folder, `${files}.ndjson`);
  const journal = createJournal(path);
  for (const entry of entries) journal.append(entry);
  const { headHash } = journal.close();
  const text = readFileSync(path, 'utf8');
  return { path, lines: text.split('\n').slice(0, -1), headHash };
}

/** The code and line of the error that reading this text gives, or undefined when it is accepted. */
function verdictOn(path: string, text: string | Uint8Array): { readonly code: string; readonly line: number | undefined } | undefined {
  writeFileSync(path, text);
  try {
    readJournal(path);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof FieldproofError)) throw thrown;
    return { code: thrown.code, line: thrown.place?.line };
  }
}

describe('a journal', () => {
  test('gives back what was appended, numbered and chained, with times in microseconds', () => {
    fc.assert(
      fc.property(fc.array(observations, { maxLength: 20 }), (entries) => {
        const { path, headHash } = written(entries);
        const read = readJournal(path);
        expect(read.map(({ seq }) => seq)).toEqual(entries.map((_entry, index) => index));
        read.forEach((entry, index) => {
          const appended = entries[index];
          expect(JSON.stringify([entry.source, entry.type, entry.data])).toBe(JSON.stringify([appended?.source, appended?.type, appended?.data]));
          expect(Math.abs(entry.t - (appended?.t ?? 0))).toBeLessThanOrEqual(0.000_51);
        });
        expect(read.at(-1)?.hash ?? JOURNAL_ROOT_HASH).toBe(headHash);
      }),
      replay(),
    );
  });

  test('any changed byte is found', () => {
    fc.assert(
      fc.property(fc.array(observations, { minLength: 1, maxLength: 6 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, at, flip) => {
        const { path } = written(entries);
        const bytes = readFileSync(path);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        expect(verdictOn(path, bytes)).toMatchObject({ code: 'FP_JOURNAL_CORRUPT' });
      }),
      { numRuns: 200, ...replay() },
    );
  });

  test('a removed, repeated or swapped line is found, and named', () => {
    fc.assert(
      fc.property(fc.array(observations, { minLength: 2, maxLength: 8 }), fc.nat(), (entries, at) => {
        const { path, lines } = written(entries);
        const index = at % (lines.length - 1);
        const [line = '', next = ''] = lines.slice(index, index + 2);
        const around = (middle: readonly string[]): string => [...lines.slice(0, index), ...middle, ...lines.slice(index + 2), ''].join('\n');
        for (const middle of [[next], [next, line], [line, line, next]]) {
          const expectedLine = middle[0] === line ? index + 2 : index + 1;
          expect(verdictOn(path, around(middle))).toEqual({ code: 'FP_JOURNAL_CORRUPT', line: expectedLine });
        }
      }),
      replay(),
    );
  });

  test('a cut anywhere but at the end of a line is found; there, the head hash tells', () => {
    fc.assert(
      fc.property(fc.array(observations, { minLength: 1, maxLength: 6 }), fc.nat(), (entries, at) => {
        const { path, headHash } = written(entries);
        const bytes = readFileSync(path);
        const kept = bytes.subarray(0, at % bytes.length);
        const verdict = verdictOn(path, kept);
        if (kept.length === 0 || kept.at(-1) === '\n'.charCodeAt(0)) expect(readJournal(path).at(-1)?.hash).not.toBe(headHash);
        else expect(verdict).toMatchObject({ code: 'FP_JOURNAL_CORRUPT' });
      }),
      replay(),
    );
  });

  test('a forged entry is found unless every hash after it is forged too, and then the head differs', () => {
    const entries = Array.from({ length: 4 }, (_one, index) => ({ t: index, source: 's', type: 'a.b', data: { index } }));
    const { path, lines, headHash } = written(entries);
    const forged = { seq: 1, t: 1, source: 's', type: 'a.b', data: { index: 99 } };
    const firstHash = readJournal(path)[0]?.hash ?? '';
    const line = JSON.stringify({ ...forged, hash: chainHash(firstHash, forged) });
    expect(verdictOn(path, [lines[0], line, ...lines.slice(2), ''].join('\n'))).toEqual({ code: 'FP_JOURNAL_CORRUPT', line: 3 });
    expect(verdictOn(path, [lines[0], line, ''].join('\n'))).toBeUndefined();
    expect(readJournal(path).at(-1)?.hash).not.toBe(headHash);
  });
});

describe('what a line may hold', () => {
  test.each([
    ['an extra field', (line: string) => line.replace('{', '{"note":"x",')],
    ['a field twice', (line: string) => line.replace('{', '{"seq":7,')],
    ['white space', (line: string) => line.replace(':', ': ')],
    ['another spelling of a number', (line: string) => line.replace('"n":5', '"n":5.0')],
    ['a field missing', (line: string) => line.replace('"source":"s",', '')],
    ['data that is a list', (line: string) => line.replace('{"n":5}', '[5]')],
    ['a key that hides in the prototype', (line: string) => line.replace('"n":5', '"n":5,"__proto__":{"n":6}')],
  ])('%s is refused', (_what, change) => {
    const { path, lines } = written([{ t: 1.5, source: 's', type: 'a.b', data: { n: 5 } }]);
    const [line = ''] = lines;
    expect(change(line)).not.toBe(line);
    expect(verdictOn(path, `${change(line)}\n`)).toEqual({ code: 'FP_JOURNAL_CORRUPT', line: 1 });
  });

  test('an empty journal is read as empty', () => {
    expect(readJournal(written([]).path)).toEqual([]);
  });
});

describe('writing', () => {
  test('never over an existing file, never after close, and closing twice says the same', () => {
    const path = join(folder, 'once.ndjson');
    const journal = createJournal(path);
    journal.append({ t: 0, source: 's', type: 'a.b', data: {} });
    const end = journal.close();
    expect(journal.close()).toEqual(end);
    expect(() => journal.append({ t: 0, source: 's', type: 'a.b', data: {} })).toThrowError(expect.objectContaining({ code: 'FP_INTERNAL' }));
    expect(() => createJournal(path)).toThrowError(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
    expect(() => readJournal(join(folder, 'gone.ndjson'))).toThrowError(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
  });

  test('many entries come through the buffer whole', () => {
    const entries = Array.from({ length: 3_000 }, (_one, index) => ({ t: index, source: 'sensor', type: 'a.b', data: { text: 'é'.repeat(index % 90) } }));
    expect(readJournal(written(entries).path).map(({ data }) => data)).toEqual(entries.map(({ data }) => data));
  });
});
