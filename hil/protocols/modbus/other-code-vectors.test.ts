import { describe, expect, test } from 'vitest';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import type { ModbusRequest } from './request.ts';
import type { ModbusResponse } from './response.ts';

interface Example {
  readonly section: string;
  readonly request: ModbusRequest;
  readonly requestHex: string;
  readonly response: ModbusResponse;
  readonly responseHex: string;
}

/** The worked examples of MODBUS Application Protocol V1.1b3, section 6, of the less common function codes. */
const EXAMPLES: readonly Example[] = [
  {
    section: '6.7',
    request: { kind: 'request', functionCode: 7 },
    requestHex: '07',
    response: { kind: 'response', functionCode: 7, status: 0x6d },
    responseHex: '07 6d',
  },
  {
    section: '6.8',
    request: { kind: 'request', functionCode: 8, subFunction: 0, data: bytes('a5 37') },
    requestHex: '08 00 00 a5 37',
    response: { kind: 'response', functionCode: 8, subFunction: 0, data: bytes('a5 37') },
    responseHex: '08 00 00 a5 37',
  },
  {
    section: '6.9',
    request: { kind: 'request', functionCode: 11 },
    requestHex: '0b',
    response: { kind: 'response', functionCode: 11, status: 0xffff, eventCount: 264 },
    responseHex: '0b ff ff 01 08',
  },
  {
    section: '6.10',
    request: { kind: 'request', functionCode: 12 },
    requestHex: '0c',
    response: { kind: 'response', functionCode: 12, status: 0, eventCount: 264, messageCount: 289, events: bytes('20 00') },
    responseHex: '0c 08 00 00 01 08 01 21 20 00',
  },
  {
    section: '6.13',
    request: { kind: 'request', functionCode: 17 },
    requestHex: '11',
    response: { kind: 'response', functionCode: 17, data: bytes('09 ff 56 31') },
    responseHex: '11 04 09 ff 56 31',
  },
  {
    section: '6.14',
    request: {
      kind: 'request',
      functionCode: 20,
      groups: [
        { fileNumber: 4, recordNumber: 1, recordLength: 2 },
        { fileNumber: 3, recordNumber: 9, recordLength: 2 },
      ],
    },
    requestHex: '14 0e 06 00 04 00 01 00 02 06 00 03 00 09 00 02',
    response: {
      kind: 'response',
      functionCode: 20,
      groups: [
        [0x0dfe, 0x0020],
        [0x33cd, 0x0040],
      ],
    },
    responseHex: '14 0c 05 06 0d fe 00 20 05 06 33 cd 00 40',
  },
  {
    section: '6.15',
    request: { kind: 'request', functionCode: 21, groups: [{ fileNumber: 4, recordNumber: 7, values: [0x06af, 0x04be, 0x100d] }] },
    requestHex: '15 0d 06 00 04 00 07 00 03 06 af 04 be 10 0d',
    response: { kind: 'response', functionCode: 21, groups: [{ fileNumber: 4, recordNumber: 7, values: [0x06af, 0x04be, 0x100d] }] },
    responseHex: '15 0d 06 00 04 00 07 00 03 06 af 04 be 10 0d',
  },
  {
    section: '6.16',
    request: { kind: 'request', functionCode: 22, address: 4, andMask: 0xf2, orMask: 0x25 },
    requestHex: '16 00 04 00 f2 00 25',
    response: { kind: 'response', functionCode: 22, address: 4, andMask: 0xf2, orMask: 0x25 },
    responseHex: '16 00 04 00 f2 00 25',
  },
  {
    section: '6.17',
    request: { kind: 'request', functionCode: 23, readAddress: 3, readQuantity: 6, writeAddress: 14, values: [0xff, 0xff, 0xff] },
    requestHex: '17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff',
    response: { kind: 'response', functionCode: 23, values: [0xfe, 0x0acd, 1, 3, 0x0d, 0xff] },
    responseHex: '17 0c 00 fe 0a cd 00 01 00 03 00 0d 00 ff',
  },
  {
    section: '6.18',
    request: { kind: 'request', functionCode: 24, address: 0x04de },
    requestHex: '18 04 de',
    response: { kind: 'response', functionCode: 24, values: [0x01b8, 0x1284] },
    responseHex: '18 00 06 00 02 01 b8 12 84',
  },
  {
    section: '6.21',
    request: { kind: 'request', functionCode: 43, readCode: 1, objectId: 0 },
    requestHex: '2b 0e 01 00',
    response: {
      kind: 'response',
      functionCode: 43,
      readCode: 1,
      conformityLevel: 1,
      moreFollows: false,
      nextObjectId: 0,
      objects: [
        { id: 0, value: ascii('Company identification') },
        { id: 1, value: ascii('Product code XX') },
        { id: 2, value: ascii('V2.11') },
      ],
    },
    responseHex: `2b 0e 01 01 00 00 03 00 16 ${spaced(ascii('Company identification'))} 01 0f ${spaced(ascii('Product code XX'))} 02 05 56 32 2e 31 31`,
  },
];

