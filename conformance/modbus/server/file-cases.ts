import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { exception, pduIs, pduThat } from '../bench/heard.ts';
import type { ModbusBench } from '../bench/modbus-bench.ts';
import { uint16 } from '../bench/modbus-frame.ts';
import { fileGroup, readFile, writeFile } from '../bench/requests.ts';
import type { Station } from '../bench/station.ts';
import type { ServerPurpose } from './server-purpose.ts';

/** A file and records of it that exist. */
interface FileRange {
  readonly file: number;
  readonly first: number;
  readonly count: number;
}

/** Registers that a case reads or writes at once. */
const RECORDS_MAX = 3;
const LAST_RECORD = 9_999;

/** FC20 and FC21: file records. */
export const FILE_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC20',
    number: 1,
    statements: ['MB-APP-20-01', 'MB-APP-20-04', 'MB-APP-GEN-05'],
    purpose: 'FC20 answers with its total length, then each group with its own length, reference type and registers',
    requires: ['FC20'],
    needs: ['files'],
    caughtBy: 'counts-file-groups-short',
    run: async (bench) => {
      const station = await bench.open();
      const { file, first, count } = fileRange(bench, 'files');
      await station.expect({ what: `FC20 of ${count} records of file ${file}`, pdu: readFile([fileGroup(file, first, count)]) }, groupsOf(count));
      await station.expect({ what: 'FC20 of two groups', pdu: readFile([fileGroup(file, first, 1), fileGroup(file, first, count)]) }, groupsOf(1, count));
    },
  },
  {
    area: 'FC20',
    number: 2,
    statements: ['MB-APP-20-02'],
    purpose: 'FC20 with a byte count below 7, above F5 hex or not a multiple of 7 is refused with exception 03',
    requires: ['FC20'],
    needs: ['files'],
    caughtBy: 'ignores-byte-counts',
    run: async (bench) => {
      const station = await bench.open();
      const { file, first } = fileRange(bench, 'files');
      const group = fileGroup(file, first, 1);
      await station.expect({ what: 'FC20 with byte count 0', pdu: readFile([]) }, exception(20, 3));
      await station.expect({ what: 'FC20 with byte count 6', pdu: readFile([group.slice(0, 6)]) }, exception(20, 3));
      await station.expect({ what: 'FC20 with byte count 8', pdu: readFile([[...group, 0]]) }, exception(20, 3));
    },
  },
  {
    area: 'FC20',
    number: 3,
    statements: ['MB-APP-20-03'],
    purpose: 'FC20 with another reference type, of file 0, of a record above 9999 or past the end of the file is refused with exception 02',
    requires: ['FC20'],
    needs: ['files'],
    caughtBy: 'has-files-anywhere',
    run: async (bench) => {
      const station = await bench.open();
      const { file, first, last } = fileRange(bench, 'files');
      const wrong = [
        { what: 'reference type 5', group: fileGroup(file, first, 1, 5) },
        { what: 'file 0', group: fileGroup(0, first, 1) },
        { what: 'record 10000', group: fileGroup(file, LAST_RECORD + 1, 1) },
        { what: 'the last record and one more', group: fileGroup(file, last, 2) },
      ];
      for (const { what, group } of wrong) await station.expect({ what: `FC20 of ${what}`, pdu: readFile([group]) }, exception(20, 2));
    },
  },
  {
    area: 'FC20',
    number: 4,
    statements: ['MB-APP-21-04'],
    purpose: 'FC20 of a file whose memory fails its check is refused with exception 08',
    requires: ['FC20'],
    needs: ['inconsistentFile'],
    caughtBy: 'hides-memory-errors',
    run: async (bench) => {
      const station = await bench.open();
      const file = Number(bench.context.pixit.values['inconsistentFile']);
      await station.expect({ what: `FC20 of the broken file ${file}`, pdu: readFile([fileGroup(file, 0, 1)]) }, exception(20, 8));
    },
  },
  {
    area: 'FC21',
    number: 1,
    statements: ['MB-APP-21-01', 'MB-APP-21-02', 'MB-APP-20-04', 'MB-APP-GEN-05'],
    purpose: 'FC21 repeats its request once all groups are written, and FC20 behind it reads them',
    requires: ['FC20', 'FC21'],
    needs: ['writes', 'filesWritable'],
    caughtBy: 'answers-writes-without-writing',
    run: async (bench) => {
      const station = await bench.open();
      const { file, first, count } = await savedRecords(bench, station);
      for (const start of [0x1111, 0xfff0]) {
        const values = Array.from({ length: count }, (_none, index) => start + index);
        const pdu = writeFile([{ group: fileGroup(file, first, count), values }]);
        await station.expect({ what: `FC21 of ${count} records of file ${file}`, pdu }, pduIs(pdu, 'the same again'));
        const read = Uint8Array.of(20, 2 + count * 2, 1 + count * 2, 6, ...values.flatMap(uint16));
        await station.expect({ what: 'FC20 of the same records', pdu: readFile([fileGroup(file, first, count)]) }, pduIs(read, 'the values written'));
      }
    },
  },
  {
    area: 'FC21',
    number: 2,
    statements: ['MB-APP-21-03', 'MB-APP-21-01'],
    purpose: 'FC21 with a length below 9 or that does not fit its groups is refused with exception 03',
    requires: ['FC21'],
    needs: ['writes', 'filesWritable'],
    caughtBy: 'ignores-byte-counts',
    run: async (bench) => {
      const station = await bench.open();
      const { file, first } = fileRange(bench, 'filesWritable');
      const group = fileGroup(file, first, 1);
      const wrong = [
        { what: 'length 0', pdu: Uint8Array.of(21, 0) },
        { what: 'length 8', pdu: Uint8Array.of(21, 8, ...group, 0x11) },
        { what: '2 registers in the group and one sent', pdu: writeFile([{ group: fileGroup(file, first, 2), values: [0x1111] }]) },
      ];
      for (const { what, pdu } of wrong) await station.expect({ what: `FC21 with ${what}`, pdu }, exception(21, 3));
    },
  },
  {
    area: 'FC21',
    number: 3,
    statements: ['MB-APP-21-03'],
    purpose: 'FC21 with another reference type, of file 0, of a record above 9999 or past the end of the file is refused with exception 02',
    requires: ['FC21'],
    needs: ['writes', 'filesWritable'],
    caughtBy: 'has-files-anywhere',
    run: async (bench) => {
      const station = await bench.open();
      const { file, first } = fileRange(bench, 'filesWritable');
      const wrong = [
        { what: 'reference type 5', group: fileGroup(file, first, 1, 5) },
        { what: 'file 0', group: fileGroup(0, first, 1) },
        { what: 'record 10000', group: fileGroup(file, LAST_RECORD + 1, 1) },
      ];
      for (const { what, group } of wrong) await station.expect({ what: `FC21 of ${what}`, pdu: writeFile([{ group, values: [0x1111] }]) }, exception(21, 2));
    },
  },
];

