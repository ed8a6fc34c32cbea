import type { UnitId } from '../../protocols/modbus/unit-id.ts';

/** Why a request got no answer. */
export type ExchangeFailure =
  | { readonly kind: 'timeout' }
  /** Bytes came that are no answer to the request. */
  | { readonly kind: 'corrupt'; readonly because: string }
  | { readonly kind: 'closed'; readonly because: string };

/** What came of one request: the PDU of its answer (an exception is an answer), or why there is none. */
export type Exchange = { readonly kind: 'answer'; readonly pdu: Uint8Array } | ExchangeFailure;

/**
 * One Modbus line over one open link, as pairs of request and answer; `tcp-port.ts`, `rtu-port.ts` and `ascii-port.ts`
 * implement it.
 */
export interface LinePort {
  /**
   * Sends a request and waits for its answer, at most the line's timeout. Only the answer to this very request completes
   * it. On a serial line the caller waits for the result before it calls again: one request is outstanding. On TCP there
   * may be up to 255.
   */
  exchange(unitId: UnitId, pdu: Uint8Array): Promise<Exchange>;
}
