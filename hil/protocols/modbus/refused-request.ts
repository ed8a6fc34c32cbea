import type { RefusedRequest } from './request.ts';

/** What a server owes a request that no server may carry out. @param because - For people. */
export function refused(functionCode: number, exceptionCode: RefusedRequest['exceptionCode'], because: string): RefusedRequest {
  return { kind: 'refused', functionCode, exceptionCode, because };
}

/** Exception 03: the PDU is longer or shorter than its function code has it. */
export function badLength(functionCode: number, byteCount: number): RefusedRequest {
  return refused(functionCode, 3, `a PDU of ${byteCount} bytes is no request of function code ${functionCode}`);
}

/** Exception 03 for a quantity that no PDU may ask for. */
export function badQuantity(functionCode: number, quantity: number, quantityMax: number): RefusedRequest {
  return refused(functionCode, 3, `quantity ${quantity} is outside 1 to ${quantityMax}`);
}
