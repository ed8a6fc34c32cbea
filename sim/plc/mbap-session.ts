import { decodeTcp, encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import type { UnitId } from '../../hil/protocols/modbus/unit-id.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';

/** Answers one request, or stays silent (undefined). */
export type MbapResponder = (unitId: UnitId, pdu: Uint8Array) => Uint8Array | undefined;

/** Response bytes a connection may have on their way before it takes no more requests. */
const UNSENT_BYTES_MAX = 262_144;
const NOTHING = new Uint8Array(0);

/**
 * Serves one connection of Modbus TCP until it closes. Requests are answered in order, each under its own transaction
 * id; all that came in one chunk go out in one piece. A frame may arrive in any number of pieces. A frame with a wrong
 * protocol id, or too short for a PDU, is discarded unanswered; a length field above 254 closes the connection, because
 * nothing after it can be found again. A client that does not read its answers is not read either.
 * @param onRequests - Called for each chunk, so that the server knows which connections are in use.
 * @see MODBUS Messaging on TCP/IP V1.0b, section 3.1.3, 4.2.1.1 and 4.4.2.2
 */
export function serveMbap(link: ByteLink, respond: MbapResponder, onRequests: () => void): void {
  let rest: Uint8Array = NOTHING;
  let unsentBytes = 0;

  const send = (frames: readonly Uint8Array[]): void => {
    const bytes = frames.length === 1 ? (frames[0] ?? NOTHING) : Buffer.concat(frames);
    unsentBytes += bytes.length;
    if (unsentBytes > UNSENT_BYTES_MAX) link.pause();
    const sent = (): void => {
      const wasFull = unsentBytes > UNSENT_BYTES_MAX;
      unsentBytes -= bytes.length;
      if (wasFull && unsentBytes <= UNSENT_BYTES_MAX) link.resume();
    };
    // A link that closes meanwhile has lost its client, who will not miss the answer.
    link.send(bytes).then(sent, sent);
  };

  link.onBytes((chunk) => {
    onRequests();
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const { frames, restStart, isLost } = answerAll(bytes, respond);
    if (frames.length > 0) send(frames);
    // An empty view would keep the whole chunk until the next request, long enough to be promoted to the old generation.
    rest = isLost || restStart === bytes.length ? NOTHING : bytes.subarray(restStart);
    if (!isLost) return;
    // What was asked before the broken frame is still answered: close() sends what is queued.
    link.onBytes(ignoreBytes);
    void link.close();
  });
}

interface Answered {
  readonly frames: readonly Uint8Array[];
  /** Where the first frame begins that is not there in whole. */
  readonly restStart: number;
  /** Nothing after this point can be framed. */
  readonly isLost: boolean;
}

function answerAll(bytes: Uint8Array, respond: MbapResponder): Answered {
  const frames: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const decoded = decodeTcp(bytes, start);
    if (decoded.kind === 'incomplete') return { frames, restStart: start, isLost: false };
    if (decoded.kind === 'corrupt') {
      if (decoded.skipBytes === 0) return { frames, restStart: start, isLost: true };
      start += decoded.skipBytes;
      continue;
    }
    const response = respond(decoded.unitId, decoded.pdu);
    if (response !== undefined) frames.push(encodeTcp(decoded.transactionId, decoded.unitId, response));
    start += decoded.byteCount;
  }
}

function ignoreBytes(): void {}
