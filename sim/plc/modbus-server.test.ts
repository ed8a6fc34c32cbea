import { describe, expect, test } from 'vitest';
import { createManualClock } from '../world/manual-clock.ts';
import { answerOf, testDevice } from './test-device.contract.ts';

function hex(pdu: Uint8Array): string {
  return Buffer.from(pdu).toString('hex');
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

describe('answers', () => {
  test.each([
    ['FC 01 packs the first coil lowest', '01 000a 0003', '010105'],
    ['FC 02 fills the last byte with zeros', '02 0000 0009', '02020001'],
    ['FC 03 sends registers high byte first', '03 0000 0004', '0308 1234 0001 0002 8000'],
    ['FC 04 reaches the last address', '04 fffd 0003', '0406 0000 0000 0007'],
    ['FC 05 echoes', '05 000b ff00', '05000bff00'],
    ['FC 06 echoes', '06 0000 ffff', '060000ffff'],
    ['FC 15 repeats address and quantity', '0f 000a 0003 01 ff', '0f000a0003'],
    ['FC 16 repeats address and quantity', '10 0000 0003 06 0001 0002 0003', '1000000003'],
  ])('%s', (_name, request, response) => {
    const { process, server } = testDevice(createManualClock());
    process.set('word', 0x1234).set('total', 0x0001_0002).set('high', true).set('coil10', true).set('coil12', true);
    process.set('input8', true).set('in65535', 7);
    expect(hex(answerOf(server, bytes(request)))).toBe(response.replaceAll(' ', ''));
  });
});

describe('exceptions, in the order of the standard', () => {
  test.each([
    ['01 before everything: an unknown function code', '41 0000 0000', 'c101'],
    ['01 for codes kept for exceptions', '83 0000 0001', '8301'],
    ['03 for quantity 0', '03 0000 0000', '8303'],
    ['03 for quantity 126', '03 0000 007e', '8303'],
    ['03 before 02: bad quantity at a bad address', '03 9000 007e', '8303'],
    ['03 before 02: bad coil value at a bad address', '05 9000 1234', '8503'],
    ['03 for a coil value that is neither on nor off', '05 000a 0001', '8503'],
    ['03 for a byte count that does not fit', '10 0000 0002 06 0001 0002 0003', '9003'],
    ['03 for data that is cut short', '10 0000 0002 04 0001', '9003'],
    ['03 for a request of the wrong length', '03 0000', '8303'],
    ['02 for a range that leaves the table', '04 ffff 0002', '8402'],
    ['02 for a range across a gap', '03 0004 0003', '8302'],
    ['02 for a table without points there', '01 0000 0001', '8102'],
    ['02 for a register that is read-only', '06 0004 0001', '8602'],
    ['02 for a write that would reach a read-only register', '10 0003 0002 04 0001 0002', '9002'],
  ])('%s', (_name, request, response) => {
    const { process, server, seen } = testDevice(createManualClock());
    const before = [...process];
    expect(hex(answerOf(server, bytes(request)))).toBe(response);
    expect([...process]).toEqual(before);
    const functionCode = Number.parseInt(response.slice(0, 2), 16) & 0x7f;
    expect(seen).toEqual([{ kind: 'refused', functionCode, exceptionCode: Number(response.slice(2)) }]);
  });

  test('04 when the process shows a value that its registers cannot hold', () => {
    const { process, server, seen } = testDevice(createManualClock());
    process.set('word', 65_536);
    expect(hex(answerOf(server, bytes('03 0000 0001')))).toBe('8304');
    expect(seen.map(({ kind }) => kind)).toEqual(['failed', 'refused']);
  });
});

test('a code that is not offered gets 01, before anything else is looked at', () => {
  const { server } = testDevice(createManualClock(), { functionCodes: [3, 43] });
  expect(['01 0000 0000', '08 0000', '06 0000 0001', '03 0000 0001', '2b 0e 04 00'].map((pdu) => hex(answerOf(server, bytes(pdu))).slice(0, 4))).toEqual([
    '8101',
    '8801',
    '8601',
    '0302',
    '2b0e',
  ]);
});

test('the exception status shows eight coils from an address on; those that do not exist are 0', () => {
  const { process, server } = testDevice(createManualClock(), { exceptionStatusAddress: 9 });
  process.set('coil10', true).set('coil12', true);
  expect(hex(answerOf(server, bytes('07')))).toBe('070a');
});

describe('what is witnessed', () => {
  test('a read and write names what it wrote, then what it read', () => {
    const { server, seen } = testDevice(createManualClock());
    server.answer(bytes('17 0000 0001 0000 0001 02 0009'));
    expect(seen).toEqual([
      { kind: 'written', values: { word: 9 } },
      { kind: 'served', values: { word: 9 } },
    ]);
  });

  test('a read names the points that it covered whole', () => {
    const { process, server, seen } = testDevice(createManualClock());
    process.set('total', 3);
    server.answer(bytes('03 0001 0003'));
    server.answer(bytes('03 0002 0001'));
    expect(seen).toEqual([
      { kind: 'served', values: { total: 3, low: false, high: false } },
      { kind: 'served', values: {} },
    ]);
  });

  test('a write names the points that it changed', () => {
    const { server, seen } = testDevice(createManualClock());
    server.answer(bytes('0f 000a 0002 01 02'));
    expect(seen).toEqual([{ kind: 'written', values: { coil10: false, coil11: true } }]);
  });
});
