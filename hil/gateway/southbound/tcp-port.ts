import { uint16At } from '../../protocols/modbus/big-endian.ts';
import { decodeTcp, encodeTcp } from '../../protocols/modbus/tcp.ts';
import type { UnitId } from '../../protocols/modbus/unit-id.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import type { Exchange, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';
import { createPollCalendar, type PollCalendar } from './poll-calendar.ts';

const TRANSACTION_IDS = 65_536;
const NOTHING = new Uint8Array(0);

export interface TcpPortDeps {
  readonly clock: Clock;
  /** Longest wait for a complete answer, from the moment the request is handed to the link. */
  readonly timeoutMs: number;
  /** Counts requests and late answers. */
  readonly tally: LineTally;
  /** Keeps the time limits; default: one of its own. */
  readonly calendar?: PollCalendar;
}

interface Outstanding {
  readonly transactionId: number;
  readonly unitId: UnitId;
  readonly deadlineMs: number;
  readonly settle: (exchange: Exchange) => void;
  /** The one sent before it. */
  previous: Outstanding | undefined;
}

/**
 * A Modbus TCP connection. Every request gets the next 16-bit transaction id, which a server repeats in its answer, so
 * several may be outstanding and be answered in any order. A frame whose transaction id belongs to no outstanding request,
 * or whose unit id is not that of the request, is counted as late and dropped. When the length field makes no sense the
 * stream cannot be read any further, so the link is cut.
 * @see MODBUS Messaging on TCP/IP Implementation Guide V1.0b, sections 3.1.3, 4.2.2 and 4.4
 */
export function tcpPort(link: ByteLink, { clock, timeoutMs, tally, calendar = createPollCalendar(clock) }: TcpPortDeps): LinePort {
  // A chain and not an array or a map: it mostly holds one, and those that are filled and emptied all the time make garbage.
  let newest: Outstanding | undefined;
  let received: Uint8Array = NOTHING;
  let closedBecause: string | undefined;
  let nextId = 1;

  const withId = (transactionId: number): Outstanding | undefined => {
    let each = newest;
    while (each !== undefined && each.transactionId !== transactionId) each = each.previous;
    return each;
  };
  const oldest = (): Outstanding | undefined => {
    let each = newest;
    while (each?.previous !== undefined) each = each.previous;
    return each;
  };
  /** Without effect when it is not outstanding any more. */
  const settle = (settled: Outstanding, exchange: Exchange): void => {
    let after: Outstanding | undefined;
    let each = newest;
    while (each !== undefined && each !== settled) {
      after = each;
      each = each.previous;
    }
    if (each === undefined) return;
    if (after === undefined) newest = settled.previous;
    else after.previous = settled.previous;
    if (newest === undefined) alarm.cancel();
    settled.settle(exchange);
  };
  const settleAll = (exchange: Exchange): void => {
    for (let first = oldest(); first !== undefined; first = oldest()) settle(first, exchange);
  };
  /** All wait equally long, so the oldest is always the first to be given up. */
  const giveUp = (): void => {
    const nowMs = clock.nowMs();
    for (let first = oldest(); first !== undefined; first = oldest()) {
      if (first.deadlineMs > nowMs) {
        alarm.wakeAt(first.deadlineMs);
        return;
      }
      settle(first, { kind: 'timeout' });
    }
  };
  const alarm = calendar.entry(giveUp);

  const takeAnswer = (transactionId: number, unit: UnitId, pdu: Uint8Array): void => {
    const asked = withId(transactionId);
    if (asked?.unitId === unit) settle(asked, { kind: 'answer', pdu });
    else tally.late += 1;
  };

  /** A frame that is spoilt, but whose end is known: it fails the request whose transaction id it bears. */
  const takeSpoilt = (transactionId: number, because: string): void => {
    const asked = withId(transactionId);
    if (asked === undefined) tally.late += 1;
    else settle(asked, { kind: 'corrupt', because });
  };

  /** Takes every whole frame. @returns Where the rest begins. */
  const takeFrames = (bytes: Uint8Array): number => {
    let start = 0;
    for (;;) {
      const decoded = decodeTcp(bytes, start);
      if (decoded.kind === 'incomplete') return start;
      if (decoded.kind === 'corrupt') {
        if (decoded.skipBytes === 0) {
          settleAll({ kind: 'corrupt', because: decoded.because });
          link.destroy();
          return bytes.length;
        }
        takeSpoilt(uint16At(bytes, start), decoded.because);
        start += decoded.skipBytes;
        continue;
      }
      takeAnswer(decoded.transactionId, decoded.unitId, decoded.pdu);
      start += decoded.byteCount;
    }
  };

  link.onBytes((chunk) => {
    const bytes = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const start = takeFrames(bytes);
    // An empty view would keep the whole chunk alive until the next one comes.
    received = start === bytes.length ? NOTHING : bytes.subarray(start);
  });
  const watchEnd = async (): Promise<void> => {
    const { error } = await link.closed;
    closedBecause = error?.message ?? 'the link was closed';
    settleAll({ kind: 'closed', because: closedBecause });
  };
  void watchEnd();

  const takeId = (): number => {
    // At most 255 are outstanding, so a free one is near. Only after 65,536 requests an id comes again.
    while (withId(nextId) !== undefined) nextId = (nextId + 1) % TRANSACTION_IDS;
    const taken = nextId;
    nextId = (nextId + 1) % TRANSACTION_IDS;
    return taken;
  };

  return {
    exchange: (unitId, pdu) =>
      new Promise((resolve) => {
        if (closedBecause !== undefined) {
          resolve({ kind: 'closed', because: closedBecause });
          return;
        }
        const transactionId = takeId();
        tally.requests += 1;
        const request: Outstanding = { transactionId, unitId, deadlineMs: clock.nowMs() + timeoutMs, settle: resolve, previous: newest };
        if (newest === undefined) alarm.wakeAt(request.deadlineMs);
        newest = request;
        link.send(encodeTcp(transactionId, unitId, pdu)).catch((cause: unknown) => settle(request, { kind: 'closed', because: messageOf(cause) }));
      }),
  };
}
