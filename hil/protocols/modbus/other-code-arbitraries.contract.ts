import * as fc from 'fast-check';
import { READ_REGISTERS_MAX, READ_WRITE_REGISTERS_MAX } from './limits.ts';
import type { ModbusRequest, ReadDeviceIdCode, ReadDeviceIdentificationRequest, ReadFileRecordRequest } from './request.ts';
import type { ModbusResponse } from './response.ts';

const byte = fc.integer({ min: 0, max: 0xff });
const uint16 = fc.integer({ min: 0, max: 0xffff });
const registers = (minLength: number, maxLength: number): fc.Arbitrary<number[]> => fc.array(uint16, { minLength, maxLength, size: 'max' });
const request = fc.constant('request' as const);
const record = fc.record({ fileNumber: fc.integer({ min: 1, max: 0xffff }), recordNumber: fc.integer({ min: 0, max: 9_800 }) });

/** Requests that are neither plain reads nor plain writes. */
export type OtherRequest = Exclude<ModbusRequest, { functionCode: 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16 }>;

/** Groups that stay within the bytes of a request or an answer, however many are drawn. */
const ranges = fc.array(
  fc.tuple(record, fc.integer({ min: 1, max: 5 })).map(([place, recordLength]) => ({ ...place, recordLength })),
  { minLength: 1, maxLength: 20 },
);
const records = fc.array(
  fc.tuple(record, registers(1, 10)).map(([place, values]) => ({ ...place, values })),
  { minLength: 1, maxLength: 9 },
);

/** Requests of the function codes that are neither plain reads nor plain writes: 7, 8, 11, 12, 17, 20 to 24 and 43. */
export const otherRequests: fc.Arbitrary<OtherRequest> = fc.oneof(
  fc.record({ kind: request, functionCode: fc.constantFrom(7, 11, 12, 17) }),
  fc.record({ kind: request, functionCode: fc.constant(8), subFunction: fc.oneof(fc.integer({ min: 0, max: 22 }), uint16), data: fc.uint8Array({ maxLength: 250 }) }),
  fc.record({ kind: request, functionCode: fc.constant(20), groups: ranges }),
  fc.record({ kind: request, functionCode: fc.constant(21), groups: records }),
  fc.record({ kind: request, functionCode: fc.constant(22), address: uint16, andMask: uint16, orMask: uint16 }),
  fc.record({
    kind: request,
    functionCode: fc.constant(23),
    readAddress: uint16,
    readQuantity: fc.integer({ min: 1, max: READ_REGISTERS_MAX }),
    writeAddress: uint16,
    values: registers(1, READ_WRITE_REGISTERS_MAX),
  }),
  fc.record({ kind: request, functionCode: fc.constant(24), address: uint16 }),
  fc.record({ kind: request, functionCode: fc.constant(43), readCode: fc.constantFrom<ReadDeviceIdCode[]>(1, 2, 3, 4), objectId: byte }),
);

/** A response that answers one of `otherRequests` as a server in good order would. */
export function otherResponsesTo(asked: OtherRequest): fc.Arbitrary<ModbusResponse> {
  const response = fc.constant('response' as const);
  switch (asked.functionCode) {
    case 7:
      return fc.record({ kind: response, functionCode: fc.constant(7), status: byte });
    case 8:
      return diagnosticsData(asked.subFunction, asked.data).map((data) => ({ ...asked, kind: 'response', data }));
    case 11:
      return fc.record({ kind: response, functionCode: fc.constant(11), status: uint16, eventCount: uint16 });
    case 12: {
      const events = fc.uint8Array({ maxLength: 64 });
      return fc.record({ kind: response, functionCode: fc.constant(12), status: uint16, eventCount: uint16, messageCount: uint16, events });
    }
    case 17:
      return fc.record({ kind: response, functionCode: fc.constant(17), data: fc.uint8Array({ minLength: 1, maxLength: 251 }) });
    case 20:
      return fileAnswers(asked);
    case 21:
    case 22:
      return fc.constant({ ...asked, kind: 'response' });
    case 23:
      return registers(asked.readQuantity, asked.readQuantity).map((values) => ({ kind: 'response', functionCode: 23, values }));
    case 24:
      return registers(0, 31).map((values) => ({ kind: 'response', functionCode: 24, values }));
    case 43:
    default:
      return identifications(asked);
  }
}

function diagnosticsData(subFunction: number, data: Uint8Array): fc.Arbitrary<Uint8Array> {
  return [0, 1, 3, 10, 20].includes(subFunction) ? fc.constant(data) : fc.uint8Array({ minLength: 2, maxLength: 2 });
}

function fileAnswers({ groups }: ReadFileRecordRequest): fc.Arbitrary<ModbusResponse> {
  return fc
    .tuple(...groups.map(({ recordLength }) => registers(recordLength, recordLength)))
    .map((values) => ({ kind: 'response', functionCode: 20, groups: values }));
}

function identifications({ readCode }: ReadDeviceIdentificationRequest): fc.Arbitrary<ModbusResponse> {
  const objects = fc.array(fc.record({ id: byte, value: fc.uint8Array({ maxLength: 28 }) }), { maxLength: 8 });
  return fc
    .record({ conformityLevel: byte, moreFollows: fc.boolean(), nextObjectId: byte, objects })
    .map((rest) => ({ kind: 'response', functionCode: 43, readCode, ...rest }));
}
