import { decodeTcp, encodeTcp } from '../../protocols/modbus/tcp.ts';
import type { UnitId } from '../../protocols/modbus/unit-id.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import type { Exchange, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';

const TRANSACTION_IDS = 65_536;

export interface TcpPortDeps {
  readonly clock: Clock;
  /** Longest wait for a complete answer, from the moment the request is handed to the link. */
  readonly timeoutMs: number;
  /** Counts requests and late answers. */
  readonly tally: LineTally;
}

interface Outstanding {
  readonly transactionId: number;
  readonly unitId: UnitId;
  readonly timer: Timer;
  readonly settle: (exchange: Exchange) => void;
}

/**
 * A Modbus TCP connection. Every request gets the next 16-bit transaction id; a frame whose transaction id or unit id is
 * not that of the outstanding request is counted as late and dropped. When the length field makes no sense the stream
 * cannot be read any further, so the link is cut.
 * @see MODBUS Messaging on TCP/IP Implementation Guide V1.0b, sections 3.1.3 and 4.4
 */
export function tcpPort(link: ByteLink, { clock, timeoutMs, tally }: TcpPortDeps): LinePort {
  let outstanding: Outstanding | undefined;
  let received = new Uint8Array(0);
  let closedBecause: string | undefined;
  let nextId = 1;

  const settle = (exchange: Exchange): void => {
    const settled = outstanding;
    outstanding = undefined;
    settled?.timer.cancel();
    settled?.settle(exchange);
  };

  /** Takes one frame off `received`; false when there is no whole one. */
  const takeFrame = (): boolean => {
    const decoded = decodeTcp(received);
    if (decoded.kind === 'incomplete') return false;
    if (decoded.kind === 'corrupt') {
      received = received.slice(decoded.skipBytes === 0 ? received.length : decoded.skipBytes);
      settle({ kind: 'corrupt', because: decoded.because });
      if (decoded.skipBytes === 0) link.destroy();
      return received.length > 0;
    }
    const { transactionId, unitId, pdu, byteCount } = decoded;
    if (outstanding?.transactionId === transactionId && outstanding.unitId === unitId) settle({ kind: 'answer', pdu: pdu.slice() });
    else tally.late += 1;
    received = received.slice(byteCount);
    return received.length > 0;
  };

  link.onBytes((chunk) => {
    received = joined(received, chunk);
    while (takeFrame());
  });
  const watchEnd = async (): Promise<void> => {
    const { error } = await link.closed;
    closedBecause = error?.message ?? 'the link was closed';
    settle({ kind: 'closed', because: closedBecause });
  };
  void watchEnd();

  const send = async (transactionId: number, frame: Uint8Array): Promise<void> => {
    try {
      await link.send(frame);
    } catch (cause) {
      if (outstanding?.transactionId === transactionId) settle({ kind: 'closed', because: messageOf(cause) });
    }
  };

  return {
    exchange: (unitId, pdu) =>
      new Promise((resolve) => {
        if (closedBecause !== undefined) {
          resolve({ kind: 'closed', because: closedBecause });
          return;
        }
        const transactionId = nextId;
        nextId = (nextId + 1) % TRANSACTION_IDS;
        tally.requests += 1;
        const timer = clock.setTimer(timeoutMs, () => settle({ kind: 'timeout' }));
        outstanding = { transactionId, unitId, timer, settle: resolve };
        void send(transactionId, encodeTcp(transactionId, unitId, pdu));
      }),
  };
}

/** What is left of the stream is less than one frame, so this stays below a frame and a chunk. */
function joined(left: Uint8Array, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(left.length + chunk.length);
  bytes.set(left);
  bytes.set(chunk, left.length);
  return bytes;
}
