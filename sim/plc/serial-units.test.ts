import { expect, test } from 'vitest';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { createManualClock } from '../world/manual-clock.ts';
import type { ModbusServer } from './modbus-server.ts';
import { serialUnits } from './serial-units.ts';
import { testDevice } from './test-device.contract.ts';

const MESSAGES = Uint8Array.of(8, 0, 11, 0, 0);
const READ = Uint8Array.of(3, 0, 0, 0, 1);

function hex(pdu: Uint8Array | undefined): string {
  return pdu === undefined ? 'silence' : Buffer.from(pdu).toString('hex');
}

test('every unit counts every message on the line, whoever it is for', () => {
  const clock = createManualClock();
  const units = serialUnits(new Map([1, 7].map((unit) => [unit, testDevice(clock).server])));
  expect(units.isAddressed(unitId(9))).toBe(false);
  expect(units.isAddressed(unitId(1))).toBe(true);
  units.carryOut(unitId(1), READ);
  units.carryOut(unitId(0), READ);
  expect(hex(units.carryOut(unitId(7), MESSAGES))).toBe('08000b0004');
  expect(hex(units.carryOut(unitId(1), MESSAGES))).toBe('08000b0005');
});

test('a server without ears takes broadcasts of writes by itself', () => {
  const asked: string[] = [];
  const deaf: ModbusServer = {
    answer: (pdu) => {
      asked.push(hex(pdu));
      return pdu;
    },
  };
  const units = serialUnits(new Map([[1, deaf]]));
  units.disturbed('check-error');
  expect(hex(units.carryOut(unitId(0), READ))).toBe('silence');
  expect(hex(units.carryOut(unitId(0), Uint8Array.of(6, 0, 0, 0, 9)))).toBe('silence');
  expect(asked).toEqual(['0600000009']);
});
