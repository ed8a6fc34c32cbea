import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { realClock } from '../runtime/real-clock.ts';
import { byteLinkContract, type LinkPair } from './byte-link.contract.ts';
import type { ByteLink, LinkListener } from './byte-link.ts';
import { connectWebSocket } from './websocket-link.ts';
import { listenWebSocket, type WebSocketOffer } from './websocket-listener.ts';

const HOST = '127.0.0.1';
const deps = { clock: realClock, timeoutMs: 5_000 };
const accepted: { link: ByteLink; offer: WebSocketOffer }[] = [];
let listener: LinkListener;

beforeAll(async () => {
  listener = await listenWebSocket({ host: HOST, port: 0 }, 'mqtt', (link, offer) => accepted.push({ link, offer }));
});

afterAll(() => listener.close());

const url = (): string => `ws://${HOST}:${listener.port}/mqtt`;

async function nextAccepted(): Promise<{ link: ByteLink; offer: WebSocketOffer }> {
  for (;;) {
    const first = accepted.shift();
    if (first !== undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function makePair(): Promise<LinkPair> {
  const a = await connectWebSocket(url(), { protocol: 'mqtt' }, deps);
  const { link: b } = await nextAccepted();
  return { a, b, dispose: async () => [a, b].forEach((link) => link.destroy()) };
}

byteLinkContract('websocket', makePair, { datagrams: false, aSeesClose: 'good order', bSeesClose: 'good order', floodBytes: 67_108_864 });

test('the listener tells path and offered sub-protocols', async () => {
  const link = await connectWebSocket(url(), { protocol: 'mqtt' }, deps);
  const { offer } = await nextAccepted();
  expect(offer).toEqual({ protocols: ['mqtt'], path: '/mqtt' });
  link.destroy();
});

test('a sub-protocol that the server does not take is refused by the client', async () => {
  await expect(connectWebSocket(url(), { protocol: 'other' }, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  expect((await nextAccepted()).offer.protocols).toEqual(['other']);
});

test('a text message breaks the link', async () => {
  const socket = new WebSocket(url(), 'mqtt');
  const { link } = await nextAccepted();
  socket.on('error', () => undefined);
  socket.once('open', () => socket.send('text'));
  if (socket.readyState === WebSocket.OPEN) socket.send('text');
  expect((await link.closed).error?.message).toContain('text message');
});
