import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AddressBase } from './csv-address.ts';
import { readRegisterMap, type RegisterMapProblem } from './csv-register-map.ts';
import { CSV_COLUMNS } from './csv-columns.ts';
import { pointsOf, type Point } from './point.ts';

function pointsIn(text: string, addressBase: AddressBase = '0'): readonly Point[] {
  const map = readRegisterMap(text, { name: 'map', addressBase });
  if (map.kind === 'wrong') throw new Error(JSON.stringify(map.problems));
  return pointsOf(map.profile);
}

function problemsIn(text: string, addressBase: AddressBase = '0'): readonly RegisterMapProblem[] {
  const map = readRegisterMap(text, { name: 'map', addressBase });
  return map.kind === 'wrong' ? map.problems : [];
}

/** The one point of a map with these columns and cells beside a name and a holding register 10. */
function onePoint(columns: string, cells: string): Point | undefined {
  return pointsIn(`name,table,address,${columns}\nA,holding,10,${cells}\n`)[0];
}

function oneProblem(columns: string, cells: string): RegisterMapProblem | undefined {
  return problemsIn(`name,table,address,${columns}\nA,holding,10,${cells}\n`)[0];
}

test('a map with every column', () => {
  const text = `Tag;Register Type;Start Address;Data Type;Words;Word Order;Factor;Offset;Eng. Unit;R/W;Description;Min;Max;Dead Band;Max. silence [ms]
"Flow temp.";Input Register;0x1F;INT16;1;;0,1;-40;°C;RO;"Supply, after the ""mixer""";;;0,5;30s
Energy;HR;100;DWORD;2;CDAB;;;kWh;read only;;;;;60000
Setpoint;holding registers;7;UInt16;;big-endian;1/10;;;R/W;;5;40;;
Name;holding;20;string[15];8;little endian;;;;rw;;;;;
Alarm;4;11.3;bool;;;;;;;;;;;
Pump;coil;0;;;;;;;W;;;;;
`;
  expect(pointsIn(text)).toMatchObject([
    { name: 'Flow temp.', table: 'INPUT_REGISTERS', address: 31, rawType: 'Int16', valueType: 'Float64', scale: 0.1, offset: -40, units: '°C', writable: false, deadband: 0.5, maxSilenceMs: 30_000 },
    { name: 'Energy', table: 'HOLDING_REGISTERS', address: 100, rawType: 'Uint32', registerCount: 2, wordSwap: true, byteSwap: false, valueType: 'Uint32', maxSilenceMs: 60_000 },
    { name: 'Setpoint', address: 7, rawType: 'Uint16', scale: 0.1, readable: true, writable: true, minimum: 5, maximum: 40 },
    { name: 'Name', rawType: 'String', registerCount: 8, byteSwap: true, wordSwap: false },
    { name: 'Alarm', table: 'INPUT_REGISTERS', address: 11, bit: 3, rawType: 'Bool' },
    { name: 'Pump', table: 'COILS', rawType: 'Bool', readable: false, writable: true },
  ]);
});

/** Table, address and bit of the one point of a map. */
function at(address: string, base: AddressBase, table = ''): readonly unknown[] {
  const point = pointsIn(`name,address,table\nA,${address},${table}\n`, base)[0];
  return [point?.table, point?.address, point?.bit];
}

