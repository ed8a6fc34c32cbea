import type { LinePort } from '../gateway/southbound/line-port.ts';
import { FieldproofError } from '../runtime/errors.ts';

/** FC 01 to 04: reads coils, discrete inputs, holding and input registers (V1.1b3, sections 6.1 to 6.4). */
const READS: ReadonlySet<number> = new Set([1, 2, 3, 4]);
/** FC 43 carries anything; MEI type 14 is the identification, which only reads (V1.1b3, sections 6.19 and 6.21). */
const ENCAPSULATED = 43;
const DEVICE_IDENTIFICATION = 14;

/** Whether a request only reads: it changes nothing in the device, not even a counter that a client could clear. */
export function isRead(pdu: Uint8Array): boolean {
  const [functionCode = 0, meiType] = pdu;
  return READS.has(functionCode) || (functionCode === ENCAPSULATED && meiType === DEVICE_IDENTIFICATION);
}

/**
 * A line on which nothing but reads can leave: what a scan and a recording work through.
 * @returns A port whose `exchange` rejects with FP_RIG_READ_ONLY, before a byte is sent, when the request is no read.
 */
export function readOnlyPort(port: LinePort): LinePort {
  return {
    exchange: (unitId, pdu) =>
      isRead(pdu)
        ? port.exchange(unitId, pdu)
        : Promise.reject(new FieldproofError('FP_RIG_READ_ONLY', `function code ${pdu[0] ?? 'none'} is no read; unit ${unitId} was not asked`)),
  };
}
