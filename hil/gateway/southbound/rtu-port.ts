import { RTU_FRAME_BYTES_MAX } from '../../protocols/modbus/limits.ts';
import { encodeRtu } from '../../protocols/modbus/rtu.ts';
import { createRtuFramer, type RtuFramerEvent } from '../../protocols/modbus/rtu-framer.ts';
import { rtuLineTimeMs, rtuTiming } from '../../protocols/modbus/rtu-timing.ts';
import type { UnitId } from '../../protocols/modbus/unit-id.ts';
import { sleep, type Clock, type Timer } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import type { Exchange, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';

/** USB adapters hand bytes over in steps of 16 ms (latency timer); a gap below this is not yet the end of a frame. */
const CARRIER_GAP_MS = 20;
/** Time a slow server may take to turn the line around; V1.02 section 2.4.1 names 100 to 200 ms. */
const TURNAROUND_MS = 100;
/** A line that is not silent for this many quarantines is given up for the request at hand. */
const QUARANTINES_MAX = 10;

export interface RtuPortDeps {
  readonly clock: Clock;
  /** Longest wait for a complete answer, after the time the request takes on the line. */
  readonly timeoutMs: number;
  readonly baudRate: number;
  /** Counts requests and late answers. */
  readonly tally: LineTally;
}

interface Outstanding {
  readonly unitId: UnitId;
  readonly settle: (exchange: Exchange) => void;
  readonly timer: Timer;
  sawGarbage: boolean;
}

/**
 * How long nothing is sent after a timeout: the turnaround and the longest frame. An answer that begins within it is
 * received whole, counted as late and dropped. RTU carries no transaction id, so one that is later still and fits the
 * next request to the same unit in function code and length cannot be told apart.
 */
export function quarantineMs(baudRate: number): number {
  return TURNAROUND_MS + rtuLineTimeMs(RTU_FRAME_BYTES_MAX, baudRate);
}

/**
 * A serial line in RTU mode. Frames end by length and CRC, or by silence; bytes that make no frame fail the request once
 * the line is silent. Before each request the line has been silent for t3.5. The adapter must not echo what is sent.
 * @see Modbus over Serial Line V1.02, sections 2.4.1 and 2.5.1
 */
export function rtuPort(link: ByteLink, { clock, timeoutMs, baudRate, tally }: RtuPortDeps): LinePort {
  const frameSilenceMs = rtuTiming(baudRate).silenceMs;
  const silenceMs = frameSilenceMs + CARRIER_GAP_MS;
  const framer = createRtuFramer({ framing: 'length', direction: 'response', silenceMs });
  let outstanding: Outstanding | undefined;
  let silenceTimer: Timer | undefined;
  let closedBecause: string | undefined;
  let quietUntilMs = clock.nowMs() + frameSilenceMs;

  const settle = (exchange: Exchange): void => {
    const settled = outstanding;
    outstanding = undefined;
    settled?.timer.cancel();
    settled?.settle(exchange);
  };

  const take = (events: readonly RtuFramerEvent[]): void => {
    for (const event of events) {
      if (outstanding === undefined) tally.late += 1;
      else if (event.kind === 'corrupt') outstanding.sawGarbage = true;
      else if (event.unitId === outstanding.unitId) settle({ kind: 'answer', pdu: event.pdu.slice() });
      else tally.late += 1;
    }
  };

  /** The line has been silent long enough: what is held is no frame, and nothing more belongs to it. */
  const endOfBurst = (): void => {
    take(framer.tick(clock.nowMs()));
    if (outstanding?.sawGarbage === true) settle({ kind: 'corrupt', because: 'the bytes received are no frame with a right CRC' });
  };

  link.onBytes((chunk) => {
    const nowMs = clock.nowMs();
    quietUntilMs = Math.max(quietUntilMs, nowMs + frameSilenceMs);
    take(framer.push(chunk, nowMs));
    silenceTimer?.cancel();
    silenceTimer = clock.setTimer(silenceMs, endOfBurst);
  });

  const watchEnd = async (): Promise<void> => {
    const { error } = await link.closed;
    silenceTimer?.cancel();
    closedBecause = error?.message ?? 'the link was closed';
    settle({ kind: 'closed', because: closedBecause });
  };
  void watchEnd();

  /** @returns false when the line never became silent. */
  const waitForSilence = async (): Promise<boolean> => {
    const giveUpMs = clock.nowMs() + QUARANTINES_MAX * quarantineMs(baudRate);
    for (let waitMs = quietUntilMs - clock.nowMs(); waitMs > 0; waitMs = quietUntilMs - clock.nowMs()) {
      if (closedBecause !== undefined) return true;
      if (clock.nowMs() > giveUpMs) return false;
      await sleep(clock, waitMs);
    }
    return true;
  };

  const onTimeout = (): void => {
    quietUntilMs = clock.nowMs() + quarantineMs(baudRate);
    settle({ kind: 'timeout' });
  };

  const send = async (frame: Uint8Array, current: Outstanding): Promise<void> => {
    try {
      await link.send(frame);
    } catch (cause) {
      if (outstanding === current) settle({ kind: 'closed', because: messageOf(cause) });
    }
  };

  return {
    async exchange(unitId, pdu) {
      if (!(await waitForSilence())) return { kind: 'corrupt', because: 'the line does not become silent' };
      if (closedBecause !== undefined) return { kind: 'closed', because: closedBecause };
      framer.reset();
      tally.requests += 1;
      return new Promise((resolve) => {
        const frame = encodeRtu(unitId, pdu);
        const timer = clock.setTimer(rtuLineTimeMs(frame.length, baudRate) + timeoutMs, onTimeout);
        outstanding = { unitId, settle: resolve, timer, sawGarbage: false };
        void send(frame, outstanding);
      });
    },
  };
}
