import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { PDU_BYTES_MAX } from './limits.ts';
import { flipBit, requests, responsesTo } from './modbus-arbitraries.contract.ts';

const exchanges = requests.chain((request) => responsesTo(request).map((response) => ({ request, response })));

test('every request decodes to itself and fits a PDU', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const pdu = encodeRequest(request);
      expect(pdu.length).toBeLessThanOrEqual(PDU_BYTES_MAX);
      expect(decodeRequest(pdu)).toEqual(request);
    }),
    replay(),
  );
});

test('every response decodes to itself for the request it answers', () => {
  fc.assert(
    fc.property(exchanges, ({ request, response }) => {
      const pdu = encodeResponse(response);
      expect(pdu.length).toBeLessThanOrEqual(PDU_BYTES_MAX);
      expect(decodeResponse(pdu, request)).toEqual(response);
    }),
    replay(),
  );
});

test('decoding a request is total, and what decodes encodes to the same bytes', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Mostly right, so that the deep branches are reached.
    fc
      .tuple(requests, fc.nat(), fc.nat({ max: 4 }))
      .map(([request, bit, cut]) => flipBit(encodeRequest(request), bit).slice(0, -cut || undefined)),
  );
  fc.assert(
    fc.property(bytes, (pdu) => {
      const decoded = decodeRequest(pdu);
      if (decoded.kind === 'refused') {
        expect(decoded.functionCode).toBe(pdu[0] ?? 0);
        expect([1, 2, 3]).toContain(decoded.exceptionCode);
      } else if (decoded.functionCode !== 15) {
        expect(encodeRequest(decoded)).toEqual(pdu);
      }
    }),
    replay(),
  );
});

test('decoding a response is total, and only what answers the request is a response', () => {
  const bytes = exchanges.chain(({ request, response }) =>
    fc
      .oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat().map((bit) => flipBit(encodeResponse(response), bit)),
      )
      .map((pdu) => ({ request, pdu })),
  );
  fc.assert(
    fc.property(bytes, ({ request, pdu }) => {
      const decoded = decodeResponse(pdu, request);
      expect(['response', 'exception', 'malformed']).toContain(decoded.kind);
      if (decoded.kind === 'response' && request.functionCode > 2) expect(encodeResponse(decoded)).toEqual(pdu);
      if (decoded.kind === 'exception') expect([...pdu]).toEqual([request.functionCode | 0x80, decoded.exceptionCode]);
    }),
    replay(),
  );
});
