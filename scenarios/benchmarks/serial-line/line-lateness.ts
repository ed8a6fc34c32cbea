import { rtuTiming } from '../../../hil/protocols/modbus/rtu-timing.ts';
import { sleep, type FineClock } from '../../../hil/runtime/clock.ts';
import type { Random } from '../../../hil/runtime/random.ts';
import { createLineBus } from '../../../sim/line/line-bus.ts';

export interface LatenessOptions {
  readonly baudRate: number;
  /** How many are sent, one after another. */
  readonly frames: number;
}

/** A request of FC 03. */
const FRAME_BYTES = 8;
/** Longest pause between two frames beyond the silence that the line asks for. */
const PAUSE_MS_MAX = 3;

/**
 * Sends frames over an emulated line and takes the time from the instant that the last bit would have arrived on a wire to
 * the instant that the other node heard the frame.
 * @returns One lateness for each frame, milliseconds.
 */
export async function lineLateness({ baudRate, frames }: LatenessOptions, { clock, random }: { readonly clock: FineClock; readonly random: Random }): Promise<number[]> {
  const { characterMs, silenceMs } = rtuTiming(baudRate);
  const bus = createLineBus({ baudRate, parity: 'even', onError: 'drop' }, { clock, random: random.child('line') });
  let heard: (atMs: number) => void = nobodyListens;
  const sender = bus.attach({ name: 'sender', receive: ignore });
  bus.attach({ name: 'listener', receive: () => heard(clock.nowMs()) });
  const pauses = random.child('pauses');
  const latenessMs: number[] = [];
  while (latenessMs.length < frames) {
    await sleep(clock, silenceMs + pauses.next() * PAUSE_MS_MAX);
    const arrival = new Promise<number>((resolve) => (heard = resolve));
    const startMs = clock.nowMs();
    sender.transmit(new Uint8Array(FRAME_BYTES));
    latenessMs.push((await arrival) - startMs - FRAME_BYTES * characterMs);
  }
  return latenessMs;
}

function ignore(): void {}

function nobodyListens(): void {}
