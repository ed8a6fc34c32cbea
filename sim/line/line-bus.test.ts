import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { createManualClock, type ManualClock } from '../world/manual-clock.ts';
import { createLineBus, type BusNode, type LineBus, type LineBusOptions } from './line-bus.ts';

/** At 9,600 baud a character takes 1.1458 ms, t1.5 is 1.719 ms, t3.5 is 4.010 ms. */
const CHARACTER_MS = 11_000 / 9_600;
const SILENCE_MS = 3.5 * CHARACTER_MS;

interface Bench {
  readonly clock: ManualClock;
  readonly bus: LineBus;
  readonly heard: { readonly by: string; readonly atMs: number; readonly bytes: number[] }[];
  readonly attach: (name: string, echo?: boolean) => BusNode;
}

function bench(options: Partial<LineBusOptions> = {}, seed = 1): Bench {
  const clock = createManualClock();
  const bus = createLineBus({ baudRate: 9_600, parity: 'even', onError: 'drop', ...options }, { clock, random: randomFromSeed(seed) });
  const heard: Bench['heard'] = [];
  const attach = (name: string, echo = false): BusNode =>
    bus.attach({ name, echo, receive: (bytes) => void heard.push({ by: name, atMs: clock.nowMs(), bytes: [...bytes] }) });
  return { clock, bus, heard, attach };
}

test('every other node hears a frame when its last bit has arrived', () => {
  const { clock, heard, attach } = bench();
  const [a] = ['a', 'b', 'c'].map((name) => attach(name));
  a?.transmit(Uint8Array.of(1, 2, 3, 4));
  clock.advance(4 * CHARACTER_MS - 0.01);
  expect(heard).toEqual([]);
  clock.advance(1);
  expect(heard.map(({ by, bytes }) => [by, bytes])).toEqual([['b', [1, 2, 3, 4]], ['c', [1, 2, 3, 4]]]);
  for (const { atMs } of heard) expect(atMs).toBeCloseTo(4 * CHARACTER_MS, 6);
  expect(clock.pendingTimers).toBe(0);
});

test('bytes that come while the node still sends follow without a pause, in one burst', () => {
  const { clock, heard, attach } = bench();
  const [a] = [attach('a'), attach('b')];
  a.transmit(Uint8Array.of(1, 2));
  clock.advance(CHARACTER_MS);
  a.transmit(Uint8Array.of(3));
  clock.advance(100);
  expect(heard.map(({ bytes }) => bytes)).toEqual([[1, 2, 3]]);
  expect(heard[0]?.atMs).toBeCloseTo(3 * CHARACTER_MS, 6);
});

test('an answer that is ready at once waits until the line was silent for t3.5', () => {
  const { clock, heard, attach } = bench();
  const client = attach('client');
  const server = attach('server');
  client.transmit(Uint8Array.of(1));
  clock.advance(CHARACTER_MS + 0.1);
  server.transmit(Uint8Array.of(2));
  clock.advance(100);
  expect(heard.map(({ by, bytes }) => [by, bytes])).toEqual([['server', [1]], ['client', [2]]]);
  expect(heard[1]?.atMs).toBeCloseTo(2 * CHARACTER_MS + SILENCE_MS, 6);
});

test('above 19,200 baud the silence is 1.75 ms', () => {
  const { clock, heard, attach } = bench({ baudRate: 115_200 });
  const [client, server] = [attach('client'), attach('server')];
  client.transmit(Uint8Array.of(1));
  clock.advance(0.1);
  server.transmit(Uint8Array.of(2));
  clock.advance(100);
  expect(heard[1]?.atMs).toBeCloseTo((2 * 11_000) / 115_200 + 1.75, 6);
});

test('a pause longer than t1.5 inside a frame is counted, a shorter one is not', () => {
  const { clock, bus, attach } = bench();
  const [a] = [attach('a'), attach('b')];
  a.transmit(Uint8Array.of(1));
  clock.advance(CHARACTER_MS * 2.4);
  a.transmit(Uint8Array.of(2));
  expect(bus.counters().gaps).toBe(0);
  clock.advance(CHARACTER_MS * 3);
  a.transmit(Uint8Array.of(3));
  expect(bus.counters().gaps).toBe(1);
  clock.advance(CHARACTER_MS * 10);
  a.transmit(Uint8Array.of(4));
  clock.advance(100);
  expect(bus.counters()).toMatchObject({ gaps: 1, bursts: 4, bytes: 4 });
});

