import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { replay } from '../runtime/replay-seed.contract.ts';
import { UNREAD_BYTES_MAX, type ByteLink } from './byte-link.ts';

/** Two connected ends; `dispose` gives back whatever is behind them. */
export interface LinkPair {
  readonly a: ByteLink;
  readonly b: ByteLink;
  readonly dispose: () => Promise<void>;
}

/** What an end learns when the other one is closed: nothing, that it closed in good order, only that the link broke, or either of the two. */
export type SeesClose = 'nothing' | 'good order' | 'error' | 'either';

/** In what a carrier differs from the others. */
export interface CarrierTraits {
  /** Keeps the boundaries of chunks, and has no flow control (UDP). */
  readonly datagrams: boolean;
  readonly aSeesClose: SeesClose;
  readonly bSeesClose: SeesClose;
  /** What either end learns when the other one is cut; by default an error, where it learns of an end at all. */
  readonly seesCut?: SeesClose;
  /** More than the carrier and the system behind it can hold when the receiver takes nothing, bytes. */
  readonly floodBytes: number;
}

/** What every byte link keeps. @param makePair - Called anew for each test. */
export function byteLinkContract(name: string, makePair: () => Promise<LinkPair>, traits: CarrierTraits): void {
  const pairs: LinkPair[] = [];
  const open = async (): Promise<LinkPair> => {
    const pair = await makePair();
    pairs.push(pair);
    return pair;
  };
  afterEach(async () => {
    for (const pair of pairs.splice(0)) await pair.dispose();
  });

  describe(`byte link over ${name}`, () => {
    testDelivery(open, traits);
    testClosing(open, traits);
    testDestroying(open, traits);
    if (!traits.datagrams) testBackPressure(open, traits);
  });
}

type Open = () => Promise<LinkPair>;

function testDelivery(open: Open, traits: CarrierTraits): void {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), { maxLength: 8 });

  test('bytes arrive whole and in order, both ways at once', async () => {
    const property = fc.asyncProperty(chunks, chunks, async (fromA, fromB) => {
      const { a, b, dispose } = await open();
      try {
        const [atB, atA] = [collect(b), collect(a)];
        await Promise.all([sendAll(a, fromA, atB, traits), sendAll(b, fromB, atA, traits)]);
        await Promise.all([atB.bytes(lengthOf(fromA)), atA.bytes(lengthOf(fromB))]);
        expect(sameBytes(atB.chunks, fromA) && sameBytes(atA.chunks, fromB)).toBe(true);
        if (traits.datagrams) expect(atB.chunks.map((chunk) => chunk.byteLength)).toEqual(fromA.map((chunk) => chunk.byteLength));
      } finally {
        await dispose();
      }
    });
    await fc.assert(property, { numRuns: 25, ...replay() });
  });

  test('one megabyte passes', async () => {
    const { a, b } = await open();
    const atB = collect(b);
    const sent = Array.from({ length: 64 }, (_, index) => pattern(16_384, index));
    await sendAll(a, sent, atB, traits);
    await atB.bytes(1_048_576);
    expect(sameBytes(atB.chunks, sent)).toBe(true);
  });

  test('bytes that come before there is a receiver wait for it', async () => {
    const { a, b } = await open();
    await a.send(pattern(100, 1));
    await a.send(pattern(100, 2));
    await pass(30);
    const atB = collect(b);
    await atB.bytes(200);
    expect(sameBytes(atB.chunks, [pattern(100, 1), pattern(100, 2)])).toBe(true);
  });

  test('a new receiver replaces the old one', async () => {
    const { a, b } = await open();
    const first = collect(b);
    await a.send(pattern(10, 1));
    await first.bytes(10);
    const second = collect(b);
    await a.send(pattern(20, 2));
    await second.bytes(20);
    expect(lengthOf(first.chunks)).toBe(10);
  });

  test('an array may be used again as soon as its send has resolved', async () => {
    const { a, b } = await open();
    const atB = collect(b);
    const reused = pattern(1_000, 3);
    await a.send(reused);
    reused.fill(0);
    await atB.bytes(1_000);
    expect(sameBytes(atB.chunks, [pattern(1_000, 3)])).toBe(true);
  });

  test('an empty chunk disturbs nothing', async () => {
    const { a, b } = await open();
    const atB = collect(b);
    await a.send(new Uint8Array(0));
    await a.send(pattern(5, 4));
    await atB.bytes(5);
    expect(atB.chunks.filter((chunk) => chunk.byteLength === 0).length).toBe(traits.datagrams ? 1 : 0);
  });

  test('nothing reaches a paused receiver until it resumes', async () => {
    const { a, b } = await open();
    const atB = collect(b);
    b.pause();
    await a.send(pattern(500, 5));
    await pass(30);
    expect(atB.chunks).toEqual([]);
    b.resume();
    await atB.bytes(500);
    expect(sameBytes(atB.chunks, [pattern(500, 5)])).toBe(true);
  });
}

