import { expect, test } from 'vitest';
import { byteLinkContract } from './byte-link.contract.ts';
import { memoryLinkPair } from './memory-link.ts';

const traits = { datagrams: false, aSeesClose: 'good order', bSeesClose: 'good order', floodBytes: 1_048_576 } as const;

byteLinkContract(
  'memory',
  async () => {
    const pair = memoryLinkPair();
    return { ...pair, dispose: async () => pair.a.destroy() };
  },
  traits,
);

test('ends are named after their pair', () => {
  expect(Object.values(memoryLinkPair('plc-1')).map((end) => end.name)).toEqual(['memory plc-1 a', 'memory plc-1 b']);
  expect(memoryLinkPair().a.name).toBe('memory a');
});

test('a chunk is delivered after the sender has gone on, never inside its call', async () => {
  const { a, b } = memoryLinkPair();
  const order: string[] = [];
  b.onBytes(() => order.push('received'));
  const sending = a.send(Uint8Array.of(1));
  order.push('sender went on');
  await sending;
  await Promise.resolve();
  expect(order).toEqual(['sender went on', 'received']);
});

test('a chunk larger than the buffer passes alone', async () => {
  const { a, b } = memoryLinkPair();
  const sizes: number[] = [];
  b.onBytes((chunk) => sizes.push(chunk.byteLength));
  await a.send(new Uint8Array(200_000));
  await a.send(new Uint8Array(1));
  await a.close();
  expect(sizes).toEqual([200_000, 1]);
});
