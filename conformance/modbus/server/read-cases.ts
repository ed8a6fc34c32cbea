import { absentAddress, holds, type AddressRange } from '../bench/address-ranges.ts';
import type { TableName } from '../bench/declared-device.ts';
import { exception, pduThat, type Reaction } from '../bench/heard.ts';
import { dataBytes, isDataAnswer, READS, type ModbusBench } from '../bench/modbus-bench.ts';
import { fields, unpackBits, wordsOf } from '../bench/requests.ts';
import type { Station } from '../bench/station.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { someAbsent } from './needed-rules.ts';
import type { ServerPurpose } from './server-purpose.ts';

const LAST_ADDRESS = 65_535;
/** Items that are read one by one to compare them with a read of all. */
const COMPARED_MAX = 19;

/** FC01 to FC04: the same for all four tables, by their numbers. */
export const READ_PURPOSES: readonly ServerPurpose[] = [...readsOf('coils'), ...readsOf('discreteInputs'), ...readsOf('holdingRegisters'), ...readsOf('inputRegisters')];

function readsOf(table: TableName): ServerPurpose[] {
  const { code, quantityMax, isBits } = READS[table];
  const number = `0${code}`;
  const id = (statement: string): string => `MB-APP-${number}-${statement}`;
  const shared = { area: `FC${number}`, requires: [`FC${number}`], needs: [table] } as const;
  return [
    {
      ...shared,
      number: 1,
      statements: [id('01'), id('03'), 'MB-APP-GEN-01', 'MB-APP-GEN-02', 'MB-APP-GEN-03', 'MB-APP-GEN-05', 'MB-APP-EXC-03'],
      purpose: `FC${number} serves one of the ${table} and as many as exist, at most ${quantityMax}, in one answer with the right byte count`,
      caughtBy: 'counts-one-byte-too-many',
      run: async (bench) => {
        const station = await bench.open();
        const { first, count } = bench.range(table);
        const most = Math.min(count, quantityMax);
        for (const quantity of new Set([1, Math.min(count, 8), Math.min(count, 9), Math.max(1, most - 1), most])) await expectServed(station, table, first, quantity);
      },
    },
    {
      ...shared,
      number: 2,
      statements: [id('02'), 'MB-APP-EXC-02'],
      purpose: `FC${number} with quantity 0 is refused with exception 03`,
      caughtBy: 'serves-quantity-0',
      run: async (bench) => {
        const station = await bench.open();
        await station.expect({ what: `FC${number} with quantity 0`, pdu: fields(code, bench.range(table).first, 0) }, exception(code, 3));
      },
    },
    {
      ...shared,
      number: 3,
      statements: [id('02')],
      purpose: `FC${number} of more than ${quantityMax} is refused`,
      caughtBy: 'serves-more-than-fits',
      run: async (bench) => {
        const station = await bench.open();
        const { first } = bench.range(table);
        for (const quantity of [quantityMax + 1, LAST_ADDRESS]) {
          await station.expect({ what: `FC${number} with quantity ${quantity}`, pdu: fields(code, first, quantity) }, ...tooMany(bench, table, first, quantity));
        }
      },
    },
    {
      ...shared,
      number: 4,
      statements: isBits ? [id('04'), 'MB-APP-GEN-05'] : [id('04'), 'MB-APP-GEN-05', 'MB-APP-GEN-07'],
      purpose: isBits ? `FC${number} packs the first item into the lowest bit, and fills the last byte with zeros` : `FC${number} sends registers in the order of their addresses`,
      caughtBy: isBits ? 'packs-bits-from-the-top' : 'sends-registers-backwards',
      run: async (bench) => {
        const station = await bench.open();
        await expectSameSingly(bench, station, table, await differingRange(bench, station, table));
      },
    },
    {
      ...shared,
      number: 5,
      statements: [id('05'), 'MB-APP-EXC-05'],
      purpose: `FC${number} that passes the last of the ${table} is refused with exception 02 and no data, and does not wrap around`,
      caughtBy: 'serves-past-the-end',
      run: async (bench) => {
        const station = await bench.open();
        for (const { first, count } of bench.device.exists[table]) {
          const last = first + count - 1;
          if (count > 1) await expectServed(station, table, last - 1, 2);
          await station.expect({ what: `FC${number} of the last of the ${table} (${last}) and one more`, pdu: fields(code, last, 2) }, exception(code, 2));
        }
        await station.expect({ what: `FC${number} of 65535 and one more`, pdu: fields(code, LAST_ADDRESS, 2) }, exception(code, 2));
        const absent = absentAddress(bench.device.exists[table]);
        if (absent !== undefined) await station.expect({ what: `FC${number} of ${absent}, which does not exist`, pdu: fields(code, absent, 1) }, exception(code, 2));
      },
    },
    {
      ...shared,
      number: 6,
      statements: [id('06'), 'MB-APP-EXC-11', 'MB-APP-GEN-12'],
      level: 'should',
      purpose: `FC${number} with a bad quantity and a bad address is refused for its quantity, with exception 03`,
      needs: [table, someAbsent(table)],
      caughtBy: 'judges-address-before-quantity',
      run: async (bench) => {
        const station = await bench.open();
        const absent = absentAddress(bench.device.exists[table]) ?? LAST_ADDRESS;
        for (const quantity of [0, quantityMax + 1]) {
          await station.expect({ what: `FC${number} of ${quantity} from ${absent}, which does not exist`, pdu: fields(code, absent, quantity) }, exception(code, 3));
        }
      },
    },
    {
      ...shared,
      number: 7,
      statements: ['MB-APP-GEN-10', 'MB-APP-GEN-11'],
      purpose: `The ${table} lie at the PDU addresses that are declared, from 0 to 65535`,
      caughtBy: 'counts-addresses-from-1',
      run: async (bench) => {
        const station = await bench.open();
        for (const address of edgesOf(bench.device.exists[table])) {
          const asked = { what: `FC${number} of address ${address}`, pdu: fields(code, address, 1) };
          if (holds(bench.device.exists[table], address, 1)) await station.expect(asked, dataOf(table, 1));
          else await station.expect(asked, exception(code, 2));
        }
      },
    },
    ...(isBits ? [] : [knownValue(table === 'holdingRegisters' ? 'holdingRegisters' : 'inputRegisters', id('04'))]),
  ];
}