function testClosing(open: Open, traits: CarrierTraits): void {
  test('close resolves closed without an error, and again when called again', async () => {
    const { a } = await open();
    await Promise.all([a.close(), a.close()]);
    await a.close();
    a.destroy();
    expect(await a.closed).toEqual({ error: undefined });
  });

  test('send after close is refused', async () => {
    const { a } = await open();
    const closing = a.close();
    await expect(a.send(pattern(1, 1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
    await closing;
    await expect(a.send(pattern(1, 1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  });

  test('b learns that a has closed, as far as the carrier tells', async () => {
    const { a, b } = await open();
    await a.close();
    await expectSeen(b, traits.bSeesClose);
  });

  test('a learns that b has closed, as far as the carrier tells', async () => {
    const { a, b } = await open();
    await b.close();
    await expectSeen(a, traits.aSeesClose);
  });

  test.skipIf(traits.bSeesClose !== 'good order')('what was sent before close arrives, though nobody waited for it', async () => {
    const { a, b } = await open();
    const sent = Array.from({ length: 20 }, (_, index) => pattern(30_000, index));
    const sends = Promise.all(sent.map((chunk) => a.send(chunk)));
    const closing = a.close();
    const atB = collect(b);
    await Promise.all([sends, closing, b.closed]);
    expect(sameBytes(atB.chunks, sent)).toBe(true);
  });

  test.skipIf(traits.bSeesClose !== 'good order')('what was sent arrives although the closing side has left much unread', async () => {
    const { a, b } = await open();
    const flooding = flood(b, traits.floodBytes);
    await flooding.stalled();
    const atB = collect(b);
    await a.send(pattern(1_000, 7));
    await a.close();
    expect(await b.closed).toEqual({ error: undefined });
    expect(sameBytes(atB.chunks, [pattern(1_000, 7)])).toBe(true);
    await expect(flooding.done).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  });

  test.skipIf(traits.bSeesClose !== 'good order')('bytes that nobody has read outlive the closing', async () => {
    const { a, b } = await open();
    await a.send(pattern(1_000, 6));
    await a.close();
    await b.closed;
    const atB = collect(b);
    expect(sameBytes(atB.chunks, [pattern(1_000, 6)])).toBe(true);
  });
}

function testDestroying(open: Open, traits: CarrierTraits): void {
  test('destroy closes at once and is no error on this side', async () => {
    const { a } = await open();
    a.destroy();
    a.destroy();
    expect(await a.closed).toEqual({ error: undefined });
    await expect(a.send(pattern(1, 1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
    await a.close();
  });

  test('a link that is cut while it closes is closed', async () => {
    const { a } = await open();
    const closing = a.close();
    await new Promise((resolve) => process.nextTick(resolve));
    a.destroy();
    expect(await a.closed).toEqual({ error: undefined });
    await closing;
  });

  test('b learns that a was cut, as far as the carrier tells', async () => {
    const { a, b } = await open();
    a.destroy();
    await expectSeen(b, traits.seesCut ?? (traits.bSeesClose === 'nothing' ? 'nothing' : 'error'));
  });

  test('a learns that b was cut, as far as the carrier tells', async () => {
    const { a, b } = await open();
    b.destroy();
    await expectSeen(a, traits.seesCut ?? (traits.aSeesClose === 'nothing' ? 'nothing' : 'error'));
  });

  test.skipIf(traits.datagrams)('a send that is held back is refused when its link is cut', async () => {
    const { a, b } = await open();
    b.pause();
    const held = flood(a, traits.floodBytes);
    await held.stalled();
    a.destroy();
    await expect(held.done).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  });
}

function testBackPressure(open: Open, traits: CarrierTraits): void {
  const directions = [
    ['b', 'a', (pair: LinkPair) => [pair.a, pair.b] as const],
    ['a', 'b', (pair: LinkPair) => [pair.b, pair.a] as const],
  ] as const;

  test.each(directions)('pausing %s holds back %s, and nothing is lost', async (_receiver, _sender, ends) => {
    const [sender, receiver] = ends(await open());
    const received = collect(receiver);
    receiver.pause();
    const flooding = flood(sender, traits.floodBytes);
    await flooding.stalled();
    expect(lengthOf(received.chunks)).toBe(0);
    expect(flooding.acceptedBytes()).toBeLessThan(traits.floodBytes);
    receiver.resume();
    await flooding.done;
    await received.bytes(traits.floodBytes);
    expect(lengthOf(received.chunks)).toBe(traits.floodBytes);
  });

  test.each(directions)('without a receiver at %s, %s is held back too', async (_receiver, _sender, ends) => {
    const [sender, receiver] = ends(await open());
    const flooding = flood(sender, traits.floodBytes);
    await flooding.stalled();
    expect(flooding.acceptedBytes()).toBeLessThan(traits.floodBytes);
    const received = collect(receiver);
    expect(lengthOf(received.chunks)).toBeGreaterThanOrEqual(UNREAD_BYTES_MAX);
    await flooding.done;
    await received.bytes(traits.floodBytes);
    expect(lengthOf(received.chunks)).toBe(traits.floodBytes);
  });
}

interface Collected {
  readonly chunks: Uint8Array[];
  /** Resolves when so many bytes in all have come. */
  bytes(count: number): Promise<void>;
}

function collect(link: ByteLink): Collected {
  const chunks: Uint8Array[] = [];
  let total = 0;
  link.onBytes((chunk) => {
    chunks.push(chunk);
    total += chunk.byteLength;
  });
  return { chunks, bytes: (count) => until(() => total >= count, () => `${total} of ${count} bytes came`) };
}

/** Datagrams go one at a time, because nothing keeps a sender from overrunning the receiver's buffer. */
async function sendAll(link: ByteLink, chunks: readonly Uint8Array[], arrival: Collected, traits: CarrierTraits): Promise<void> {
  let sentBytes = 0;
  for (const chunk of chunks) {
    await link.send(chunk);
    sentBytes += chunk.byteLength;
    if (traits.datagrams) await arrival.bytes(sentBytes);
  }
}

interface Flood {
  readonly done: Promise<void>;
  acceptedBytes(): number;
  /** Resolves when the sender has made no progress for a while. */
  stalled(): Promise<void>;
}

function flood(link: ByteLink, totalBytes: number): Flood {
  const chunk = pattern(16_384, 0);
  let accepted = 0;
  const send = async (): Promise<void> => {
    for (; accepted < totalBytes; accepted += chunk.byteLength) await link.send(chunk);
  };
  const done = send();
  // A test that is about to fail must not fail once more as an unhandled rejection.
  done.catch(() => undefined);
  const stalled = async (): Promise<void> => {
    let before = -1;
    while (accepted !== before) {
      before = accepted;
      await pass(150);
    }
  };
  return { done, stalled, acceptedBytes: () => accepted };
}

async function expectSeen(link: ByteLink, sees: SeesClose): Promise<void> {
  if (sees === 'nothing') {
    const first = await Promise.race([link.closed, pass(50)]);
    expect(first).toBeUndefined();
    return;
  }
  const { error } = await link.closed;
  const codes = { error: ['FP_LINK_CLOSED'], 'good order': [undefined], either: ['FP_LINK_CLOSED', undefined] }[sees];
  expect(codes).toContain(error?.code);
  await expect(link.send(pattern(1, 1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
}

/** Bytes that differ from place to place and from seed to seed, so that a swap or a gap shows. */
function pattern(byteCount: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, index) => (index * 31 + (index >> 8) * 7 + seed * 101) & 0xff);
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((total, chunk) => total + chunk.byteLength, 0);
}

function sameBytes(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): boolean {
  return Buffer.concat(actual).equals(Buffer.concat(expected));
}

function pass(delayMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), delayMs));
}

async function until(condition: () => boolean, state: () => string): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 2_000) throw new Error(`waited too long: ${state()}`);
    await pass(5);
  }
}
