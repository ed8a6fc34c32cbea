import { describe, expect, test } from 'vitest';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeException, EXCEPTION_CODES, exceptionCodeEntry } from './exception.ts';
import { FUNCTION_CODES, functionCodeEntry } from './function-code.ts';
import type { ModbusRequest } from './request.ts';
import type { ModbusResponse } from './response.ts';

interface Example {
  readonly section: string;
  readonly request: ModbusRequest;
  readonly requestHex: string;
  readonly response: ModbusResponse;
  readonly responseHex: string;
}

/** The worked examples of MODBUS Application Protocol V1.1b3, section 6. */
const EXAMPLES: readonly Example[] = [
  {
    section: '6.1',
    request: { kind: 'request', functionCode: 1, address: 19, quantity: 19 },
    requestHex: '01 00 13 00 13',
    response: { kind: 'response', functionCode: 1, values: bits('1011 0011 1101 0110 101') },
    responseHex: '01 03 cd 6b 05',
  },
  {
    section: '6.2',
    request: { kind: 'request', functionCode: 2, address: 196, quantity: 22 },
    requestHex: '02 00 c4 00 16',
    response: { kind: 'response', functionCode: 2, values: bits('0011 0101 1101 1011 1010 11') },
    responseHex: '02 03 ac db 35',
  },
  {
    section: '6.3',
    request: { kind: 'request', functionCode: 3, address: 107, quantity: 3 },
    requestHex: '03 00 6b 00 03',
    response: { kind: 'response', functionCode: 3, values: [0x022b, 0, 0x64] },
    responseHex: '03 06 02 2b 00 00 00 64',
  },
  {
    section: '6.4',
    request: { kind: 'request', functionCode: 4, address: 8, quantity: 1 },
    requestHex: '04 00 08 00 01',
    response: { kind: 'response', functionCode: 4, values: [10] },
    responseHex: '04 02 00 0a',
  },
  {
    section: '6.5',
    request: { kind: 'request', functionCode: 5, address: 172, value: true },
    requestHex: '05 00 ac ff 00',
    response: { kind: 'response', functionCode: 5, address: 172, value: true },
    responseHex: '05 00 ac ff 00',
  },
  {
    section: '6.6',
    request: { kind: 'request', functionCode: 6, address: 1, value: 3 },
    requestHex: '06 00 01 00 03',
    response: { kind: 'response', functionCode: 6, address: 1, value: 3 },
    responseHex: '06 00 01 00 03',
  },
  {
    section: '6.11',
    request: { kind: 'request', functionCode: 15, address: 19, values: bits('1011 0011 10') },
    requestHex: '0f 00 13 00 0a 02 cd 01',
    response: { kind: 'response', functionCode: 15, address: 19, quantity: 10 },
    responseHex: '0f 00 13 00 0a',
  },
  {
    section: '6.12',
    request: { kind: 'request', functionCode: 16, address: 1, values: [0x000a, 0x0102] },
    requestHex: '10 00 01 00 02 04 00 0a 01 02',
    response: { kind: 'response', functionCode: 16, address: 1, quantity: 2 },
    responseHex: '10 00 01 00 02',
  },
];

test.each(EXAMPLES)('the example of section $section encodes and decodes', ({ request, requestHex, response, responseHex }) => {
  expect(hex(encodeRequest(request))).toBe(requestHex);
  expect(decodeRequest(bytes(requestHex))).toEqual(request);
  expect(hex(encodeResponse(response))).toBe(responseHex);
  expect(decodeResponse(bytes(responseHex), request)).toEqual(response);
});

describe('a server refuses', () => {
  test.each([
    ['', 0, 1, 'an empty PDU'],
    ['00 00 00 00 01', 0, 1, 'function code 0 (section 4.1)'],
    ['41 00', 0x41, 1, 'a user-defined function code'],
    ['83 02', 0x83, 1, 'an exception sent as a request (section 4.1)'],
    ['01 00 00 00', 1, 3, 'a short request'],
    ['01 00 00 00 00', 1, 3, '0 coils'],
    ['01 00 00 07 d1', 1, 3, '2001 coils'],
    ['03 00 00 00 7e', 3, 3, '126 registers'],
    ['03 ff ff ff ff', 3, 3, '65535 registers, quantity before address'],
    ['04 00 00 00 01 00', 4, 3, 'a byte too many'],
    ['05 00 ac 12 34', 5, 3, 'a coil value that is neither FF00 nor 0000 (section 6.5)'],
    ['06 00 01 00', 6, 3, 'a short write'],
    ['0f 00 13 00 0a 01 cd', 15, 3, 'a byte count below the quantity'],
    ['0f 00 13 07 b1 f7', 15, 3, '1969 coils'],
    ['10 00 01 00 02 04 00 0a 01', 16, 3, 'fewer bytes than the byte count'],
    ['10 00 01 00 02 02 00 0a', 16, 3, 'a byte count of half the quantity'],
    ['10 00 01 00 02 05 00 0a 01 02', 16, 3, 'a byte count that neither quantity nor length agrees with'],
    ['0f 00 13 00 0a 03 cd 01', 15, 3, 'a byte count above the quantity'],
    ['10 00 01 00 00 00', 16, 3, '0 registers'],
    ['10 00 01 00 7c f8', 16, 3, '124 registers'],
  ])('%s with function code %i, exception %i: %s', (request, functionCode, exceptionCode) => {
    expect(decodeRequest(bytes(request))).toMatchObject({ kind: 'refused', functionCode, exceptionCode });
  });
});

