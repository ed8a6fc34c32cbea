import * as fc from 'fast-check';
import { READ_BITS_MAX, READ_REGISTERS_MAX, WRITE_COILS_MAX, WRITE_REGISTERS_MAX } from './limits.ts';
import { otherRequests, otherResponsesTo } from './other-code-arbitraries.contract.ts';
import type { ModbusRequest } from './request.ts';
import type { ModbusResponse } from './response.ts';
import { unitId, type UnitId } from './unit-id.ts';

const uint16 = fc.integer({ min: 0, max: 0xffff });
const quantity = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const readBits = fc.constantFrom<(1 | 2)[]>(1, 2);
const readRegisters = fc.constantFrom<(3 | 4)[]>(3, 4);

/** Arbitraries of the Modbus codecs, for property tests. Any unit id, 0 to 255. */
export const unitIds: fc.Arbitrary<UnitId> = fc.integer({ min: 0, max: 255 }).map(unitId);

/** PDUs of any content, 1 to 253 bytes. */
export const pdus: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 1, maxLength: 253 });

/** Every request the codecs know, within the limits of the standard. */
export const requests: fc.Arbitrary<ModbusRequest> = fc.oneof(
  fc.tuple(readBits, uint16, quantity(READ_BITS_MAX)).map(readRequest),
  fc.tuple(readRegisters, uint16, quantity(READ_REGISTERS_MAX)).map(readRequest),
  fc.tuple(uint16, fc.boolean()).map(([address, value]): ModbusRequest => ({ kind: 'request', functionCode: 5, address, value })),
  fc.tuple(uint16, uint16).map(([address, value]): ModbusRequest => ({ kind: 'request', functionCode: 6, address, value })),
  fc
    .tuple(uint16, upTo(WRITE_COILS_MAX, fc.boolean()))
    .map(([address, values]): ModbusRequest => ({ kind: 'request', functionCode: 15, address, values })),
  fc
    .tuple(uint16, upTo(WRITE_REGISTERS_MAX, uint16))
    .map(([address, values]): ModbusRequest => ({ kind: 'request', functionCode: 16, address, values })),
  otherRequests,
);

function readRequest([functionCode, address, count]: [1 | 2 | 3 | 4, number, number]): ModbusRequest {
  return { kind: 'request', functionCode, address, quantity: count };
}

function upTo<T>(maxLength: number, values: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(values, { minLength: 1, maxLength, size: 'max' });
}

/** A response that answers `request` as a server in good order would. */
export function responsesTo(request: ModbusRequest): fc.Arbitrary<ModbusResponse> {
  switch (request.functionCode) {
    case 1:
    case 2:
      return fc
        .array(fc.boolean(), { minLength: request.quantity, maxLength: request.quantity })
        .map((values) => ({ kind: 'response', functionCode: request.functionCode, values }));
    case 3:
    case 4:
      return fc
        .array(uint16, { minLength: request.quantity, maxLength: request.quantity })
        .map((values) => ({ kind: 'response', functionCode: request.functionCode, values }));
    case 5:
    case 6:
      return fc.constant({ ...request, kind: 'response' });
    case 15:
    case 16:
      return fc.constant({
        kind: 'response',
        functionCode: request.functionCode,
        address: request.address,
        quantity: request.values.length,
      });
    case 7:
    case 8:
    case 11:
    case 12:
    case 17:
    case 20:
    case 21:
    case 22:
    case 23:
    case 24:
    case 43:
    default:
      return otherResponsesTo(request);
  }
}

/** The same bytes, cut at arbitrary places. */
export function cuts(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map((places) => {
    const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length];
    return edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
  });
}

/** The bytes with one bit inverted; `bit` counts modulo their length. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  const place = bit % (bytes.length * 8);
  flipped[place >>> 3] = (flipped[place >>> 3] ?? 0) ^ (1 << (place & 7));
  return flipped;
}

/** Several byte strings as one. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
