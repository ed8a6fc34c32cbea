import { describe, expect, test } from 'vitest';
import { createBytePipe } from './byte-pipe.ts';
import { createHoldStage } from './hold-stage.ts';
import type { LinkItem } from './link-fault.ts';

describe('byte pipe', () => {
  const counters = { held: 0, delayed: 0, throttledMs: 0, sliced: 0 };

  test('pauses the source while a stage or the sink is full, and says so once', () => {
    const paused: boolean[] = [];
    let isSinkFull = false;
    const pipe = createBytePipe({ deliver: () => {}, setSourcePaused: (isPaused) => void paused.push(isPaused), sinkIsFull: () => isSinkFull });
    pipe.addStage('hold', 0, (emit) => createHoldStage({ counters, emit }));
    pipe.accept(new Uint8Array(1_048_575));
    expect(paused).toEqual([]);
    pipe.accept(new Uint8Array(1));
    pipe.accept(new Uint8Array(1));
    expect(paused).toEqual([true]);
    pipe.removeStage('hold');
    expect(paused).toEqual([true, false]);
    isSinkFull = true;
    pipe.accept(new Uint8Array(1));
    isSinkFull = false;
    pipe.updatePressure();
    expect(paused).toEqual([true, false, true, false]);
  });

  test('stages stand by rank, then by age, whenever they were added', () => {
    const met: string[] = [];
    const pipe = createBytePipe({ deliver: () => void met.push('out'), setSourcePaused: () => {}, sinkIsFull: () => false });
    const noting = (name: string) => (emit: (item: LinkItem) => void) => ({
      accept: (item: LinkItem): void => {
        met.push(name);
        emit(item);
      },
      isFull: false,
      release: (): void => {},
      discard: (): void => {},
    });
    pipe.addStage('last', 3, noting('last'));
    pipe.addStage('first', 1, noting('first'));
    pipe.addStage('middle-1', 2, noting('middle-1'));
    pipe.addStage('middle-2', 2, noting('middle-2'));
    pipe.addStage('none', 2, () => undefined);
    pipe.accept(Uint8Array.of(1));
    expect(met).toEqual(['first', 'middle-1', 'middle-2', 'last', 'out']);
  });

  test('discarding forgets what is held', () => {
    const out: LinkItem[] = [];
    const pipe = createBytePipe({ deliver: (item) => void out.push(item), setSourcePaused: () => {}, sinkIsFull: () => false });
    pipe.addStage('hold', 0, (emit) => createHoldStage({ counters, emit }));
    pipe.accept(Uint8Array.of(1));
    pipe.discard();
    pipe.removeStage('hold');
    expect(out).toEqual([]);
  });
});
