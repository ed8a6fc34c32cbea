import { rtuResponseLength } from '../../../../hil/protocols/modbus/rtu-length.ts';
import { aduIn, asciiFrame, frameOf, rtuFrame, uncheckedBody, wordBytes } from './client-adu.ts';
import { lrc } from '../../../../hil/protocols/modbus/lrc.ts';
import { changesAnswers, fitsRead, type ClientDefect, type SentRequest } from './client-defect.ts';
import { twoDigits, withByte } from './request-defects.ts';

const MBAP_BYTES = 7;
const COLON = 0x3a;
const LINE_FEED = 0x0a;

/** Defects that take for an answer what is none: each puts the answer right before the good client gets it. */
export const ANSWER_DEFECTS: readonly ClientDefect[] = [
  ...[1, 2, 3, 4].map((functionCode) =>
    changesAnswers(`takes-any-byte-count-fc${twoDigits(functionCode)}`, `it takes answers of any length to function ${functionCode}`, (chunk, last, { carrier }) => {
      const answer = aduIn(carrier, chunk);
      if (answer === undefined || answer.pdu[0] !== functionCode || last.pdu[0] !== functionCode) return [chunk];
      return [frameOf(carrier, { ...answer, pdu: fitted(answer.pdu, last) })];
    }),
  ),
  ...[5, 6, 15, 16].map((functionCode) =>
    changesAnswers(`takes-any-echo-fc${twoDigits(functionCode)}`, `it does not look at what an answer to function ${functionCode} repeats`, (chunk, last, { carrier }) => {
      const answer = aduIn(carrier, chunk);
      if (answer === undefined || answer.pdu[0] !== functionCode || last.pdu[0] !== functionCode) return [chunk];
      return [frameOf(carrier, { ...answer, pdu: last.pdu.subarray(0, 5) })];
    }),
  ),
  changesAnswers('takes-any-function-code', 'it does not look at the function code of an answer', (chunk, last, { carrier }) => {
    const answer = aduIn(carrier, chunk);
    if (answer === undefined || (answer.pdu[0] ?? 0) >= 0x80) return [chunk];
    return [frameOf(carrier, { ...answer, pdu: withByte(answer.pdu, 0, last.pdu[0] ?? 0) })];
  }),
  changesAnswers('takes-exception-for-data', 'it takes an exception for zeros', (chunk, last, { carrier }) => {
    const answer = aduIn(carrier, chunk);
    if (answer === undefined || (answer.pdu[0] ?? 0) < 0x80 || !isRead(last)) return [chunk];
    return [frameOf(carrier, { ...answer, pdu: fitted(Uint8Array.of(last.pdu[0] ?? 0, 0), last) })];
  }),
  changesAnswers('takes-over-long-answers', 'it takes what it needs from an answer, however long that is', (chunk, last, { carrier }) => {
    if (!isRead(last)) return [chunk];
    const pdu = overLongPdu(carrier, chunk);
    return pdu === undefined ? [chunk] : [frameOf(carrier, { ...last, pdu: fitted(pdu, last) })];
  }),
  changesAnswers('ignores-transaction-id', 'it does not look at transaction ids', (chunk, last, { carrier, unanswered }) => {
    const answer = aduIn(carrier, chunk);
    if (answer === undefined || last.transactionId === answer.transactionId) return [chunk];
    const taken = unanswered.findLast((request) => fitsRead(answer.pdu, request)) ?? last;
    return [frameOf(carrier, { ...answer, transactionId: taken.transactionId })];
  }),
  changesAnswers('ignores-unit-id', 'it does not look at the unit id of an answer', (chunk, last, { carrier }) => {
    const answer = aduIn(carrier, chunk);
    return answer === undefined ? [chunk] : [frameOf(carrier, { ...answer, unit: last.unit })];
  }),
  changesAnswers('ignores-protocol-id', 'it does not look at the protocol id of an answer', (chunk) => [withByte(withByte(chunk, 2, 0), 3, 0)]),
  changesAnswers('ignores-header-length', 'it takes the length of an answer from its byte count', (chunk) => {
    const [high, low] = wordBytes(chunk.length - 6);
    return [withByte(withByte(chunk, 4, high), 5, low)];
  }),
  changesAnswers('takes-half-answers', 'it fills an answer that was cut off with zeros', (chunk) => {
    const byteCount = 6 + (((chunk[4] ?? 0) << 8) | (chunk[5] ?? 0));
    if (chunk.length < MBAP_BYTES || chunk.length >= byteCount) return [chunk];
    const whole = new Uint8Array(byteCount);
    whole.set(chunk);
    return [whole];
  }),
  changesAnswers('takes-segments-for-frames', 'it takes a segment for a frame, and drops what is not exactly one', (chunk, _last, { carrier }) => (aduIn(carrier, chunk) === undefined ? [] : [chunk])),
  changesAnswers('ignores-crc', 'it does not check the CRC', (chunk) => [rtuFrame(uncheckedBody('rtu', chunk))]),
  changesAnswers('ignores-lrc', 'it does not check the LRC', (chunk) => {
    const body = uncheckedBody('ascii', chunk);
    return [asciiFrame(body, lrc(body))];
  }),
  changesAnswers('needs-no-colon', 'it takes a frame without its colon', (chunk) => (chunk[0] === COLON ? [chunk] : [Uint8Array.of(COLON, ...chunk)])),
  {
    id: 'bears-gaps',
    does: 'it waits for the end of an ASCII frame as long as that takes',
    onConnection: () => {
      let held: Uint8Array = new Uint8Array(0);
      return {
        onAnswer: (chunk) => {
          held = Uint8Array.of(...held, ...chunk);
          if (held.at(-1) !== LINE_FEED) return [];
          const whole = held;
          held = new Uint8Array(0);
          return [whole];
        },
      };
    },
  },
  changesAnswers('frames-by-length', 'it looks for a frame amid other bytes', (chunk) => [frameWithin(chunk) ?? chunk]),
];

function isRead({ pdu }: SentRequest): boolean {
  const functionCode = pdu[0] ?? 0;
  return functionCode >= 1 && functionCode <= 4;
}

/** The data of an answer, cut or filled to what the request asked for. */
function fitted(pdu: Uint8Array, { pdu: request }: SentRequest): Uint8Array {
  const quantity = ((request[3] ?? 0) << 8) | (request[4] ?? 0);
  const byteCount = (request[0] ?? 0) <= 2 ? Math.ceil(quantity / 8) : quantity * 2;
  const right = new Uint8Array(2 + byteCount);
  right.set(pdu.subarray(0, right.length));
  right[1] = byteCount;
  return right;
}

/** The PDU of a frame that is too long for one; undefined when it is not. */
function overLongPdu(carrier: 'tcp' | 'rtu' | 'ascii', chunk: Uint8Array): Uint8Array | undefined {
  if (carrier === 'tcp') return chunk.length > 260 ? chunk.subarray(MBAP_BYTES) : undefined;
  const body = uncheckedBody(carrier, chunk);
  return body.length > 254 ? body.subarray(1) : undefined;
}

/** The first RTU frame of an answer that stands anywhere in the bytes. */
function frameWithin(bytes: Uint8Array): Uint8Array | undefined {
  for (let start = 0; start < bytes.length; start += 1) {
    const length = rtuResponseLength(bytes, start);
    if (typeof length !== 'number') continue;
    const candidate = bytes.subarray(start, start + length);
    if (candidate.length === length && aduIn('rtu', candidate) !== undefined) return candidate;
  }
  return undefined;
}
