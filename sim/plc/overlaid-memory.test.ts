import { expect, test } from 'vitest';
import { samplePoint } from '../../hil/gateway/southbound/sample-point.contract.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { answerOf, testDevice, type TestDevice } from './test-device.contract.ts';

/**
 * One memory: register 0 a status word with coil 3 laid over it, register 1 an input, discrete input 33 in register 2,
 * coil 50 in register 3, whose other bits are nobody's.
 */
const POINTS = [
  samplePoint({ name: 'status', address: 0 }),
  samplePoint({ name: 'run', table: 'COILS', address: 3, rawType: 'Bool', valueType: 'Bool' }),
  samplePoint({ name: 'level', table: 'INPUT_REGISTERS', address: 1, writable: false }),
  samplePoint({ name: 'alarm', table: 'DISCRETES_INPUT', address: 33, rawType: 'Bool', valueType: 'Bool', writable: false }),
  samplePoint({ name: 'reset', table: 'COILS', address: 50, rawType: 'Bool', valueType: 'Bool' }),
];

function overlaid(): TestDevice {
  return testDevice(createManualClock(), { points: POINTS, memory: 'overlaid' });
}

function ask({ server }: TestDevice, pdu: string): string {
  return Buffer.from(answerOf(server, Buffer.from(pdu.replaceAll(' ', ''), 'hex'))).toString('hex');
}

test('holding and input registers are the same', () => {
  const device = overlaid();
  device.process.set('level', 0x1234);
  expect(ask(device, '06 0000 00f0')).toBe('06000000f0');
  for (const code of ['03', '04']) expect(ask(device, `${code} 0000 0002`)).toBe(`${code}0400f01234`);
});

test('coils and discrete inputs are the bits of the registers, the lowest first', () => {
  const device = overlaid();
  ask(device, '06 0000 8005');
  device.process.set('level', 0x1234).set('alarm', true);
  for (const code of ['01', '02']) expect(ask(device, `${code} 0000 0030`)).toBe(`${code}06 0580 3412 0200`.replaceAll(' ', ''));
});

test('a coil written changes its bit of the register, and nothing else', () => {
  const device = overlaid();
  ask(device, '06 0000 8001');
  device.seen.length = 0;
  expect(ask(device, '05 0003 ff00')).toBe('050003ff00');
  expect(ask(device, '03 0000 0001')).toBe('03028009');
  expect(device.process.get('run')).toBe(true);
  expect(device.process.get('status')).toBe(0x8009);
  expect(ask(device, '0f 0000 0010 02 0000')).toBe('0f00000010');
  expect(ask(device, '03 0000 0001')).toBe('03020000');
});

test('what a profile declares read-only cannot be written by any table', () => {
  const device = overlaid();
  expect(ask(device, '06 0001 0000')).toBe('8602');
  expect(ask(device, '05 0010 0000')).toBe('8502');
  expect(ask(device, '05 0021 0000')).toBe('8502');
  expect(ask(device, '01 0040 0001')).toBe('8102');
});

test('a bit of a register that is nobody’s reads 0 and cannot be written', () => {
  const device = overlaid();
  expect(ask(device, '05 0032 ff00')).toBe('050032ff00');
  expect(ask(device, '05 0033 ff00')).toBe('8502');
  expect(ask(device, '01 0030 0010')).toBe('01020400');
  expect(ask(device, '03 0003 0001')).toBe('03020004');
});

test('a read of bits names the points that are one bit', () => {
  const device = overlaid();
  ask(device, '05 0003 ff00');
  device.seen.length = 0;
  ask(device, '01 0000 0030');
  expect(device.seen).toEqual([{ kind: 'served', values: { run: true, alarm: false } }]);
});

test('the profile may ask for it; separate tables have nothing in common', () => {
  const device = testDevice(createManualClock(), { points: POINTS });
  ask(device, '06 0000 00f0');
  expect(ask(device, '04 0000 0001')).toBe('8402');
  expect(ask(device, '01 0003 0001')).toBe('010100');
});
