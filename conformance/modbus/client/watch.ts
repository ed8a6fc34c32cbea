import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { ClientBench, type Asked } from './client-bench.ts';
import { CLIENT_WRITES } from './declared-client.ts';

/** A frame of the client while it was served well. */
export interface WatchedFrame {
  readonly bytes: Uint8Array;
  readonly tMs: number;
  /** The request in it; undefined when the frame is spoilt. */
  readonly asked: Asked | undefined;
  /** Why the frame is spoilt. */
  readonly because: string;
  /** When the tester began to answer; undefined for what got no answer. */
  readonly answeredMs: number | undefined;
}

/** What a client did by itself while every request got its good answer. */
export interface Watched {
  readonly frames: readonly WatchedFrame[];
  /** Connections that the client ended. */
  readonly endings: number;
}

/**
 * Watches the client for `watchMs`, and makes it write whatever the PIXIT has a command for. One stretch for all cases of a
 * run; nothing is judged here.
 */
export function watch(bench: ClientBench): Promise<Watched> {
  return bench.wire.shared('watch', async (wire) => {
    const own = new ClientBench(wire, bench.context);
    const frames: WatchedFrame[] = [];
    await own.connected();
    if (own.isSerial) await own.serveFirst();
    for (const what of CLIENT_WRITES) {
      if (own.context.pixit.values[what] === undefined || (what === 'writeBroadcast' && !own.isSerial)) continue;
      await own.begin(what);
      await watchFor(own, own.declared.observeWithinMs, frames, async () => (await own.outcome(what)) !== undefined);
    }
    await watchFor(own, own.declared.watchMs, frames, async () => false);
    await own.close('fin');
    return { frames, endings: own.connections - 1 };
  });
}

async function watchFor(bench: ClientBench, forMs: number, frames: WatchedFrame[], isOver: () => Promise<boolean>): Promise<void> {
  const untilMs = bench.wire.nowMs() + forMs;
  for (;;) {
    const event = await bench.next(Math.min(LOOK_MS, forMs));
    const { tMs } = event;
    if (event.kind === 'closed') await bench.connected();
    if (event.kind === 'malformed') frames.push({ bytes: event.bytes, tMs, asked: undefined, because: event.because, answeredMs: undefined });
    if (event.kind === 'asked') {
      const isAnswered = !(bench.isSerial && event.unit === 0);
      frames.push({ bytes: event.bytes, tMs, asked: event, because: '', answeredMs: isAnswered ? bench.wire.nowMs() : undefined });
      await bench.serve(event);
    }
    if (frames.length >= FRAMES_MAX || (event.kind !== 'asked' && (await isOver())) || tMs >= untilMs) return;
  }
}

const LOOK_MS = 50;
const FRAMES_MAX = 10_000;

/** Frames that a case is about; inconclusive when there is none. @param what - `a request with function 3`. */
export async function framesThat(bench: ClientBench, what: string, holds: (frame: WatchedFrame) => boolean): Promise<readonly WatchedFrame[]> {
  const { frames } = await watch(bench);
  const chosen = frames.filter(holds);
  if (chosen.length === 0) inconclusiveCase(`the client never sent ${what} in ${frames.length} frames; a function that it never sends is declared false (PICS)`);
  return chosen;
}

/** Requests with this function code. */
export function requestsWith(bench: ClientBench, functionCode: number): Promise<readonly WatchedFrame[]> {
  return framesThat(bench, `a request with function ${functionCode}`, ({ asked }) => asked?.pdu[0] === functionCode);
}

/** Every frame has to be free of problems; the first one that is not fails the case. */
export function expectNone(frames: readonly WatchedFrame[], problemOf: (frame: WatchedFrame) => string | undefined): void {
  const bad = frames.flatMap((frame) => problemOf(frame) ?? []);
  const [first] = bad;
  if (first !== undefined) failCase(`${first} (${bad.length} of ${frames.length} frames)`);
}
