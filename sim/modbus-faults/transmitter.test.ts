import { expect, test } from 'vitest';
import { createManualClock } from '../world/manual-clock.ts';
import { createTransmitter } from './transmitter.ts';

function bench(isStream: boolean): { readonly clock: ReturnType<typeof createManualClock>; readonly out: (readonly [number, number])[]; readonly send: (byte: number, afterMs: number, more?: readonly [number, number]) => boolean; readonly stop: () => void } {
  const clock = createManualClock();
  const out: (readonly [number, number])[] = [];
  const transmitter = createTransmitter(clock, ([byte = 0]) => void out.push([clock.nowMs(), byte]), isStream);
  return {
    clock,
    out,
    send: (byte, afterMs, more) =>
      transmitter.send([{ bytes: Uint8Array.of(byte), afterMs }, ...(more === undefined ? [] : [{ bytes: Uint8Array.of(more[0]), afterMs: more[1] }])]),
    stop: () => transmitter.stop(),
  };
}

test('what is due leaves at once', () => {
  const { out, send, clock } = bench(true);
  send(1, 0);
  expect(out).toEqual([[0, 1]]);
  expect(clock.pendingTimers).toBe(0);
});

test('a stream keeps its order: what is behind a late frame waits for it', () => {
  const { clock, out, send } = bench(true);
  send(1, 100);
  clock.advance(10);
  send(2, 0);
  send(3, 5);
  clock.advance(200);
  expect(out).toEqual([[100, 1], [100, 2], [100, 3]]);
});

test('on a line each frame goes out when it is due', () => {
  const { clock, out, send } = bench(false);
  send(1, 100);
  clock.advance(10);
  send(2, 0, [3, 20]);
  clock.advance(200);
  expect(out).toEqual([[10, 2], [30, 3], [100, 1]]);
});

test('what waits has a bound', () => {
  const { clock, out, send, stop } = bench(false);
  const taken = Array.from({ length: 5_000 }, () => send(1, 1_000));
  expect(taken.filter(Boolean).length).toBe(4_096);
  stop();
  clock.advance(5_000);
  expect(out).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});
