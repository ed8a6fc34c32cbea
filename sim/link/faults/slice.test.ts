import { describe, expect, test } from 'vitest';
import { runStage } from '../stage-bench.contract.ts';
import { slice } from './slice.ts';

describe('slice', () => {
  test('cuts a chunk into pieces and delivers them apart', () => {
    const bench = runStage(slice, { bytes: '4B', delay: '10ms' });
    bench.accept(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    bench.clock.advance(30);
    expect(bench.out).toEqual([
      { atMs: 0, item: Uint8Array.of(1, 2, 3, 4) },
      { atMs: 10, item: Uint8Array.of(5, 6, 7, 8) },
      { atMs: 20, item: Uint8Array.of(9) },
    ]);
    expect(bench.counters.sliced).toBe(3);
  });

  test('keeps the distance between the last piece of one chunk and the next chunk', () => {
    const bench = runStage(slice, { bytes: 4, delay: 10 });
    bench.accept(Uint8Array.of(1));
    bench.clock.advance(5);
    bench.accept(Uint8Array.of(2));
    bench.accept('end');
    bench.clock.advance(40);
    expect(bench.out.map(({ atMs }) => atMs)).toEqual([0, 10, 20]);
    // Neither was cut.
    expect([bench.counters.sliced, bench.clock.pendingTimers]).toEqual([0, 0]);
  });

  test('without a delay each piece has a turn of its own', () => {
    const bench = runStage(slice, { bytes: 1 });
    bench.accept(Uint8Array.of(1, 2, 3));
    expect(bench.out.length).toBe(1);
    bench.clock.advance(0);
    expect(bench.out.length).toBe(3);
  });

  test('jitter varies the size of the pieces, which are never empty', () => {
    const bench = runStage(slice, { bytes: 5, jitter: 9 });
    bench.accept(new Uint8Array(3_000));
    bench.clock.advance(0);
    const sizes = bench.out.slice(0, -1).map(({ item }) => item.length);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([1, 14]);
    expect(bench.bytes().length).toBe(3_000);
  });

  test('releasing in the middle of a chunk delivers the rest in order', () => {
    const bench = runStage(slice, { bytes: 2, delay: 10 });
    const sent = Uint8Array.from({ length: 20 }, (_byte, index) => index);
    bench.accept(sent);
    bench.clock.advance(25);
    expect(bench.bytes().length).toBe(6);
    bench.stage.release();
    expect(Buffer.from(sent).equals(bench.bytes())).toBe(true);
    expect(bench.clock.pendingTimers).toBe(0);
  });
});
