import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { realClock } from '../runtime/real-clock.ts';
import { byteLinkContract, type LinkPair } from './byte-link.contract.ts';
import type { ByteLink, LinkListener } from './byte-link.ts';
import { connectWebSocket } from './websocket-link.ts';
import { listenWebSocket, type WebSocketListenerOptions, type WebSocketOffer } from './websocket-listener.ts';

const HOST = '127.0.0.1';
const deps = { clock: realClock, timeoutMs: 5_000 };
const accepted: { link: ByteLink; offer: WebSocketOffer }[] = [];
const others: LinkListener[] = [];
let listener: LinkListener;

beforeAll(async () => {
  listener = await listenWebSocket({ host: HOST, port: 0 }, 'mqtt', (link, offer) => accepted.push({ link, offer }));
});

afterAll(async () => {
  for (const each of [listener, ...others]) await each.close();
});

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

/** A listener of its own for one test. @returns Its address. */
async function listening(options: WebSocketListenerOptions, onLink: (link: ByteLink) => void = () => undefined): Promise<string> {
  const own = await listenWebSocket({ host: HOST, port: 0 }, 'mqtt', onLink, options);
  others.push(own);
  return `ws://${HOST}:${own.port}/mqtt`;
}

test('of several sub-protocols the listener selects its own', async () => {
  const link = await connectWebSocket(url(), { protocol: 'mqtt', offered: ['other', 'mqtt'] }, deps);
  expect((await nextAccepted()).offer.protocols).toEqual(['other', 'mqtt']);
  link.destroy();
});

test('a server that selects none, or the wrong one, is refused, unless any is taken', async () => {
  for (const select of [() => undefined, ([first]: readonly string[]) => first]) {
    const at = await listening({ select });
    const offered = { protocol: 'mqtt', offered: ['other', 'mqtt'] };
    await expect(connectWebSocket(at, offered, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
    const link = await connectWebSocket(at, { ...offered, takesAnyProtocol: true }, deps);
    link.destroy();
  }
});

test('text messages are sent and taken only where that is asked for', async () => {
  let heard = (_text: string): void => undefined;
  const received = new Promise<string>((resolve) => {
    heard = resolve;
  });
  const lax = await listening({ frames: { takesText: true } }, (link) => link.onBytes((chunk) => heard(Buffer.from(chunk).toString())));
  const texts = await connectWebSocket(lax, { protocol: 'mqtt', frames: { kindOf: () => 'text' } }, deps);
  await texts.send(Buffer.from('as text'));
  expect(await received).toBe('as text');
  const strict = await connectWebSocket(url(), { protocol: 'mqtt', frames: { kindOf: (index) => (index === 0 ? 'binary' : 'text') } }, deps);
  const { link } = await nextAccepted();
  const chunk = new Promise<string>((resolve) => link.onBytes((bytes) => resolve(Buffer.from(bytes).toString())));
  await strict.send(Buffer.from('first'));
  expect(await chunk).toBe('first');
  await strict.send(Buffer.from('second'));
  expect((await link.closed).error?.message).toContain('text message');
});

test('a message beyond the bound ends its connection', async () => {
  const links: ByteLink[] = [];
  const at = await listening({ messageBytesMax: 100 }, (link) => links.push(link));
  const link = await connectWebSocket(at, { protocol: 'mqtt' }, deps);
  await link.send(new Uint8Array(101));
  await link.closed;
  expect((await links[0]?.closed)?.error?.message).toContain('payload');
});

test('any other HTTP request is told to upgrade', async () => {
  const response = await fetch(url().replace('ws:', 'http:'));
  expect(response.status).toBe(426);
  expect(response.headers.get('upgrade')).toBe('websocket');
});
