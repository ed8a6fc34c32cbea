import type { MalformedResponse } from './response.ts';

/** Bytes that are no answer. @param because - For people. */
export function malformed(because: string): MalformedResponse {
  return { kind: 'malformed', because };
}

/** The byte at offset 1 counts the bytes that follow it, and both must be what the request asked for. */
export function byteCountFault(pdu: Uint8Array, expected: number): MalformedResponse | undefined {
  const stated = pdu[1];
  if (stated !== expected) return malformed(`byte count is ${stated ?? 'missing'}, but the request asked for ${expected} bytes`);
  if (pdu.length !== 2 + expected) return malformed(`${pdu.length - 2} bytes follow a byte count of ${expected}`);
  return undefined;
}

/** The answer has to repeat the bytes of the request. */
export function echoFault(pdu: Uint8Array, request: Uint8Array): MalformedResponse | undefined {
  if (pdu.length !== request.length) return malformed(`${pdu.length} bytes are no echo of a request of ${request.length}`);
  const differs = pdu.findIndex((byte, index) => byte !== request[index]);
  return differs < 0 ? undefined : malformed(`byte ${differs} differs from that of the request, which the answer has to repeat`);
}