test.each(EXAMPLES)('the example of section $section encodes and decodes', ({ request, requestHex, response, responseHex }) => {
  expect(spaced(encodeRequest(request))).toBe(requestHex);
  expect(decodeRequest(bytes(requestHex))).toEqual(request);
  expect(spaced(encodeResponse(response))).toBe(responseHex);
  expect(decodeResponse(bytes(responseHex), request)).toEqual(response);
});

describe('a server refuses', () => {
  test.each([
    ['07 00', 3, 'parameters where there are none'],
    ['08 00', 3, 'a diagnostic without sub-function'],
    ['14', 3, 'file records without byte count'],
    ['14 00', 3, 'no group'],
    ['14 06 06 00 01 00 00 00', 3, 'a group cut short'],
    ['14 08 06 00 01 00 00 00 01 00', 3, 'a byte count that is no multiple of 7'],
    [`14 fc ${'06 00 01 00 00 00 01 '.repeat(36).trim()}`, 3, '36 groups'],
    ['14 07 05 00 01 00 00 00 01', 2, 'reference type 5'],
    ['14 07 06 00 00 00 00 00 01', 2, 'file 0'],
    ['14 07 06 00 01 27 10 00 01', 2, 'record 10000'],
    ['14 07 06 00 01 27 0f 00 02', 2, 'records past the last'],
    ['14 07 06 00 01 00 00 00 00', 3, 'no register'],
    ['14 07 06 00 01 00 00 00 7a', 3, 'more registers than an answer holds'],
    ['15 07 06 00 01 00 00 00 00', 3, 'a write of no register'],
    ['15 09 06 00 01 00 00 00 02 12 34', 3, 'fewer registers than stated'],
    ['15 0a 06 00 01 00 00 00 01 12 34 00', 3, 'a byte too many'],
    ['15 09 07 00 01 00 00 00 01 12 34', 2, 'a write with reference type 7'],
    ['16 00 04 00 f2 00', 3, 'a short mask write'],
    ['17 00 00 00 00 00 00 00 01 02 00 00', 3, 'a read of none'],
    ['17 00 00 00 7e 00 00 00 01 02 00 00', 3, 'a read of 126'],
    ['17 00 00 00 01 00 00 00 00 00', 3, 'a write of none'],
    [`17 00 00 00 01 00 00 00 7a f4 ${'00 '.repeat(244).trim()}`, 3, 'a write of 122'],
    ['17 00 00 00 01 00 00 00 01 04 00 00', 3, 'a byte count that does not fit'],
    ['17 00 00 00 01 00 00 00 01 02 00', 3, 'a write cut short'],
    ['18 00', 3, 'a short FIFO pointer'],
    ['2b', 3, 'no MEI type'],
    ['2b 0d 00 00', 1, 'CANopen'],
    ['2b 0f 01 00', 1, 'a reserved MEI type'],
    ['2b 0e 01', 3, 'a short identification request'],
    ['2b 0e 00 00', 3, 'read code 0'],
    ['2b 0e 05 00', 3, 'read code 5'],
  ])('%s with exception %i: %s', (request, exceptionCode) => {
    expect(decodeRequest(bytes(request))).toMatchObject({ kind: 'refused', functionCode: bytes(request)[0], exceptionCode });
  });
});