describe('address bases', () => {
  test.each([
    ['0', '0', 'holding', ['HOLDING_REGISTERS', 0, undefined]],
    ['65535', '0', 'input', ['INPUT_REGISTERS', 65_535, undefined]],
    ['1', '1', 'holding', ['HOLDING_REGISTERS', 0, undefined]],
    ['65536', '1', 'coil', ['COILS', 65_535, undefined]],
    ['0x0A', '1', 'holding', ['HOLDING_REGISTERS', 9, undefined]],
    ['100.15', '0', 'holding', ['HOLDING_REGISTERS', 100, 15]],
    ['40001', '4xxxx', '', ['HOLDING_REGISTERS', 0, undefined]],
    ['49999', '4xxxx', 'holding', ['HOLDING_REGISTERS', 9_998, undefined]],
    ['400001', '4xxxx', '', ['HOLDING_REGISTERS', 0, undefined]],
    ['465536', '4xxxx', '', ['HOLDING_REGISTERS', 65_535, undefined]],
    ['30010:4', '4xxxx', '', ['INPUT_REGISTERS', 9, 4]],
    ['10001', '4xxxx', '', ['DISCRETES_INPUT', 0, undefined]],
    ['00001', '4xxxx', '', ['COILS', 0, undefined]],
    ['1', '4xxxx', '', ['COILS', 0, undefined]],
    ['4x1', '4xxxx', '', ['HOLDING_REGISTERS', 0, undefined]],
    ['40 101', '4xxxx', '', ['HOLDING_REGISTERS', 100, undefined]],
  ] as const)('%s of base %s', (address, base, table, expected) => expect(at(address, base, table)).toEqual(expected));

  test.each([
    ['0', '1', 'holding', 'outside 1 to 65536'],
    ['65536', '0', 'holding', 'outside 0 to 65535'],
    ['-1', '0', 'holding', 'expected an address'],
    ['ten', '0', 'holding', 'found "ten"'],
    ['40000', '4xxxx', '', 'count from 1'],
    ['20001', '4xxxx', '', 'expected a Modicon number'],
    ['465537', '4xxxx', '', 'count from 1 to 65536'],
    ['100.16', '0', 'holding', 'bits 0 to 15'],
    ['', '0', 'holding', 'has no address'],
  ] as const)('%s of base %s is refused', (address, base, table, words) => {
    expect(problemsIn(`name,address,table\nA,${address},${table}\n`, base)).toEqual([{ line: 2, column: 'address', message: expect.stringContaining(words) }]);
  });

  test('a table that contradicts a Modicon number is refused, and one that nothing names', () => {
    expect(problemsIn('name,address,table\nA,30001,holding\n', '4xxxx')).toEqual([{ line: 2, column: 'table', message: '"holding" contradicts the address, which names INPUT_REGISTERS' }]);
    expect(problemsIn('name,address\nA,1\n')).toEqual([{ line: 2, column: 'table', message: expect.stringContaining('address base 4xxxx') }]);
  });
});

test.each([
  ['type', 'float', { rawType: 'Float32', registerCount: 2, valueType: 'Float32' }],
  ['type', 'REAL', { rawType: 'Float32' }],
  ['type', 'lreal', { rawType: 'Float64', registerCount: 4 }],
  ['type', 'int64_t', { rawType: 'Int64' }],
  ['type', 'acc64', { rawType: 'Uint64' }],
  ['type', '', { rawType: 'Uint16' }],
  ['type,size', 'ascii,4', { rawType: 'String', registerCount: 4 }],
  ['type,order', 'uint32,DCBA', { byteSwap: true, wordSwap: true }],
  ['type,order', 'uint16,CDAB', { byteSwap: false, wordSwap: false }],
  ['type,order', 'uint16,BADC', { byteSwap: true, wordSwap: false }],
  ['bit', '7', { rawType: 'Bool', bit: 7 }],
  ['scale', 'x0.01', { scale: 0.01 }],
  ['scale', '/8', { scale: 0.125 }],
  ['scale,offset', '10,0', { scale: 10, valueType: 'Float64' }],
  ['access', '', { readable: true, writable: false }],
  ['heartbeat', '2m', { maxSilenceMs: 120_000 }],
])('%s %s', (columns, cells, expected) => expect(onePoint(columns, cells)).toMatchObject(expected));

