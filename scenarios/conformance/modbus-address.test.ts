import { expect, test } from 'vitest';
import { isModbusAddress, parseModbusAddress } from './modbus-address.ts';

test.each([
  ['modbus-tcp://plc.local', { carrier: 'tcp', link: { kind: 'tcp', host: 'plc.local', port: 502 }, isConverted: false }],
  ['modbus-tcp://[::1]:1502', { carrier: 'tcp', link: { kind: 'tcp', host: '::1', port: 1_502 } }],
  ['modbus-rtu-tcp://10.0.0.7:4001', { carrier: 'rtu', link: { kind: 'tcp', host: '10.0.0.7', port: 4_001 }, isConverted: true }],
  ['modbus-rtu:///dev/ttyUSB0', { carrier: 'rtu', link: { kind: 'serial', path: '/dev/ttyUSB0', line: { baudRate: 19_200, parity: 'even', stopBits: 1 } }, isConverted: false }],
  ['modbus-ascii:///dev/ttyS1?baud=9600&parity=none', { carrier: 'ascii', link: { kind: 'serial', path: '/dev/ttyS1', line: { baudRate: 9_600, parity: 'none', stopBits: 2 } } }],
])('%s', (text, address) => {
  expect(isModbusAddress(text)).toBe(true);
  expect(parseModbusAddress(text)).toMatchObject(address);
});

test.each(['modbus-tcp://', 'modbus-rtu:///', 'modbus-rtu:///dev/x?baud=fast', 'modbus-rtu:///dev/x?parity=mark', 'modbus-rtu:///dev/x?rate=9600', 'modbus-rtu:///dev/x?stopBits=3', 'modbus-udp://a'])('%s is refused with what can be written', (text) => {
  expect(() => parseModbusAddress(text)).toThrow(/no address of a Modbus server/u);
});