/** A value that both sides know is the only way to see the order of its two bytes. */
function knownValue(table: 'holdingRegisters' | 'inputRegisters', statement: string): ServerPurpose {
  const { code } = READS[table];
  return {
    area: `FC0${code}`,
    number: 8,
    statements: [statement, 'MB-APP-GEN-07', 'MB-APP-GEN-11'],
    purpose: `FC0${code} sends the high byte of a register first: one whose value is known`,
    requires: [`FC0${code}`],
    needs: [table === 'holdingRegisters' ? 'knownHoldingRegister' : 'knownInputRegister'],
    caughtBy: 'sends-low-byte-first',
    run: async (bench) => {
      const station = await bench.open();
      const known = bench.device.known[table] ?? inconclusiveCase('the declaration knows no value');
      const { address, value } = known;
      const says = `${value}, high byte first`;
      await station.expect({ what: `FC0${code} of address ${address}`, pdu: fields(code, address, 1) }, pduThat(says, (pdu) => isDataAnswer(pdu, code, 2) && wordsOf(pdu.subarray(2))[0] === value));
    },
  };
}

/** The data of so many items, unused bits zero. */
export function dataOf(table: TableName, count: number): Reaction {
  const { code, isBits } = READS[table];
  const byteCount = dataBytes(table, count);
  const unused = isBits ? byteCount * 8 - count : 0;
  const zeros = unused === 0 ? '' : `, the last ${unused} bits zero`;
  return pduThat(`${byteCount} bytes of data${zeros}`, (pdu) => isDataAnswer(pdu, code, byteCount) && (pdu.at(-1) ?? 0) >> (8 - unused) === 0);
}