describe('a client does not take for an answer to 03 00 6b 00 03', () => {
  const request: ModbusRequest = { kind: 'request', functionCode: 3, address: 107, quantity: 3 };
  test.each([
    ['', 'nothing'],
    ['04 06 02 2b 00 00 00 64', 'another function code'],
    ['84 02', 'an exception of another function code'],
    ['83', 'an exception without code'],
    ['83 02 00', 'an exception with more'],
    ['03 04 02 2b 00 00', 'two registers'],
    ['03 06 02 2b 00 00 00', 'a byte too few'],
    ['03 06 02 2b 00 00 00 64 00', 'a byte too many'],
    ['03', 'a function code alone'],
    ['03 05 02 2b 00 00 00 64', 'a byte count that does not agree with the length'],
  ])('%s: %s', (response) => {
    expect(decodeResponse(bytes(response), request).kind).toBe('malformed');
  });
});

test.each([
  ['05 00 ad ff 00', 'another address'],
  ['05 00 ac 00 00', 'another value'],
  ['05 00 ac ff', 'a short echo'],
])('a client does not take %s for the echo of 05 00 ac ff 00: %s', (response) => {
  expect(decodeResponse(bytes(response), { kind: 'request', functionCode: 5, address: 172, value: true }).kind).toBe('malformed');
});

test('an exception answers, whatever its code', () => {
  const request: ModbusRequest = { kind: 'request', functionCode: 3, address: 0, quantity: 1 };
  expect(hex(encodeException(3, 2))).toBe('83 02');
  expect(decodeResponse(bytes('83 02'), request)).toEqual({ kind: 'exception', functionCode: 3, exceptionCode: 2 });
  expect(decodeResponse(bytes('83 7f'), request)).toEqual({ kind: 'exception', functionCode: 3, exceptionCode: 0x7f });
});

test.each<[string, ModbusRequest]>([
  ['126 registers', { kind: 'request', functionCode: 3, address: 0, quantity: 126 }],
  ['0 coils', { kind: 'request', functionCode: 1, address: 0, quantity: 0 }],
  ['half a register', { kind: 'request', functionCode: 4, address: 0, quantity: 1.5 }],
  ['address 65536', { kind: 'request', functionCode: 6, address: 65_536, value: 0 }],
  ['address -1', { kind: 'request', functionCode: 5, address: -1, value: true }],
  ['value 65536', { kind: 'request', functionCode: 16, address: 0, values: [65_536] }],
  ['a value that is not a number', { kind: 'request', functionCode: 6, address: 0, value: Number.NaN }],
  ['no values', { kind: 'request', functionCode: 15, address: 0, values: [] }],
  ['124 values', { kind: 'request', functionCode: 16, address: 0, values: Array.from({ length: 124 }, () => 0) }],
])('a request for %s is our own fault and is not encoded', (_what, request) => {
  expect(() => encodeRequest(request)).toThrowError(expect.objectContaining({ code: 'FP_MODBUS_BAD_PDU' }));
});

test('every public function code is decoded, and no other', () => {
  const codes = Array.from({ length: 256 }, (_none, code) => code);
  const known = codes.filter((code) => {
    const decoded = decodeRequest(Uint8Array.of(code, 14));
    return decoded.kind === 'request' || decoded.exceptionCode !== 1;
  });
  expect(known).toEqual(Object.keys(FUNCTION_CODES).map(Number));
});

test('the tables hold what the standard lists', () => {
  expect(Object.keys(FUNCTION_CODES)).toHaveLength(19);
  expect(functionCodeEntry(23)).toMatchObject({ section: '6.17', writes: true });
  expect(functionCodeEntry(9)).toBeUndefined();
  expect(Object.keys(EXCEPTION_CODES).map(Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 11]);
  expect(exceptionCodeEntry(6)).toMatchObject({ retryLater: true });
  expect(exceptionCodeEntry(9)).toBeUndefined();
});

function bits(digits: string): boolean[] {
  return Array.from(digits.replaceAll(' ', '')).map((digit) => digit === '1');
}

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
}

function hex(pdu: Uint8Array): string {
  return [...pdu].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
