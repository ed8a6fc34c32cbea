import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';

/** Requests that may stand in the client's transmit buffer while the line is taken; what exceeds it is lost. */
export const WAITING_REQUESTS_MAX = 8;

/** One request on its way along the line. */
export interface SerialRequest {
  /** When its last byte was handed over. */
  readonly atMs: number;
  /** Bytes (RTU) or characters (ASCII) of its frame. */
  readonly byteCount: number;
  /** Carries it out once it has been heard. @returns The frame to send, or undefined where silence is the answer. */
  readonly carryOut: () => Uint8Array | undefined;
}

export interface SerialPace {
  /** Time a frame of so many bytes takes on the line; 0 where the link itself keeps the pace. */
  readonly lineTimeMs: (byteCount: number) => number;
  /** Silence between frames, milliseconds. */
  readonly silenceMs: number;
}

/** The half-duplex use of one line: one frame at a time, a silence between them. */
export interface SerialTurns {
  /** @returns false when too many wait already: the request is lost. */
  take(request: SerialRequest): boolean;
  /** Carries out and sends nothing more. */
  stop(): void;
}

/**
 * Keeps the time of a line whose link hands frames over at once: a request is carried out when its last bit and the silence
 * after it would have passed, the answer leaves when its last bit would have arrived, and a silence later the line is free.
 * @see Modbus over Serial Line V1.02, section 2.4 and 2.5.1.1
 */
export function createSerialTurns(link: ByteLink, pace: SerialPace, deps: { readonly clock: Clock; readonly log: Logger }): SerialTurns {
  const { clock, log } = deps;
  const waiting: SerialRequest[] = [];
  let lineFreeMs = 0;
  let turn: Timer | undefined;

  const at = (instantMs: number, action: () => void): void => {
    turn = clock.setTimer(Math.max(0, instantMs - clock.nowMs()), action);
  };
  const next = (): void => {
    turn = undefined;
    const request = waiting.shift();
    if (request === undefined) return;
    const heardMs = Math.max(request.atMs, lineFreeMs) + pace.lineTimeMs(request.byteCount) + pace.silenceMs;
    lineFreeMs = heardMs;
    at(heardMs, () => {
      const response = request.carryOut();
      if (response === undefined) next();
      else transmit(response, heardMs);
    });
  };
  const transmit = (response: Uint8Array, startMs: number): void => {
    const endMs = startMs + pace.lineTimeMs(response.length);
    lineFreeMs = endMs + pace.silenceMs;
    at(endMs, () => {
      // A line that closes meanwhile has no client to miss the response.
      link.send(response).catch((cause: unknown) => log.debug('a response found its serial line closed', { cause: String(cause) }));
      next();
    });
  };
  return {
    take: (request) => {
      if (waiting.length >= WAITING_REQUESTS_MAX) return false;
      waiting.push(request);
      if (turn === undefined) next();
      return true;
    },
    stop: () => {
      turn?.cancel();
      waiting.length = 0;
    },
  };
}