/** The declared records, as `file=first-last`. @throws FieldproofError FP_PICS_INVALID. */
function fileRange(bench: ModbusBench, name: 'files' | 'filesWritable'): FileRange & { readonly last: number } {
  const match = /^(\d+)\s*=\s*(\d+)-(\d+)$/u.exec(String(bench.context.pixit.values[name]));
  if (match === null) throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value ${name} is no file with its records: write "1=0-99"`);
  const [, file, first, last] = match.map(Number);
  const from = first ?? 0;
  const to = last ?? 0;
  return { file: file ?? 0, first: from, last: to, count: Math.min(to - from + 1, RECORDS_MAX) };
}

/** An answer of FC20 with groups of so many registers. */
function groupsOf(...counts: readonly number[]): ReturnType<typeof pduThat> {
  const total = counts.reduce((sum, count) => sum + 2 + count * 2, 0);
  return pduThat(`groups of ${counts.join(' and ')} registers`, (pdu) => {
    let at = 2;
    for (const count of counts) {
      if (pdu[at] !== 1 + count * 2 || pdu[at + 1] !== 6) return false;
      at += 2 + count * 2;
    }
    return pdu[0] === 20 && pdu[1] === total && pdu.length === at;
  });
}

/** Records that the case may write, put back at the end. */
async function savedRecords(bench: ModbusBench, station: Station): Promise<FileRange> {
  const range = fileRange(bench, 'filesWritable');
  const { file, first, count } = range;
  const answer = await station.needPdu({ what: `FC20 of file ${file}`, pdu: readFile([fileGroup(file, first, count)]) }, groupsOf(count));
  const values = Array.from({ length: count }, (_none, index) => ((answer[4 + index * 2] ?? 0) << 8) | (answer[5 + index * 2] ?? 0));
  bench.atEnd(async (at) => void (await at.ask({ pdu: writeFile([{ group: fileGroup(file, first, count), values }]) })));
  return range;
}
