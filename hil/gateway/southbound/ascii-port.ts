import { createAsciiFramer } from '../../protocols/modbus/ascii-framer.ts';
import { asciiLineTimeMs } from '../../protocols/modbus/ascii-timing.ts';
import { encodeAscii } from '../../protocols/modbus/ascii.ts';
import { ASCII_FRAME_CHARACTERS_MAX } from '../../protocols/modbus/limits.ts';
import type { UnitId } from '../../protocols/modbus/unit-id.ts';
import { sleep, type Clock, type Timer } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import type { Exchange, LinePort } from './line-port.ts';
import type { LineTally } from './line-tally.ts';

/** Time a slow server may take to turn the line around; V1.02 section 2.4.1 names 100 to 200 ms. */
const TURNAROUND_MS = 100;
/** A line that is not silent for this many quarantines is given up for the request at hand. */
const QUARANTINES_MAX = 10;

export interface AsciiPortDeps {
  readonly clock: Clock;
  /** Longest wait for a complete answer, after the time the request takes on the line. */
  readonly timeoutMs: number;
  readonly baudRate: number;
  /** Counts requests and late answers. */
  readonly tally: LineTally;
}

interface Outstanding {
  readonly unitId: UnitId;
  readonly timer: Timer;
  readonly settle: (exchange: Exchange) => void;
}

/** How long nothing is sent after a timeout: an answer that begins within it is received whole, counted as late and dropped. */
export function asciiQuarantineMs(baudRate: number): number {
  return TURNAROUND_MS + asciiLineTimeMs(ASCII_FRAME_CHARACTERS_MAX, baudRate);
}

/**
 * A serial line in ASCII mode. Frames end by CR LF; one that does not decode fails the request at once. ASCII carries no
 * transaction id either: as in RTU mode, an answer later than the quarantine that fits the next request to the same unit
 * cannot be told apart. The adapter must not echo what is sent.
 * @see Modbus over Serial Line V1.02, sections 2.4.1 and 2.5.2
 */
export function asciiPort(link: ByteLink, { clock, timeoutMs, baudRate, tally }: AsciiPortDeps): LinePort {
  const framer = createAsciiFramer();
  let outstanding: Outstanding | undefined;
  let closedBecause: string | undefined;
  let quietUntilMs = clock.nowMs();

  const settle = (exchange: Exchange): void => {
    const settled = outstanding;
    outstanding = undefined;
    settled?.timer.cancel();
    settled?.settle(exchange);
  };

  link.onBytes((chunk) => {
    const nowMs = clock.nowMs();
    // What comes unasked is a late answer: the rest of it must not run into the next request.
    if (outstanding === undefined) quietUntilMs = Math.max(quietUntilMs, nowMs + TURNAROUND_MS);
    for (const event of framer.push(chunk, nowMs)) {
      if (outstanding === undefined || (event.kind === 'frame' && event.unitId !== outstanding.unitId)) tally.late += 1;
      else if (event.kind === 'corrupt') settle({ kind: 'corrupt', because: event.because });
      else settle({ kind: 'answer', pdu: event.pdu.slice() });
    }
  });

  const watchEnd = async (): Promise<void> => {
    const { error } = await link.closed;
    closedBecause = error?.message ?? 'the link was closed';
    settle({ kind: 'closed', because: closedBecause });
  };
  void watchEnd();

  /** @returns false when the line never became quiet. */
  const waitForQuiet = async (): Promise<boolean> => {
    const giveUpMs = clock.nowMs() + QUARANTINES_MAX * asciiQuarantineMs(baudRate);
    for (let waitMs = quietUntilMs - clock.nowMs(); waitMs > 0; waitMs = quietUntilMs - clock.nowMs()) {
      if (closedBecause !== undefined) return true;
      if (clock.nowMs() > giveUpMs) return false;
      await sleep(clock, waitMs);
    }
    return true;
  };

  const onTimeout = (): void => {
    quietUntilMs = clock.nowMs() + asciiQuarantineMs(baudRate);
    settle({ kind: 'timeout' });
  };

  return {
    async exchange(unitId, pdu) {
      if (!(await waitForQuiet())) return { kind: 'corrupt', because: 'the line does not become quiet' };
      if (closedBecause !== undefined) return { kind: 'closed', because: closedBecause };
      tally.requests += 1;
      return new Promise((resolve) => {
        const frame = encodeAscii(unitId, pdu);
        const timer = clock.setTimer(asciiLineTimeMs(frame.length, baudRate) + timeoutMs, onTimeout);
        const current = { unitId, settle: resolve, timer };
        outstanding = current;
        link.send(frame).catch((cause: unknown) => {
          if (outstanding === current) settle({ kind: 'closed', because: messageOf(cause) });
        });
      });
    },
  };
}