describe('two nodes that talk at once', () => {
  test('are garbled from the overlap on; a third hears what was said before it and after it', () => {
    const { bus, heard } = collide(1);
    const third = heard.find(({ by }) => by === 'c')?.bytes ?? [];
    expect(third.slice(0, 2)).toEqual([1, 2]);
    expect(third.slice(-2)).toEqual([15, 16]);
    expect(third.slice(2, -2)).not.toEqual([3, 4, 5, 6]);
    expect(bus.counters()).toMatchObject({ collisions: 1, bursts: 1, damagedBytes: 4 });
  });

  test('hear nothing of what came while they were sending', () => {
    const { heard } = collide(1);
    expect(heard.find(({ by }) => by === 'a')?.bytes).toEqual([15, 16]);
    expect(heard.find(({ by }) => by === 'b')?.bytes).toEqual([1, 2]);
  });

  test('are garbled alike for equal seeds and differently for others', () => {
    expect(collide(5).heard).toEqual(collide(5).heard);
    const outcomes = new Set([1, 2, 3, 4, 5].map((seed) => JSON.stringify(collide(seed).heard)));
    expect(outcomes.size).toBeGreaterThan(1);
  });

  test('collide also when both waited for the same silence', () => {
    const { clock, bus, attach } = bench();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => attach(name));
    a?.transmit(Uint8Array.of(1));
    clock.advance(CHARACTER_MS + 0.1);
    b?.transmit(Uint8Array.of(2, 2));
    c?.transmit(Uint8Array.of(3, 3));
    clock.advance(100);
    expect(bus.counters().collisions).toBe(1);
  });
});

test('an adapter with an echo hears itself, one without does not', () => {
  const { clock, heard, attach } = bench();
  const loud = attach('loud', true);
  attach('quiet').transmit(Uint8Array.of(1));
  clock.advance(100);
  loud.transmit(Uint8Array.of(2));
  clock.advance(100);
  expect(heard.map(({ by, bytes }) => [by, bytes])).toEqual([['loud', [1]], ['loud', [2]], ['quiet', [2]]]);
});

test('an unplugged node is cut off in the middle of what it says, hears nothing, and comes back', () => {
  const { clock, bus, heard, attach } = bench();
  const [a, b] = [attach('a'), attach('b')];
  a.transmit(Uint8Array.of(1, 2, 3, 4));
  clock.advance(2.5 * CHARACTER_MS);
  a.setPlugged(false);
  a.transmit(Uint8Array.of(5));
  clock.advance(100);
  b.transmit(Uint8Array.of(9));
  clock.advance(100);
  expect(heard.map(({ by, bytes }) => [by, bytes])).toEqual([['b', [1, 2]]]);
  expect(bus.counters().lostBytes).toBe(3);
  a.setPlugged(true);
  b.transmit(Uint8Array.of(10));
  clock.advance(100);
  expect(heard.at(-1)).toMatchObject({ by: 'a', bytes: [10] });
});

test('a node that is taken off in mid-burst leaves no timer behind', () => {
  const { clock, attach } = bench();
  const [a] = [attach('a'), attach('b')];
  a.transmit(new Uint8Array(10));
  a.detach();
  clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
});

test('a transmit buffer has a bound', () => {
  const { clock, bus, heard, attach } = bench();
  const [a] = [attach('a'), attach('b')];
  a.transmit(new Uint8Array(4_096));
  a.transmit(new Uint8Array(10));
  clock.advance(10_000);
  expect(bus.counters().lostBytes).toBe(10);
  expect(heard[0]?.bytes.length).toBe(4_096);
});

test('noise is the same for all listeners, and parity turns most of it into missing bytes', () => {
  const { clock, bus, heard, attach } = bench({ bitErrorRate: 0.01 });
  const [a] = ['a', 'b', 'c'].map((name) => attach(name));
  a?.transmit(new Uint8Array(1_000).fill(0x55));
  clock.advance(10_000);
  expect(heard[0]?.bytes).toEqual(heard[1]?.bytes);
  const { bitErrors, damagedBytes } = bus.counters();
  expect(bitErrors).toBeGreaterThan(50);
  expect(1_000 - (heard[0]?.bytes.length ?? 0)).toBeGreaterThan(damagedBytes * 0.8);
  bus.setNoise(0);
  a?.transmit(Uint8Array.of(1, 2, 3));
  clock.advance(100);
  expect(heard.at(-1)?.bytes).toEqual([1, 2, 3]);
});

/** a says 1 to 6; b begins to say 11 to 16 in the middle of its third character; c listens. */
function collide(seed: number): Bench {
  const made = bench({}, seed);
  const [a, b] = [made.attach('a'), made.attach('b'), made.attach('c')];
  a?.transmit(Uint8Array.of(1, 2, 3, 4, 5, 6));
  made.clock.advance(2.5 * CHARACTER_MS);
  b?.transmit(Uint8Array.of(11, 12, 13, 14, 15, 16));
  made.clock.advance(100);
  return made;
}