describe('a client does not take for an answer', () => {
  test.each<[string, string]>([
    ['07', '07'],
    ['08 00 00 a5 37', '08 00 00 a5 38'],
    ['08 00 00 a5 37', '08 00 01 a5 37'],
    ['08 00 0b 00 00', '08 00 0b 00'],
    ['0b', '0b 00 00 00'],
    ['0c', '0c 06 00 00 00 00 00'],
    ['0c', '0c 05 00 00 00 00 00'],
    ['11', '11 00'],
    ['11', '11 02 01'],
    ['14 07 06 00 04 00 01 00 02', '14 06 04 06 0d fe 00 20'],
    ['14 07 06 00 04 00 01 00 02', '14 06 05 07 0d fe 00 20'],
    ['14 07 06 00 04 00 01 00 02', '14 05 05 06 0d fe 00'],
    ['15 09 06 00 01 00 00 00 01 12 34', '15 09 06 00 01 00 00 00 01 12 35'],
    ['16 00 04 00 f2 00 25', '16 00 04 00 f2 00 24'],
    ['17 00 03 00 01 00 0e 00 01 02 00 ff', '17 04 00 fe 0a cd'],
    ['18 04 de', '18 00 06 00 02 01 b8'],
    ['18 04 de', `18 00 42 00 20 ${'00 '.repeat(64).trim()}`],
    ['2b 0e 01 00', '2b 0e 02 01 00 00 00'],
    ['2b 0e 01 00', '2b 0e 01 01 01 00 00'],
    ['2b 0e 01 00', '2b 0e 01 01 00 00 01 00 02 41'],
    ['2b 0e 01 00', '2b 0e 01 01 00 00 00 41'],
  ])('to %s: %s', (request, response) => {
    const decoded = decodeRequest(bytes(request));
    if (decoded.kind === 'refused') throw new Error(decoded.because);
    expect(decodeResponse(bytes(response), decoded).kind).toBe('malformed');
  });
});

test.each<[string, ModbusRequest]>([
  ['251 bytes of diagnostic data', { kind: 'request', functionCode: 8, subFunction: 0, data: new Uint8Array(251) }],
  ['no file group', { kind: 'request', functionCode: 20, groups: [] }],
  ['file 0', { kind: 'request', functionCode: 20, groups: [{ fileNumber: 0, recordNumber: 0, recordLength: 1 }] }],
  ['an answer above 245 bytes', { kind: 'request', functionCode: 20, groups: [{ fileNumber: 1, recordNumber: 0, recordLength: 122 }] }],
  ['record 10000', { kind: 'request', functionCode: 21, groups: [{ fileNumber: 1, recordNumber: 10_000, values: [1] }] }],
  ['a file write above 251 bytes', { kind: 'request', functionCode: 21, groups: [{ fileNumber: 1, recordNumber: 0, values: zeros(123) }] }],
  ['a mask of 17 bits', { kind: 'request', functionCode: 22, address: 0, andMask: 0x1_0000, orMask: 0 }],
  ['122 registers to write', { kind: 'request', functionCode: 23, readAddress: 0, readQuantity: 1, writeAddress: 0, values: zeros(122) }],
  ['126 registers to read', { kind: 'request', functionCode: 23, readAddress: 0, readQuantity: 126, writeAddress: 0, values: zeros(1) }],
  ['FIFO pointer -1', { kind: 'request', functionCode: 24, address: -1 }],
  ['object 256', { kind: 'request', functionCode: 43, readCode: 4, objectId: 256 }],
])('a request for %s is our own fault and is not encoded', (_what, request) => {
  expect(() => encodeRequest(request)).toThrowError(expect.objectContaining({ code: 'FP_MODBUS_BAD_PDU' }));
});

test.each<[string, ModbusResponse]>([
  ['65 events', { kind: 'response', functionCode: 12, status: 0, eventCount: 0, messageCount: 0, events: new Uint8Array(65) }],
  ['a server id of 252 bytes', { kind: 'response', functionCode: 17, data: new Uint8Array(252) }],
  ['a queue of 32', { kind: 'response', functionCode: 24, values: zeros(32) }],
  [
    'objects of 254 bytes',
    { kind: 'response', functionCode: 43, readCode: 1, conformityLevel: 1, moreFollows: false, nextObjectId: 0, objects: [{ id: 0, value: new Uint8Array(245) }] },
  ],
])('a response with %s is not encoded', (_what, response) => {
  expect(() => encodeResponse(response)).toThrowError(expect.objectContaining({ code: 'FP_MODBUS_BAD_PDU' }));
});

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function spaced(pdu: Uint8Array): string {
  return [...pdu].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