async function expectServed(station: Station, table: TableName, first: number, count: number): Promise<Uint8Array> {
  const asked = { what: `a read of ${count} of the ${table} from ${first}`, pdu: fields(READS[table].code, first, count) };
  return station.expectPdu(asked, dataOf(table, count));
}

/**
 * 03 for the quantity. Where the table does not hold so many, its address is wrong too, and section 4.5 judges that first; the
 * clauses of the functions judge the quantity first, which is a case of its own.
 */
function tooMany(bench: ModbusBench, table: TableName, first: number, quantity: number): readonly [Reaction] {
  const { code } = READS[table];
  return holds(bench.device.exists[table], first, quantity) ? [exception(code, 3)] : [exception(code, 3, 2)];
}

/** First and last addresses of the ranges with their outer neighbours, and the ends of the table. */
function edgesOf(ranges: readonly AddressRange[]): number[] {
  const edges = ranges.slice(0, 8).flatMap(({ first, count }) => [first - 1, first, first + count - 1, first + count]);
  return [...new Set([0, ...edges, LAST_ADDRESS])].filter((address) => address >= 0 && address <= LAST_ADDRESS);
}

/** A range whose items differ: with content of ours where that may be written. */
async function differingRange(bench: ModbusBench, station: Station, table: TableName): Promise<AddressRange> {
  const isWritable = bench.device.writes && (table === 'coils' || table === 'holdingRegisters') && (bench.device.writable[table][0]?.count ?? 0) >= 9;
  const canWrite = table === 'coils' ? bench.has('FC05') || bench.has('FC15') : bench.has('FC06') || bench.has('FC16');
  if (isWritable && canWrite) {
    const range = await bench.scratch(station, table, COMPARED_MAX);
    await bench.needWritten(station, table, range.first, Array.from({ length: range.count }, (_none, index) => (table === 'coils' ? Number(index % 5 < 2) : 0x1234 + index)));
    return range;
  }
  const { first, count } = bench.range(table);
  return { first, count: Math.min(count, COMPARED_MAX) };
}

/** What one round of comparison showed. */
interface Compared {
  readonly together: string;
  readonly singly: string;
}

/** Live data moves: only what is the same in so many rounds is judged. */
const ROUNDS = 3;

/** A read of all shows what reads of each show; inconclusive when the data moves, or is the same forwards and backwards. */
async function expectSameSingly(bench: ModbusBench, station: Station, table: TableName, range: AddressRange): Promise<void> {
  const first = await compare(bench, station, table, range);
  if (first.together !== first.singly) {
    for (let round = 1; round < ROUNDS; round += 1) {
      const next = await compare(bench, station, table, range);
      if (next.together !== first.together || next.singly !== first.singly) inconclusiveCase(`the ${table} change while they are read: declare some that keep still first`);
    }
    failCase(`read together the ${table} from ${range.first} are ${first.together}, read singly ${first.singly}`);
  }
  const isPalindrome = first.singly === first.singly.split(' ').toReversed().join(' ');
  if (range.count > 1 && isPalindrome) inconclusiveCase(`the ${table} read the same backwards (${first.singly}), so their order cannot be seen: declare a range that differs first`);
}

async function compare(bench: ModbusBench, station: Station, table: TableName, { first, count }: AddressRange): Promise<Compared> {
  const data = (await expectServed(station, table, first, count)).subarray(2);
  const singles: number[] = [];
  for (let at = 0; at < count; at += 1) singles.push(...(await bench.needContent(station, table, first + at, 1)));
  return { together: (READS[table].isBits ? unpackBits(data, count) : wordsOf(data)).join(' '), singly: singles.join(' ') };
}
