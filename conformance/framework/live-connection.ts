import { sleep, type Clock, type Timer } from '../../hil/runtime/clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { FrameCutter, WireEvent } from './case-wire.ts';

/** Frames that wait for a case which does not read; a SUT that floods it is cut off there. */
export const UNREAD_FRAMES_MAX = 20_000;

/** How long the SUT may take to follow when we close in good order, milliseconds. */
const CLOSING_MS = 500;

/** One open connection to the SUT: cuts what arrives into frames and keeps them until the case asks. */
export interface LiveConnection {
  send(bytes: Uint8Array): Promise<boolean>;
  next(waitMs: number): Promise<WireEvent>;
  close(how: 'fin' | 'reset'): Promise<void>;
  /** Takes what the case never asked for. */
  unread(): readonly Extract<WireEvent, { kind: 'frame' }>[];
  readonly flooded: boolean;
}

/** @param nowMs - Milliseconds since the case began. */
export function liveConnection(link: ByteLink, cutter: FrameCutter, clock: Clock, nowMs: () => number): LiveConnection {
  const frames: Extract<WireEvent, { kind: 'frame' }>[] = [];
  let ended: Extract<WireEvent, { kind: 'closed' }> | undefined;
  let wake: (() => void) | undefined;
  let quiet: Timer | undefined;
  let flooded = false;

  const add = (bytes: Uint8Array): void => {
    if (frames.length >= UNREAD_FRAMES_MAX) {
      flooded = true;
      link.destroy();
      return;
    }
    frames.push({ kind: 'frame', bytes, tMs: nowMs() });
    wake?.();
  };
  const flushRest = (): void => {
    const rest = cutter.takeRest();
    if (rest.length > 0) add(rest);
  };
  link.onBytes((chunk) => {
    quiet?.cancel();
    for (const frame of cutter.push(chunk)) add(frame);
    if (cutter.quietMs !== undefined) quiet = clock.setTimer(cutter.quietMs, flushRest);
  });
  const watchEnd = async (): Promise<void> => {
    const { error } = await link.closed;
    quiet?.cancel();
    if (cutter.quietMs !== undefined) flushRest();
    ended = { kind: 'closed', how: error === undefined ? 'fin' : 'reset', rest: cutter.takeRest(), tMs: nowMs() };
    wake?.();
  };
  void watchEnd();

  return {
    get flooded() {
      return flooded;
    },
    send: async (bytes) => {
      if (ended !== undefined) return false;
      return link.send(bytes).then(() => true, () => false);
    },
    next: async (waitMs) => {
      if (frames.length === 0 && ended === undefined) await waitFor(clock, waitMs, (resolve) => (wake = resolve));
      wake = undefined;
      return frames.shift() ?? ended ?? { kind: 'silence', waitedMs: waitMs, tMs: nowMs() };
    },
    close: async (how) => {
      if (how === 'fin') await Promise.race([link.close(), sleep(clock, CLOSING_MS)]);
      // A peer that does not close its side holds nobody up; what it still sends meets a connection that is gone.
      link.destroy();
    },
    unread: () => frames.splice(0),
  };
}

function waitFor(clock: Clock, waitMs: number, arm: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(waitMs, resolve);
    arm(() => {
      timer.cancel();
      resolve();
    });
  });
}
