import { expect, test } from 'vitest';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { sharedLine } from './shared-line.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the line is opened once; who leaves it hears nothing more, and it stays open', async () => {
  const { a, b } = memoryLinkPair();
  let openings = 0;
  const line = sharedLine(async () => {
    openings += 1;
    return a;
  });
  const heard: string[] = [];
  const first = await line.attach();
  first.onBytes((chunk) => heard.push(`first ${chunk.join()}`));
  await b.send(Uint8Array.of(1));
  await settled();
  first.destroy();
  await first.closed;
  const second = await line.attach();
  second.onBytes((chunk) => heard.push(`second ${chunk.join()}`));
  await b.send(Uint8Array.of(2));
  await settled();
  expect(heard).toEqual(['first 1', 'second 2']);
  expect(openings).toBe(1);
  await line.stop();
});

test('a line that was lost ends its users and is opened anew for the next', async () => {
  const pairs = [memoryLinkPair(), memoryLinkPair()];
  let openings = 0;
  const line = sharedLine(async () => {
    const pair = pairs[openings];
    openings += 1;
    if (pair === undefined) throw new Error('no more lines');
    return pair.a;
  });
  const first = await line.attach();
  pairs[0]?.b.destroy();
  expect((await first.closed).error).toBeDefined();
  await settled();
  await line.attach();
  expect(openings).toBe(2);
  await line.stop();
});
