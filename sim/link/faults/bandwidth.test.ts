import { describe, expect, test } from 'vitest';
import { runStage } from '../stage-bench.contract.ts';
import { bandwidth } from './bandwidth.ts';

describe('bandwidth', () => {
  test('passes the burst at once and the rest at the rate', () => {
    const bench = runStage(bandwidth, { bytesPerSec: '1kB', burst: 200 });
    const sent = Uint8Array.from({ length: 1_200 }, (_byte, index) => index % 256);
    bench.accept(sent);
    expect(bench.bytes().length).toBe(200);
    bench.clock.advance(500);
    expect(bench.bytes().length).toBe(600);
    bench.clock.advance(500);
    expect(Buffer.from(sent).equals(bench.bytes())).toBe(true);
    expect(bench.out.every(({ item }) => item.length <= 200)).toBe(true);
    expect([bench.counters.throttledMs, bench.clock.pendingTimers]).toEqual([1_000, 0]);
  });

  test('several chunks share one burst', () => {
    const bench = runStage(bandwidth, { bytesPerSec: 1_000, burst: 100 });
    for (const size of [40, 50, 20]) bench.accept(new Uint8Array(size));
    expect(bench.bytes().length).toBe(90);
    bench.clock.advance(10);
    expect(bench.bytes().length).toBe(110);
    expect(bench.counters.throttledMs).toBe(10);
  });

  test('the bucket fills again in a pause, but never beyond the burst', () => {
    const bench = runStage(bandwidth, { bytesPerSec: 1_000, burst: 100 });
    bench.accept(new Uint8Array(100));
    bench.clock.advance(60_000);
    bench.accept(new Uint8Array(150));
    expect(bench.bytes().length).toBe(200);
    bench.clock.advance(50);
    expect(bench.bytes().length).toBe(250);
  });

  test('holds the rate over many chunks whose sizes do not divide', () => {
    const bench = runStage(bandwidth, { bytesPerSec: 33_333, burst: 7 });
    for (let chunk = 0; chunk < 500; chunk += 1) bench.accept(new Uint8Array(13));
    bench.clock.advance(100);
    expect(Math.abs(bench.bytes().length - 3_333)).toBeLessThan(15);
  });

  test('a late timer does not lose rate, and the end of stream comes last', () => {
    const bench = runStage(bandwidth, { bytesPerSec: 100, burst: 1 });
    bench.accept(Uint8Array.of(1, 2, 3));
    bench.accept('end');
    expect(bench.out.map(({ item }) => item)).toEqual([Uint8Array.of(1)]);
    bench.clock.advance(20);
    expect(bench.out.map(({ item }) => item)).toEqual([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3), 'end']);
  });

  test('releasing in the middle of a chunk loses and repeats nothing', () => {
    const bench = runStage(bandwidth, { bytesPerSec: 10, burst: 3 });
    const sent = Uint8Array.from({ length: 50 }, (_byte, index) => index);
    bench.accept(sent);
    bench.clock.advance(700);
    expect(bench.bytes().length).toBeGreaterThan(3);
    bench.stage.release();
    expect(Buffer.from(sent).equals(bench.bytes())).toBe(true);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('asks to pause the source when its queue is long', () => {
    const bench = runStage(bandwidth, { bytesPerSec: 1_000 });
    expect(bench.stage.isFull).toBe(false);
    bench.accept(new Uint8Array(70_000));
    expect(bench.stage.isFull).toBe(true);
    bench.stage.discard();
    expect([bench.stage.isFull, bench.clock.pendingTimers]).toEqual([false, 0]);
  });
});
