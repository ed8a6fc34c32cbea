import type { Carrier } from '../bench/carrier.ts';
import { hexOf, pduText } from '../bench/heard.ts';
import { decodeFrame } from '../bench/modbus-frame.ts';

const CARRIERS: readonly Carrier[] = ['ascii', 'tcp', 'rtu'];

/** One line that says what a frame holds, on whichever carrier it is whole; bytes that are no frame are shown as they are. */
export function describeModbusFrame(bytes: Uint8Array, from: 'tester' | 'sut'): string {
  for (const carrier of CARRIERS) {
    const decoded = decodeFrame(carrier, bytes);
    if (decoded.kind !== 'frame') continue;
    const transaction = decoded.transactionId === undefined ? '' : ` transaction ${decoded.transactionId}`;
    const { pdu } = decoded;
    const says = from === 'sut' ? pduText(pdu) : `function ${pdu[0] ?? 0} ${hexOf(pdu.subarray(1, 41))}`;
    return `unit ${decoded.unit}${transaction} ${says}`;
  }
  return `${bytes.length} bytes that are no frame`;
}
