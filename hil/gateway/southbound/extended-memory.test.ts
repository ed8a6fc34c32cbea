import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FieldproofError } from '../../runtime/errors.ts';
import { edgexProfileText } from './edgex-profile-out.ts';
import { loadProfile } from './load-profile.ts';

const folder = mkdtempSync(join(tmpdir(), 'fieldproof-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files are on lines 2 to 4, queues on 5 to 7. */
const SOUND = `name: store
files:
  - { number: 4, records: 100, contents: [{ record: 7, values: [0x0DFE, 32] }, { values: [5] }] }
  - { number: 65535 }
fifoQueues:
  - { address: 1246, values: [440, 4740] }
  - { address: 1249, values: [] }
deviceResources:
  - name: Count
    attributes: { primaryTable: HOLDING_REGISTERS, startingAddress: 1250, rawType: Uint32 }
    properties: { valueType: Uint32, readWrite: R }
`;

function fileWith(text: string): string {
  const file = join(folder, 'store.yaml');
  writeFileSync(file, text);
  return file;
}

function failure(text: string): FieldproofError {
  const file = fileWith(text);
  try {
    loadProfile(file);
  } catch (thrown) {
    if (thrown instanceof FieldproofError) return thrown;
    throw thrown;
  }
  throw new Error('the profile was accepted');
}

test('files and queues are read, with the records that a file has by default, and survive being written', () => {
  const profile = loadProfile(fileWith(SOUND));
  expect(profile.files).toEqual([
    { number: 4, records: 100, contents: [{ record: 7, values: [0x0dfe, 32] }, { record: 0, values: [5] }] },
    { number: 65_535, records: 10_000, contents: [] },
  ]);
  expect(profile.fifoQueues).toEqual([{ address: 1_246, values: [440, 4_740] }, { address: 1_249, values: [] }]);
  expect(loadProfile(fileWith(edgexProfileText(profile)))).toEqual(profile);
});

describe('a mistake is refused at its line and key', () => {
  test.each([
    ['a file number that no request can carry', 'number: 65535', 'number: 0', 4, 'files.1.number', ''],
    ['more records than a file can have', 'records: 100', 'records: 10001', 3, 'files.0.records', ''],
    ['a record that is wider than a register', '32]', '65536]', 3, 'files.0.contents.0.values.1', ''],
    ['a file twice', 'number: 65535', 'number: 4', 4, 'files.1.number', 'file 4 stands above'],
    ['contents beyond the file', 'record: 7', 'record: 99', 3, 'files.0.contents.0.values', 'file 4: ends at record 100; the last of its 100 records is 99'],
    ['stretches that overlap', '{ values: [5] }', '{ record: 8, values: [5] }', 3, 'files.0.contents.1.record', 'file 4: records 8 to 8 overlap those from 7 on'],
    ['a queue that is too long', '[440, 4740]', `[${Array.from({ length: 32 }, () => 1).join(', ')}]`, 6, 'fifoQueues.0.values', '31'],
    ['a queue beyond the table', 'address: 1246', 'address: 65534', 6, 'fifoQueues.0.address', 'ends at address 65536'],
    ['queues that overlap', 'address: 1249', 'address: 1248', 7, 'fifoQueues.1.address', 'the queue at 1248 to 1248 overlaps the one at 1246'],
    ['a queue over a point', 'address: 1249', 'address: 1251', 7, 'fifoQueues.1.address', 'lies over Count, holding register 1250'],
    ['a misspelt key', 'contents:', 'content:', 3, 'content', 'did you mean "contents"?'],
    ['no file at all', /files:\n.*\n.*\n/u, 'files: []\n', 2, 'files', ''],
  ])('%s', (_what, from, to, line, key, words) => {
    const error = failure(SOUND.replace(from, to));
    expect(error).toMatchObject({ code: 'FP_SCHEMA', place: { line, key: expect.stringContaining(key) } });
    expect(error.message).toContain(words);
  });

  test('a queue over a coil in overlaid memory, where bits lie in registers', () => {
    const coil = SOUND.replace('primaryTable: HOLDING_REGISTERS, startingAddress: 1250, rawType: Uint32', 'primaryTable: COILS, startingAddress: 19984').replace('Uint32', 'Bool');
    expect(loadProfile(fileWith(coil)).fifoQueues).toHaveLength(2);
    expect(failure(`memory: overlaid\n${coil}`).message).toContain('lies over Count, holding register 1249');
  });
});
