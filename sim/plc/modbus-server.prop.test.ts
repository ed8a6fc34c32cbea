import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { decodeRequest } from '../../hil/protocols/modbus/decode-request.ts';
import { decodeResponse } from '../../hil/protocols/modbus/decode-response.ts';
import { requests as allRequests } from '../../hil/protocols/modbus/modbus-arbitraries.contract.ts';
import { encodeRequest } from '../../hil/protocols/modbus/encode-request.ts';
import type { ModbusRequest } from '../../hil/protocols/modbus/request.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { answerOf, testDevice, TEST_POINTS } from './test-device.contract.ts';

/** Mostly where the test device has something, else anywhere. */
const addresses = fc.oneof(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 65_530, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }));
const quantities = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 120 }));
/** Plain reads and writes: requests with one range of addresses. */
type PlainRequest = Extract<ModbusRequest, { functionCode: 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16 }>;
const requests: fc.Arbitrary<PlainRequest> = fc.oneof(
  fc.record({ kind: fc.constant('request'), functionCode: fc.constantFrom(1, 2), address: addresses, quantity: quantities }),
  fc.record({ kind: fc.constant('request'), functionCode: fc.constantFrom(3, 4), address: addresses, quantity: quantities }),
  fc.record({ kind: fc.constant('request'), functionCode: fc.constant(5), address: addresses, value: fc.boolean() }),
  fc.record({ kind: fc.constant('request'), functionCode: fc.constant(6), address: addresses, value: fc.integer({ min: 0, max: 65_535 }) }),
  fc.record({
    kind: fc.constant('request'),
    functionCode: fc.constant(15),
    address: addresses,
    values: fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
  }),
  fc.record({
    kind: fc.constant('request'),
    functionCode: fc.constant(16),
    address: addresses,
    values: fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 6 }),
  }),
);

test('any bytes get one well-formed answer: the function code, or its exception', () => {
  const { server } = testDevice(createManualClock());
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 253 }), (pdu) => {
      // Asks for silence.
      fc.pre(Buffer.from(pdu).toString('hex') !== '0800040000');
      const response = answerOf(server, pdu);
      const functionCode = pdu[0] ?? 0;
      const decoded = decodeRequest(pdu);
      expect(response.length).toBeGreaterThanOrEqual(2);
      expect(response.length).toBeLessThanOrEqual(253);
      if (decoded.kind === 'refused') expect([...response]).toEqual([functionCode | 0x80, decoded.exceptionCode]);
      else expect([functionCode, functionCode | 0x80]).toContain(response[0]);
    }),
    replay(),
  );
});

test('every request of the 19 codes gets an answer that fits it, or an exception, and never 04', () => {
  fc.assert(
    fc.property(allRequests, (request) => {
      const { server, seen } = testDevice(createManualClock());
      // Asks for silence.
      fc.pre(request.functionCode !== 8 || request.subFunction !== 4);
      const response = decodeResponse(answerOf(server, encodeRequest(request)), request);
      expect(['response', 'exception']).toContain(response.kind);
      if (response.kind === 'exception') expect([1, 2, 3]).toContain(response.exceptionCode);
      expect(seen.filter(({ kind }) => kind === 'failed')).toEqual([]);
    }),
    replay(),
  );
});

test('a well-formed request is served exactly when all its addresses exist (and can be written), else 02', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const { server } = testDevice(createManualClock());
      const response = decodeResponse(answerOf(server, encodeRequest(request)), request);
      const isServed = addressesOf(request).every((address) => isPoint(request, address));
      expect(response.kind).toBe(isServed ? 'response' : 'exception');
      if (response.kind === 'exception') expect(response.exceptionCode).toBe(2);
    }),
    replay(),
  );
});

test('what is written to registers reads back, and nothing else changes', () => {
  fc.assert(
    fc.property(fc.array(requests, { maxLength: 20 }), (list) => {
      const { server, bank } = testDevice(createManualClock());
      const expected = new Map<number, number>();
      for (const request of list) {
        const response = decodeResponse(answerOf(server, encodeRequest(request)), request);
        if (response.kind !== 'response') continue;
        if (request.functionCode === 6) expected.set(request.address, request.value);
        if (request.functionCode !== 16) continue;
        for (const [offset, value] of request.values.entries()) expected.set(request.address + offset, value);
      }
      for (const address of [0, 1, 2, 3, 4, 6, 7]) {
        const written = expected.get(address) ?? 0;
        // Register 3 keeps the two bits that are points.
        expect(bank.word('HOLDING_REGISTERS', address, 0)).toBe(address === 3 ? written & 0x8001 : written);
      }
    }),
    replay(),
  );
});

function addressesOf(request: PlainRequest): number[] {
  const count = 'quantity' in request ? request.quantity : 'values' in request ? request.values.length : 1;
  return Array.from({ length: count }, (_none, offset) => request.address + offset);
}

function isPoint({ functionCode }: PlainRequest, address: number): boolean {
  const table = tableOf(functionCode);
  const covers = (point: Point): boolean => address >= point.address && address < point.address + point.registerCount;
  const covering = TEST_POINTS.filter((point) => point.table === table && covers(point));
  return covering.length > 0 && (functionCode < 5 || covering.every(({ writable }) => writable));
}

function tableOf(functionCode: PlainRequest['functionCode']): PrimaryTable {
  if (functionCode === 2) return 'DISCRETES_INPUT';
  if (functionCode === 4) return 'INPUT_REGISTERS';
  return functionCode === 1 || functionCode === 5 || functionCode === 15 ? 'COILS' : 'HOLDING_REGISTERS';
}
