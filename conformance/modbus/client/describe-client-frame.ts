import { decodeRequest } from '../../../hil/protocols/modbus/decode-request.ts';
import { decodeFrame } from '../bench/modbus-frame.ts';
import type { Carrier } from '../bench/carrier.ts';
import { pduText } from '../bench/heard.ts';

const ASCII_COLON = 0x3a;

/** One line for people. The carrier is guessed from the bytes: a colon is ASCII, a protocol id 0 is TCP. */
export function describeClientFrame(bytes: Uint8Array, from: 'tester' | 'sut'): string {
  const carrier = carrierOfBytes(bytes);
  const decoded = decodeFrame(carrier, bytes);
  if (decoded.kind === 'malformed') return `bytes that are no whole frame (${decoded.because})`;
  const { unit, transactionId, pdu } = decoded;
  const to = `${transactionId === undefined ? '' : `#${transactionId} `}unit ${unit}: `;
  return to + (from === 'sut' ? requestText(pdu) : pduText(pdu));
}

function carrierOfBytes(bytes: Uint8Array): Carrier {
  if (bytes[0] === ASCII_COLON) return 'ascii';
  return decodeFrame('tcp', bytes).kind === 'frame' ? 'tcp' : 'rtu';
}

function requestText(pdu: Uint8Array): string {
  const request = decodeRequest(pdu);
  if (request.kind === 'refused') return `a request with function ${request.functionCode} that is refused: ${request.because}`;
  const { kind: _kind, functionCode, ...fields } = request;
  const words = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `function ${functionCode} ${words.join(', ')}`;
}
