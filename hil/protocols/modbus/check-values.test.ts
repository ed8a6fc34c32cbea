import { expect, test } from 'vitest';
import { crc16Modbus } from './crc16.ts';
import { lrc } from './lrc.ts';

test.each([
  ['01 03 00 00 00 0a', 0xcdc5, 'the usual read of ten registers: C5 CD on the line'],
  ['02 07', 0x1241, 'Modbus over Serial Line V1.02, section 6.2.2: 41 12 on the line'],
  ['', 0xffff, 'nothing: the preset'],
])('CRC of "%s" is %i (%s)', (hex, crc) => {
  expect(crc16Modbus(bytes(hex))).toBe(crc);
});

test('the CRC covers only the range asked for, and is 0 over a frame with its own CRC', () => {
  const frame = bytes('ff 01 03 00 00 00 0a c5 cd ff');
  expect(crc16Modbus(frame, 1, 7)).toBe(0xcdc5);
  expect(crc16Modbus(frame, 1, 9)).toBe(0);
});

test.each([
  ['02 07', 0xf7],
  ['f7 03 13 89 00 0a', 0x60],
  ['00', 0],
])('LRC of "%s" is %i', (hex, expected) => {
  expect(lrc(bytes(hex))).toBe(expected);
});

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(' ').filter((digits) => digits !== ''), (digits) => Number.parseInt(digits, 16));
}