test.each([
  ['type', 'uint8', 'type', 'did you mean "uint'],
  ['type', 'uint16[3]', 'type', 'has no length'],
  ['type', 'string', 'type', 'needs its characters'],
  ['type,size', 'string[10],4', 'size', 'do not hold exactly 10'],
  ['type,Registers', 'float,1', 'Registers', 'a Float32 takes 2 registers, not 1'],
  ['Endianness', 'ABDC', 'Endianness', 'expected ABCD, CDAB, BADC or DCBA'],
  ['scale', 'ten', 'scale', 'expected a number'],
  ['scale', '0', 'scale', 'must not be 0'],
  ['scale', '0/0', 'scale', 'expected a number'],
  ['access', 'maybe', 'access', 'expected R, W or RW'],
  ['deadband', '-1', 'deadband', ''],
  ['max silence', '50', 'max silence', ''],
  ['max silence', 'soon', 'max silence', 'expected milliseconds'],
  ['bit,type', '3,uint16', 'bit', 'bit is only for'],
  ['min,max', '5,4', 'min', 'above maximum'],
])('%s %s is refused at its column', (columns, cells, column, words) => expect(oneProblem(columns, cells)).toMatchObject({ line: 2, column, message: expect.stringContaining(words) }));

test('many mistakes are told at once, each at its line, in the order of the file', () => {
  const text = `# Vendor map
Point,Area,Reg,Type,Scale

A,holding,1,int61,1
B,"input
register",two,int16,1

C,inputs,3,int16,1
A,input,4,int16,zero
,input,5,int16,1
D,input,65535,int32,1
D,input,6,int16,1
`;
  expect(problemsIn(text).map(({ line, column }) => [line, column])).toEqual([
    [4, 'Type'],
    [5, 'Reg'],
    [8, 'Area'],
    [9, 'Scale'],
    [9, 'Point'],
    [10, 'Point'],
    [11, 'Reg'],
    [12, 'Point'],
  ]);
});

describe('headers', () => {
  test('a missing column is told with what may be meant', () => {
    expect(problemsIn('nmae,adress\nA,1\n')).toEqual([
      { line: 1, column: 'nmae', message: expect.stringMatching(/no column name .*did you mean "name" by "nmae"\?/u) },
      { line: 1, column: 'adress', message: expect.stringMatching(/no column address .*did you mean "address" by "adress"\?/u) },
    ]);
  });

  test('two columns of one meaning are refused', () => {
    expect(problemsIn('name,address,unit,units\nA,1,V,V\n')).toEqual([{ line: 1, column: 'units', message: '"units" and "unit" both mean the column units' }]);
  });

  test('a strange column is left out and told', () => {
    expect(readRegisterMap('name,table,address,Firmware\nA,coil,1,2.0\n', { name: 'map', addressBase: '0' })).toMatchObject({ kind: 'profile', notes: ['columns left out: "Firmware"'] });
  });

  test('no two columns share an alias', () => {
    const words: string[] = CSV_COLUMNS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });
});

test('names that no topic holds are changed, and told', () => {
  const map = readRegisterMap('name,table,address\n"#1 Temp/°C",input,1\n', { name: 'map', addressBase: '0' });
  expect(map).toMatchObject({ kind: 'profile', profile: { deviceResources: [{ name: '1 Temp__C' }] }, notes: ['line 2: "#1 Temp/°C" becomes "1 Temp__C"'] });
});

test.each([
  ['a quote that is never closed', 'name,address\n"A,1\nB,2\n', 'FP_CSV_SYNTAX'],
  ['a quote inside a cell', 'name,address\nA"B",1\n', 'FP_CSV_SYNTAX'],
  ['nothing', '', 'FP_SCHEMA'],
  ['only a header', 'name,address\n', 'FP_SCHEMA'],
])('%s is refused with a line', (_what, text, code) => {
  expect(readRegisterMap(text, { name: 'map', addressBase: '0' })).toMatchObject({ kind: 'wrong', code, problems: [{ line: expect.any(Number), message: expect.stringMatching(/^\S[^]{10,}/u) }] });
});

test('a bad name of the profile is told too', () => {
  expect(readRegisterMap('name,table,address\nA,coil,1\n', { name: 'a/b', addressBase: '0' })).toMatchObject({ kind: 'wrong', problems: [{ line: 1, message: expect.stringContaining('name') }] });
});

test('the README of the profiles shows every column', () => {
  const text = readFileSync(new URL('profiles/README.md', import.meta.url), 'utf8');
  for (const { name, aliases, holds } of CSV_COLUMNS) expect(text).toContain(`| ${name} | ${aliases.join(', ')} | ${holds} |`);
});
